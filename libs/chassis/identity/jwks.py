"""The issuer's public keys (RFC 7517), read rarely and kept through the issuer's absence."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import jwt
import requests

from chassis.errors import Transient, Unauthenticated
from chassis.telemetry import trace_context

log = logging.getLogger(__name__)

_ALLOWED = {"ES256", "RS256"}
_BURST_SECONDS = 0.5  # an issuer that is well answers far sooner
_FIRST_SECONDS = 0.5  # without any key nothing can be done, so it is asked again soon
FetchKeys = Callable[[], Mapping[str, Any]]


class KeySource(Protocol):
    """Where a verifier finds the key that a token names."""

    def prepare(self) -> None:
        """Have keys at hand; raise Transient when there are none to be had."""
        ...

    def key(self, key_id: str, algorithm: str) -> jwt.PyJWK:
        """Return the public key `key_id`, made for `algorithm`; raise Unauthenticated for an unknown one."""
        ...


def fetch_from(url: str, timeout: tuple[float, float] = (1.0, 2.0)) -> FetchKeys:
    """Return a function that reads the JWKS document at `url`.

    `timeout` is how many seconds a connection and an answer are waited for.
    """
    session = requests.Session()

    def fetch() -> Mapping[str, Any]:
        response = session.get(url, timeout=timeout, headers=trace_context.outgoing_headers())
        response.raise_for_status()
        document: Mapping[str, Any] = response.json()
        return document

    return fetch


@dataclass(frozen=True, slots=True)
class _PublishedKey:
    """A key, and from when on (epoch seconds) its issuer may sign with it."""

    key: jwt.PyJWK
    starts_at: float


class JwksCache:
    """Keys by id. Read again every `lifetime` seconds, for an unknown id at most every `min_refresh` seconds,
    and twice a second while there is none.

    While the issuer is away the keys that are known stay good: the other services
    go on without it. One caller at a time asks it; a caller that needs an unknown key waits
    for the answer a moment at most, and not at all once the issuer has failed to give one.

    A key whose start (`nbf`, as OpenID Federation 1.0 has it) is still to come counts as unknown. `now`
    measures spans; `epoch` is the time of day that a start is compared with.
    """

    def __init__(
        self,
        fetch: FetchKeys,
        lifetime: float = 300.0,
        min_refresh: float = 5.0,
        now: Callable[[], float] = time.monotonic,
        epoch: Callable[[], float] = time.time,
    ) -> None:
        self._fetch = fetch
        self._lifetime = lifetime
        self._min_refresh = min_refresh
        self._now = now
        self._epoch = epoch
        self._keys: dict[str, _PublishedKey] = {}
        self._read_at = float("-inf")
        self._tried_at = float("-inf")
        self._failing = False
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Reads the keys unless some are known."""
        if not self._keys:
            self._refresh(wait=True)
        if not self._keys:
            raise Transient("The issuer's keys cannot be read at the moment.")

    def key(self, key_id: str, algorithm: str) -> jwt.PyJWK:
        """Return the key; raise Unauthenticated if unknown, Transient if that cannot be found out."""
        found = self._started(key_id)
        if found is None or self._now() - self._read_at > self._lifetime:
            up_to_date = self._refresh(wait=found is None)
            if found is None and not up_to_date:
                raise Transient("The issuer's keys are just being read.")
            found = self._started(key_id)
        if found is None:
            if not self._keys:
                raise Transient("The issuer's keys cannot be read at the moment.")
            raise Unauthenticated("The access token is not valid here.")
        if found.algorithm_name != algorithm or algorithm not in _ALLOWED:
            raise Unauthenticated("The access token is not valid here.")
        return found

    def _started(self, key_id: str) -> jwt.PyJWK | None:
        known = self._keys.get(key_id)
        return known.key if known is not None and known.starts_at <= self._epoch() else None

    def _refresh(self, *, wait: bool) -> bool:
        """Read the keys again, unless that was just done; False while another caller is reading them."""
        longest = _BURST_SECONDS if wait and not self._failing else 0
        if not self._lock.acquire(timeout=longest):
            return False
        try:
            pause = self._min_refresh if self._keys else min(self._min_refresh, _FIRST_SECONDS)
            if self._now() - self._tried_at >= pause:
                self._tried_at = self._now()
                self._failing = not self._read()
        finally:
            self._lock.release()
        return True

    def _read(self) -> bool:
        try:
            self._keys = _readable_keys(self._fetch())
        except (requests.RequestException, Transient, ValueError, KeyError, TypeError) as error:
            log.warning("issuer keys unreadable", extra={"error": str(error)})
            return False
        self._read_at = self._now()
        return True


def _readable_keys(document: Mapping[str, Any]) -> dict[str, _PublishedKey]:
    keys = {}
    for entry in document["keys"]:
        if not isinstance(entry, Mapping) or entry.get("use", "sig") != "sig":
            continue
        try:
            key, starts_at = jwt.PyJWK(dict(entry)), float(entry.get("nbf", 0))
        except (jwt.PyJWTError, ValueError, TypeError):
            continue  # a kind of key we do not use must not hide those we do
        if key.key_id and key.algorithm_name in _ALLOWED:
            keys[key.key_id] = _PublishedKey(key, starts_at)
    if not keys:
        raise ValueError("the document has no key that we can use")
    return keys
