"""`Idempotency-Key`: the same POST sent twice has one effect and one answer.

A key belongs to its caller and route. Its record is made by a conditional write before
the work begins; it carries the id that the work gives to what it creates, so
that a process that died half-way and a retry after its lease agree on one resource.
Design: https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from flask import Response, request
from werkzeug.exceptions import HTTPException

from chassis.errors import Conflict, Gone, Invalid, Malformed, Problem, Transient
from chassis.idempotency.base import LEASE_SECONDS, IdempotencyStore, Key, KeyClaim, RecordedAnswer
from chassis.ids import new_id

_KEY = re.compile(r"^[\x21-\x7e]{1,255}$")
_KEPT_HEADERS = ("Content-Type", "ETag", "Location", "Cache-Control", "Vary", "Set-Cookie")


@dataclass(slots=True)
class _Claim:
    resource_id: UUID
    used: bool = False


_claim: ContextVar[_Claim | None] = ContextVar("idempotency", default=None)


def resource_id() -> UUID:
    """Return the id for the one resource that this call creates.

    Under an `Idempotency-Key` it is the id reserved with the key, else a fresh one; a second
    use in the same call gets a fresh one. A store that finds the id taken has met the first
    try's own work, and answers with what stands there.
    """
    claim = _claim.get()
    if claim is None or claim.used:
        return new_id()
    claim.used = True
    return claim.resource_id


class Keys:
    """Runs a call at most once per key."""

    def __init__(self, store: IdempotencyStore, most_bytes: int) -> None:
        self._store = store
        self._most_bytes = most_bytes

    def once(self, owner: str | None, answer: Callable[[], Response]) -> Response:
        """Return `answer()`, or what it was the first time for the request's `Idempotency-Key`.

        `owner` is the caller's account, None where the call needs none.
        Raises Invalid for the same key with another request, Conflict while the first is still in flight,
        Gone where its answer was too large to be kept, TooMany when the owner has used too many keys,
        Malformed for a key that is not 1 to 255 visible ASCII characters.
        """
        header = request.headers.get("Idempotency-Key")
        if header is None:
            return answer()
        if not _KEY.match(header):
            raise Malformed("Idempotency-Key must be 1 to 255 visible ASCII characters.")
        key = Key(owner, _digest(owner or "public", request.method, request.path, header))
        # With the key in it, which is kept nowhere, nobody can try passwords against a kept fingerprint.
        fingerprint = _digest(header, request.full_path, request.mimetype, request.get_data(cache=True))
        known = self._store.begin(key, fingerprint, new_id(), LEASE_SECONDS)
        if isinstance(known, KeyClaim):
            return self._run(known, answer)
        if known.fingerprint != fingerprint:
            raise Invalid("This Idempotency-Key was used with another request; use a new key.")
        if known.recorded is None:
            raise Conflict("A request with this Idempotency-Key is still being worked on; try again shortly.")
        return _replay(known.recorded)

    def _run(self, claimed: KeyClaim, answer: Callable[[], Response]) -> Response:
        context = _claim.set(_Claim(claimed.resource_id))
        try:
            response = answer()
        except Transient:
            self._store.release(claimed)
            raise
        except (Problem, HTTPException):
            self._store.abandon(claimed)
            raise
        except Exception:
            self._store.release(claimed)
            raise
        finally:
            _claim.reset(context)
        self._store.finish(claimed, self._recorded(response))
        return response

    def _recorded(self, response: Response) -> RecordedAnswer:
        kept = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        body = response.get_data()
        return RecordedAnswer(response.status_code, kept, body if len(body) <= self._most_bytes else None)


def _replay(recorded: RecordedAnswer) -> Response:
    if recorded.body is None:
        where = recorded.headers.get("Location")
        raise Gone(
            f"The request was carried out, with {recorded.status}; its answer was too large to be kept."
            + (f" What it made is at {where}." if where else " Read what it changed.")
        )
    response = Response(recorded.body, status=recorded.status, headers=recorded.headers)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _digest(*parts: str | bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()
