"""/v1/sessions"""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from chassis.schemas import Body, Time, View
from users.domain.records import Session
from users.domain.refresh_tokens import LONGEST
from users.domain.sessions import TokenGrant
from users.schemas.accounts import Password, TypedEmail


class Credentials(Body):
    """Who signs in, and how the refresh token is to travel."""

    email: TypedEmail
    password: Password
    transport: Literal["body", "cookie"] = "body"


class Renewal(Body):
    """The refresh token, unless it is in the cookie."""

    refresh_token: Annotated[str, Field(min_length=1, max_length=LONGEST)] | SkipJsonSchema[None] = None


class TokensView(View):
    """A pair of tokens; without `refresh_token` where that is in the cookie."""

    session_id: UUID
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  # a scheme's name
    expires_in: int = Field(description="Seconds until the access token expires.")
    refresh_token: str | SkipJsonSchema[None] = Field(default=None, exclude_if=lambda value: value is None)

    @classmethod
    def of(cls, granted: TokenGrant, *, with_refresh_token: bool) -> TokensView:
        """Return the view of what was granted."""
        return cls(
            session_id=granted.session_id,
            access_token=granted.access_token,
            expires_in=granted.expires_in,
            refresh_token=granted.refresh_token if with_refresh_token else None,
        )


class SessionView(View):
    """One signed-in device."""

    id: UUID
    user_agent: str
    address: str
    created_at: Time
    last_used_at: Time = Field(description="When its tokens were last renewed.")
    expires_at: Time
    current: bool = Field(description="Whether it is the one that asks.")

    @classmethod
    def of(cls, session: Session, current: UUID) -> SessionView:
        """Return the view of `session`, as the session `current` sees it."""
        return cls(
            id=session.id,
            user_agent=session.device.user_agent,
            address=session.device.address,
            created_at=session.created_at,
            last_used_at=session.last_used_at,
            expires_at=session.expires_at,
            current=session.id == current,
        )
