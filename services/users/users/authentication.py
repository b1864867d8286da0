"""Who is calling this service: the same tokens as everywhere, and the session must still be there.

The other services accept a token until it expires; here, where the sessions are, an
ended one is refused at once. The keys come from our own store, not over HTTP from ourselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from chassis.clock import Clock
from chassis.identity.auth import Caller, TokenVerifier
from chassis.identity.jwks import JwksCache
from users.domain.access_tokens import Identity
from users.domain.keyring import Keyring
from users.domain.sessions import Sessions
from users.errors import ForeignToken, SessionEnded


@dataclass(frozen=True, slots=True)
class Me:
    """The caller's account and session."""

    account_id: UUID
    session_id: UUID


class SessionVerifier(TokenVerifier):
    """A TokenVerifier that also asks whether the session is alive."""

    def __init__(self, identity: Identity, keyring: Keyring, sessions: Sessions, clock: Clock) -> None:
        def epoch() -> float:
            return clock().timestamp()

        keys = JwksCache(keyring.jwks, lifetime=30.0, min_refresh=1.0, epoch=epoch)
        super().__init__(identity.issuer, identity.audience, keys, epoch)
        self._sessions = sessions

    def caller(self, authorization: str | None) -> Caller:
        """Raises SessionEnded, too."""
        caller = super().caller(authorization)
        me = whoami(caller)
        if not self._sessions.is_alive(me.account_id, me.session_id):
            raise SessionEnded
        return caller


def whoami(caller: Caller) -> Me:
    """Return the ids in the caller's token; raise Unauthenticated for a token that is not of a session."""
    try:
        return Me(UUID(caller.subject), UUID(caller.session or ""))
    except (ValueError, AttributeError) as error:
        raise ForeignToken from error
