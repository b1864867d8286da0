"""/v1/me"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator
from pydantic.json_schema import SkipJsonSchema

from chassis.schemas import Body, Changes, Time, View
from users.schemas.accounts import Email, Name, NewPassword, Password


class ProfileChanges(Changes):
    """What to change of one's profile; what is left out stays."""

    name: Name | SkipJsonSchema[None] = None
    email: Email | SkipJsonSchema[None] = None
    password: Password | SkipJsonSchema[None] = Field(
        default=None, description="Asked for with another address, unless one has just signed in."
    )

    reminders_by_mail: bool | SkipJsonSchema[None] = Field(
        default=None, description="Whether to-dos that are due are mailed to one's confirmed address."
    )

    @field_validator("name", "email", "password", "reminders_by_mail", mode="before")
    @classmethod
    def _is_given(cls, value: object) -> object:
        if value is None:
            raise ValueError("must not be null; leave it out to keep it")
        return value


class PasswordChange(Body):
    """The password in use and the one to use from now on."""

    current: Password
    new: NewPassword


class Erasure(Body):
    """That an account is to be erased."""

    password: Password | SkipJsonSchema[None] = Field(
        default=None, description="Asked for unless one has just signed in."
    )


class ErasureView(View):
    """What becomes of an account that is erased."""

    status: Literal["erasing"] = Field(
        default="erasing", description="Gone here; the other services follow within moments."
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
