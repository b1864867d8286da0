"""What comes in and goes out over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, field_validator
from pydantic.json_schema import SkipJsonSchema

from chassis.schemas import Body, Changes, Line, Time, View
from users.domain import emails
from users.domain.password_policy import MAX_LENGTH, MIN_LENGTH
from users.domain.records import Account, Session
from users.domain.refresh_tokens import LONGEST
from users.domain.sessions import Granted


def _stripped(value: str) -> str:
    stripped = value.strip()
    if not stripped:
        raise ValueError("must not be blank")
    return stripped


TypedEmail = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=emails.MAX_LENGTH),
    Field(examples=["ada@example.com"]),
]
Email = Annotated[TypedEmail, AfterValidator(emails.normalise)]
Name = Annotated[
    Line, Field(min_length=1, max_length=100, examples=["Ada Lovelace"]), AfterValidator(_stripped)
]
NewPassword = Annotated[str, Field(min_length=MIN_LENGTH, max_length=MAX_LENGTH)]
Password = Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]


class SignUp(Body):
    """A new account."""

    email: Email
    password: NewPassword
    name: Name


class ProfileChanges(Changes):
    """What to change of one's profile; what is left out stays."""

    name: Name | SkipJsonSchema[None] = None
    email: Email | SkipJsonSchema[None] = None

    @field_validator("name", "email", mode="before")
    @classmethod
    def _is_given(cls, value: object) -> object:
        if value is None:
            raise ValueError("must not be null; leave it out to keep it")
        return value


class PasswordChange(Body):
    """The password in use and the one to use from now on."""

    current: Password
    new: NewPassword


class Credentials(Body):
    """Who signs in, and how the refresh token is to travel."""

    email: TypedEmail
    password: Password
    transport: Literal["body", "cookie"] = "body"


class Renewal(Body):
    """The refresh token, unless it is in the cookie."""

    refresh_token: Annotated[str, Field(min_length=1, max_length=LONGEST)] | SkipJsonSchema[None] = None


class AccountView(View):
    """An account as its owner sees it."""

    id: UUID
    email: str
    name: str
    email_verified: bool
    created_at: Time

    @classmethod
    def of(cls, account: Account) -> AccountView:
        """Return the view of `account`."""
        return cls(
            id=account.id,
            email=account.email,
            name=account.name,
            email_verified=account.email_verified,
            created_at=account.created_at,
        )


class ErasureView(View):
    """What becomes of an account that is erased."""

    status: Literal["erasing"] = Field(
        default="erasing", description="Gone here; the other services follow within moments."
    )


class TokensView(View):
    """A pair of tokens; without `refresh_token` where that is in the cookie."""

    session_id: UUID
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  # a scheme's name
    expires_in: int = Field(description="Seconds until the access token expires.")
    refresh_token: str | SkipJsonSchema[None] = Field(default=None, exclude_if=lambda value: value is None)

    @classmethod
    def of(cls, granted: Granted, *, with_refresh_token: bool) -> TokensView:
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


class StorageCredentialsView(View):
    """Temporary AWS credentials for S3: get, put, delete and list below `prefix`."""

    access_key_id: str
    secret_access_key: str
    session_token: str
    expires_at: Time
    region: str
    endpoint_url: str
    bucket: str
    prefix: str


class KeyView(View):
    """A public key (RFC 7517)."""

    kty: str
    crv: str
    x: str
    y: str
    kid: str
    alg: str
    use: str


class KeysView(View):
    """The public keys that access tokens are verified with."""

    keys: list[KeyView]


class DiscoveryView(View):
    """The issuer's metadata (OpenID Connect Discovery 1.0); it names what there is, and nothing else."""

    issuer: str
    jwks_uri: str
    response_types_supported: list[str]
    subject_types_supported: list[str]
    id_token_signing_alg_values_supported: list[str]
    scopes_supported: list[str]
    claims_supported: list[str]
