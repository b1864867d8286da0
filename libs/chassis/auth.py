"""Who is calling: offline verification of access tokens against the issuer's published keys.

Tokens are JWTs (RFC 7519, RFC 9068) signed with ES256, or RS256 where the issuer
is a Cognito user pool. A token that was verified once is remembered until it
expires, by its digest, so that the signature is checked once per token and process.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import jwt

from chassis.errors import Denied, Unauthenticated
from chassis.jwks import KeySource

ALGORITHMS = ("ES256", "RS256")
_REMEMBERED = 10_000
_LONGEST_TOKEN = 4096


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


class TokenVerifier:
    """Turns a bearer token into a Caller, or raises Unauthenticated."""

    def __init__(
        self, issuer: str, audience: str, keys: KeySource, now: Callable[[], float] = time.time
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys = keys
        self._now = now
        self._verified: OrderedDict[bytes, Caller] = OrderedDict()
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
        remembered = self._remembered(digest)
        if remembered is not None:
            return remembered
        caller = self._verify(token)
        self._remember(digest, caller)
        return caller

    def _verify(self, token: str) -> Caller:
        try:
            header = jwt.get_unverified_header(token)
            key = self._keys.key(str(header.get("kid", "")), str(header.get("alg", "")))
            claims = jwt.decode(
                token,
                key=key,
                algorithms=[key.algorithm_name],
                audience=self._audience,
                issuer=self._issuer,
                leeway=0,
                options={"require": ["exp", "iat", "sub", "aud", "iss"], "verify_exp": False},
            )
        except (jwt.PyJWTError, ValueError) as error:
            raise Unauthenticated("The access token is not valid here.") from error
        expires = int(claims["exp"])
        if expires <= self._now():
            raise Unauthenticated("The access token has expired; refresh the session.")
        return Caller(
            subject=str(claims["sub"]),
            scopes=frozenset(str(claims.get("scope", "")).split()),
            session=claims.get("sid"),
            expires=expires,
        )

    def _remembered(self, digest: bytes) -> Caller | None:
        with self._lock:
            caller = self._verified.get(digest)
            if caller is None:
                return None
            if caller.expires <= self._now():
                del self._verified[digest]
                return None
            self._verified.move_to_end(digest)
            return caller

    def _remember(self, digest: bytes, caller: Caller) -> None:
        with self._lock:
            self._verified[digest] = caller
            while len(self._verified) > _REMEMBERED:
                self._verified.popitem(last=False)


def check_access(access: Access, caller: Caller) -> None:
    """Raise Denied unless the caller's token carries every scope that `access` asks for."""
    missing = access.scopes - caller.scopes
    if missing:
        raise Denied(f"The access token lacks the scope {' '.join(sorted(missing))!r}.")
