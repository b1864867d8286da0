"""Access tokens: JWTs of RFC 9068, signed with ES256, good for ten minutes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import jwt

from chassis.clock import Clock
from chassis.ids import new_id
from users.domain.keyring import Keyring, Signer
from users.domain.signing_keys import ALGORITHM, TOKEN_LIFETIME

DEFAULT_SCOPES = ("openid", "profile", "email")
CLIENT_ID = "slipway"
"""RFC 9068 asks for a client; sessions are for the suite's own apps."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What the issuer calls itself, and for whom its tokens are meant."""

    issuer: str
    audience: str


class AccessTokens:
    """Issues access tokens."""

    def __init__(self, keyring: Keyring, identity: Identity, clock: Clock) -> None:
        self._keyring = keyring
        self._identity = identity
        self._clock = clock

    def signer(self) -> Signer:
        """Return what `issue` signs with; fetched first, it cannot fail after a session was changed."""
        return self._keyring.signer()

    def issue(self, signer: Signer, account_id: UUID, session_id: UUID, granted: Iterable[str]) -> str:
        """Return a token for the account's session, with the default scopes and those `granted`."""
        now = int(self._clock().timestamp())
        scopes = [*DEFAULT_SCOPES, *sorted(set(granted) - set(DEFAULT_SCOPES))]
        claims = {
            "iss": self._identity.issuer,
            "aud": self._identity.audience,
            "sub": str(account_id),
            "client_id": CLIENT_ID,
            "scope": " ".join(scopes),
            "sid": str(session_id),
            "iat": now,
            "exp": now + int(TOKEN_LIFETIME.total_seconds()),
            "jti": str(new_id()),
        }
        headers = {"kid": signer.key_id, "typ": "at+jwt"}
        return jwt.encode(claims, signer.private, algorithm=ALGORITHM, headers=headers)
