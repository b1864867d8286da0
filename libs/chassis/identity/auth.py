"""Who is calling: offline verification of access tokens against the issuer's published keys.

Tokens are JWTs (RFC 7519) signed with ES256 or RS256, and one of two profiles says which of an issuer's JWTs
is an access token for us. An ID token or a refresh token of the same issuer is none.
A token that was verified once is remembered until it expires, by its digest, so that the signature is checked
once per token and process; it is refused earlier when the issuer withdraws the key that signed it.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import jwt

from chassis.errors import Denied, Unauthenticated
from chassis.identity.jwks import KeySource

ALGORITHMS = ("ES256", "RS256")
_REMEMBERED = 10_000
_LONGEST_TOKEN = 4096
_LONGEST_LIFETIME = 24 * 3600  # seconds; the longest that Cognito knows, and ours are far shorter
_CLOCK_SKEW = 5  # seconds that our clock may be behind the issuer's; an expired token gets none

Profile = Literal["rfc9068", "cognito"]
"""`rfc9068`: the header's `typ` is `at+jwt` and `aud` holds our audience. `cognito`, as in the user pools of
Amazon, whose access tokens have no `aud`: `token_use` is `access` and `client_id` is our audience."""


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
class _VerifiedToken:
    caller: Caller
    key_id: str
    algorithm: str


class TokenVerifier:
    """Turns a bearer token into a Caller, or raises Unauthenticated."""

    def __init__(
        self,
        issuer: str,
        audience: str,
        keys: KeySource,
        now: Callable[[], float] = time.time,
        profile: Profile = "rfc9068",
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys = keys
        self._now = now
        self._profile = profile
        self._verified: OrderedDict[bytes, _VerifiedToken] = OrderedDict()
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Read the issuer's keys, so that the first caller need not wait; raise Transient if that failed."""
        self._keys.prepare()

    def caller(self, authorization: str | None) -> Caller:
        """Return who sent the header `Authorization: Bearer <token>`.

        Raises Unauthenticated for a missing, malformed, wrongly signed, foreign or expired token
        and for one that is no access token, and Transient when the issuer's keys cannot be read.
        """
        token = _bearer(authorization)
        if not token:
            raise Unauthenticated("Send an access token as `Authorization: Bearer <token>`.")
        if len(token) > _LONGEST_TOKEN:
            raise Unauthenticated("The access token is too long.")
        digest = _digest(token)
        known = self._known(digest)
        if known is not None:
            return known
        verified = self._verify(token)
        self._remember(digest, verified)
        return verified.caller

    def remembered(self, authorization: str) -> Caller | None:
        """Return the caller as `caller` does where its token was verified before; None for all others.

        Raises what `caller` raises when the key that signed the token is no longer known.
        """
        token = _bearer(authorization)
        return self._known(_digest(token)) if 0 < len(token) <= _LONGEST_TOKEN else None

    def _known(self, digest: bytes) -> Caller | None:
        verified = self._remembered(digest)
        if verified is None:
            return None
        self._keys.key(verified.key_id, verified.algorithm)
        return verified.caller

    def _verify(self, token: str) -> _VerifiedToken:
        try:
            header = jwt.get_unverified_header(token)
            key_id, algorithm = str(header.get("kid", "")), str(header.get("alg", ""))
            claims = jwt.decode(
                token,
                key=self._keys.key(key_id, algorithm),
                algorithms=[algorithm],
                issuer=self._issuer,
                leeway=_CLOCK_SKEW,
                # `iat` is no condition (RFC 7519, 4.1.6): the issuer's clock may be a little ahead of ours.
                options={
                    "require": ["exp", "iat", "sub", "iss"],
                    "verify_aud": False,
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
            _PROFILES[self._profile](header, claims, self._audience)
            caller = _caller(claims)
            self._check_expiry(caller)
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
            raise Unauthenticated("The access token is not valid here.") from error
        return _VerifiedToken(caller, key_id, algorithm)

    def _check_expiry(self, caller: Caller) -> None:
        now = self._now()
        if caller.expires <= now:
            raise Unauthenticated("The access token has expired; refresh the session.")
        if caller.expires > now + _LONGEST_LIFETIME + _CLOCK_SKEW:
            raise jwt.InvalidTokenError("good for longer than any access token of ours")

    def _remembered(self, digest: bytes) -> _VerifiedToken | None:
        with self._lock:
            verified = self._verified.get(digest)
            if verified is None:
                return None
            if verified.caller.expires <= self._now():
                del self._verified[digest]
                return None
            self._verified.move_to_end(digest)
            return verified

    def _remember(self, digest: bytes, verified: _VerifiedToken) -> None:
        with self._lock:
            self._verified[digest] = verified
            while len(self._verified) > _REMEMBERED:
                self._verified.popitem(last=False)


def _bearer(authorization: str | None) -> str:
    """Return the token of an `Authorization` header, empty where it has none."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _digest(token: str) -> bytes:
    return hashlib.blake2b(token.encode(), digest_size=20).digest()


def _check_rfc9068(header: Mapping[str, Any], claims: Mapping[str, Any], audience: str) -> None:
    """Raise InvalidTokenError unless this is an access token for `audience` (RFC 9068, section 4)."""
    if str(header.get("typ")).lower().removeprefix("application/") != "at+jwt":
        raise jwt.InvalidTokenError("no access token")
    named = claims.get("aud")
    if audience not in (named if isinstance(named, list) else [named]):
        raise jwt.InvalidAudienceError("another audience")


def _check_cognito(_header: Mapping[str, Any], claims: Mapping[str, Any], audience: str) -> None:
    """Raise InvalidTokenError unless this is an access token for the client `audience` of a user pool.

    https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
    """
    if claims.get("token_use") != "access":
        raise jwt.InvalidTokenError("no access token")
    if claims.get("client_id") != audience:
        raise jwt.InvalidAudienceError("another client")


_PROFILES: dict[Profile, Callable[[Mapping[str, Any], Mapping[str, Any], str], None]] = {
    "rfc9068": _check_rfc9068,
    "cognito": _check_cognito,
}


def _caller(claims: Mapping[str, Any]) -> Caller:
    """Return the caller that the claims name; raise InvalidTokenError or ValueError for what names none."""
    session, subject, expires = claims.get("sid"), claims["sub"], claims["exp"]
    if str(UUID(subject)) != subject:
        raise jwt.InvalidTokenError("the subject is no account's id")
    if isinstance(expires, bool) or not isinstance(expires, int | float):
        raise jwt.InvalidTokenError("the expiry is no number")
    return Caller(
        subject=subject,
        scopes=frozenset(str(claims.get("scope", "")).split()),
        session=None if session is None else str(session),
        expires=int(expires),
    )


def check_access(access: Access, caller: Caller) -> None:
    """Raise Denied unless the caller's token carries every scope that `access` asks for."""
    missing = access.scopes - caller.scopes
    if missing:
        raise Denied(f"The access token lacks the scope {' '.join(sorted(missing))!r}.")
