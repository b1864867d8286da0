"""Who is calling: offline verification of access tokens against the issuer's published keys.

Tokens are JWTs (RFC 7519, RFC 9068) signed with ES256, or RS256 where the issuer
is a Cognito user pool. A token that was verified once is remembered until it
expires, by its digest, so that the signature is checked once per token and process;
it is refused earlier when the issuer withdraws the key that signed it.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from chassis.errors import Denied, Unauthenticated
from chassis.jwks import KeySource

ALGORITHMS = ("ES256", "RS256")
_REMEMBERED = 10_000
_LONGEST_TOKEN = 4096
_CLOCK_SKEW = 5  # seconds that our clock may be behind the issuer's; an expired token gets none


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified caller: `subject` is the account's id, `session` the session's, `expires` epoch seconds."""

    subject: str
    scopes: frozenset[str]
    session: str | None
    expires: int


@dataclass(frozen=True, slots=True)
class Access:
    """What a route asks of its caller. Every route declares one."""

    public: bool = False
    scopes: frozenset[str] = frozenset()


PUBLIC = Access(public=True)
SIGNED_IN = Access()


def requires(*scopes: str) -> Access:
    """Return the access rule of a route that needs all of `scopes` in the token."""
    return Access(scopes=frozenset(scopes))


@dataclass(frozen=True, slots=True)
class _Verified:
    caller: Caller
    key_id: str
    algorithm: str


class TokenVerifier:
    """Turns a bearer token into a Caller, or raises Unauthenticated."""

    def __init__(
        self, issuer: str, audience: str, keys: KeySource, now: Callable[[], float] = time.time
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys = keys
        self._now = now
        self._verified: OrderedDict[bytes, _Verified] = OrderedDict()
        self._lock = threading.Lock()

    def caller(self, authorization: str | None) -> Caller:
        """Return who sent the header `Authorization: Bearer <token>`.

        Raises Unauthenticated for a missing, malformed, wrongly signed, foreign or expired
        token, and Transient when the issuer's keys were never read and cannot be.
        """
        scheme, _, token = (authorization or "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("Send an access token as `Authorization: Bearer <token>`.")
        if len(token) > _LONGEST_TOKEN:
            raise Unauthenticated("The access token is too long.")
        digest = hashlib.blake2b(token.encode(), digest_size=20).digest()
        verified = self._remembered(digest)
        if verified is not None:
            self._keys.key(verified.key_id, verified.algorithm)
            return verified.caller
        verified = self._verify(token)
        self._remember(digest, verified)
        return verified.caller

    def _verify(self, token: str) -> _Verified:
        try:
            header = jwt.get_unverified_header(token)
            key_id, algorithm = str(header.get("kid", "")), str(header.get("alg", ""))
            claims = jwt.decode(
                token,
                key=self._keys.key(key_id, algorithm),
                algorithms=[algorithm],
                audience=self._audience,
                issuer=self._issuer,
                leeway=_CLOCK_SKEW,
                # `iat` is no condition (RFC 7519, 4.1.6): the issuer's clock may be a little ahead of ours.
                options={
                    "require": ["exp", "iat", "sub", "aud", "iss"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
            caller = _caller(claims)
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
            raise Unauthenticated("The access token is not valid here.") from error
        if caller.expires <= self._now():
            raise Unauthenticated("The access token has expired; refresh the session.")
        return _Verified(caller, key_id, algorithm)

    def _remembered(self, digest: bytes) -> _Verified | None:
        with self._lock:
            verified = self._verified.get(digest)
            if verified is None:
                return None
            if verified.caller.expires <= self._now():
                del self._verified[digest]
                return None
            self._verified.move_to_end(digest)
            return verified

    def _remember(self, digest: bytes, verified: _Verified) -> None:
        with self._lock:
            self._verified[digest] = verified
            while len(self._verified) > _REMEMBERED:
                self._verified.popitem(last=False)


def _caller(claims: Mapping[str, Any]) -> Caller:
    session = claims.get("sid")
    return Caller(
        subject=str(claims["sub"]),
        scopes=frozenset(str(claims.get("scope", "")).split()),
        session=None if session is None else str(session),
        expires=int(claims["exp"]),
    )


def check_access(access: Access, caller: Caller) -> None:
    """Raise Denied unless the caller's token carries every scope that `access` asks for."""
    missing = access.scopes - caller.scopes
    if missing:
        raise Denied(f"The access token lacks the scope {' '.join(sorted(missing))!r}.")
