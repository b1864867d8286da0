"""The service's settings; each is an environment variable of the same name in capitals."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from chassis import origins
from chassis.stores.postgres.settings import PostgresSettings

_KEY_BYTES = 32


def _decoded(text: str) -> bytes:
    try:
        raw = base64.b64decode(text.strip().replace("-", "+").replace("_", "/") + "==", validate=False)
    except (binascii.Error, ValueError) as error:
        raise ValueError("must be base64") from error
    if len(raw) != _KEY_BYTES:
        raise ValueError(f"must be base64 of {_KEY_BYTES} bytes")
    return raw


def _is_key(value: SecretStr) -> SecretStr:
    _decoded(value.get_secret_value())
    return value


class UsersSettings(PostgresSettings):
    """Settings of every role of the service, its commands included."""

    key_encryption_key: Annotated[SecretStr, AfterValidator(_is_key)] = Field(
        description="Base64 of 32 bytes; encrypts signing keys and recorded answers in the database."
    )
    session_idle_days: int = Field(
        default=30, ge=1, le=365, description="A session that is not refreshed for so long has ended."
    )
    session_longest_days: int = Field(
        default=180, ge=1, le=730, description="A session ends after so long, however it is used."
    )
    storage_role_arn: str = Field(
        pattern=r"^arn:[a-z-]+:iam::",
        description="IAM role whose narrowed form users get as storage credentials.",
    )

    exports_bucket: str = Field(description="S3 bucket of accounts' exports: their parts and the archives.")

    @property
    def secret(self) -> bytes:
        """The 32 bytes of `key_encryption_key`."""
        return _decoded(self.key_encryption_key.get_secret_value())


class ApiSettings(UsersSettings):
    """Settings of the API."""

    password_hash_concurrency: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Passwords that all processes of a task hash at once (one core each).",
    )
    password_hash_waiting: int = Field(
        default=2,
        ge=0,
        le=64,
        description="Sign-ins of each process that may wait for their turn; others are 429 at once.",
    )
    guesses_per_network: int = Field(
        default=30,
        ge=5,
        le=100_000,
        description="Wrong passwords and taken addresses that a network may try in any minute.",
    )
    fresh_sign_in_minutes: int = Field(
        default=15,
        ge=1,
        le=1440,
        description="For so long after signing in, a new address, an export or an erasure needs no password.",
    )
    address_proof_hours: int = Field(
        default=24, ge=1, le=168, description="How long the link that confirms an e-mail address is good."
    )
    address_mails_per_hour: int = Field(
        default=5,
        ge=1,
        le=1000,
        description="Mails to confirm an address that an account may have in any hour.",
    )
    app_origins: Annotated[str, AfterValidator(origins.checked)] | None = Field(
        default=None,
        description="Own origins whose pages may use the refresh cookie; unset: `app.` and the domain.",
    )
    export_services: str = Field(
        default="",
        pattern=r"^([a-z][a-z0-9_]*(,[a-z][a-z0-9_]*)*)?$",
        description="Services that write a part of each export, with commas between; from the manifests.",
    )
    exports_a_day: int = Field(
        default=3, ge=1, le=100, description="Exports that an account may ask for within a day."
    )
    export_link_minutes: int = Field(
        default=15,
        ge=1,
        le=60,
        description="How long the address of an archive is good.",
    )
    storage_bucket: str = Field(description="S3 bucket that holds the users' folders.")
    storage_credentials_minutes: int = Field(
        default=60, ge=15, le=60, description="How long storage credentials are good."
    )

    @property
    def own_origins(self) -> list[str]:
        """The origins of `app_origins`, or those where the suite's own app is, and `browser_origins`."""
        others = (self.browser_origins or "").split()
        if self.app_origins is not None:
            return [*self.app_origins.split(), *others]
        app = self.public_url("app")
        return [app, app.replace("://app.", "://", 1), *others]

    @property
    def event_source(self) -> str:
        """The CloudEvents `source` of what this service publishes."""
        return self.auth_issuer


class WorkerSettings(UsersSettings):
    """Settings of the worker."""

    key_rotation_days: int = Field(
        default=30, ge=1, le=365, description="Age at which the worker replaces the signing key."
    )
    events_topic_arn: str = Field(description="SNS topic that the worker publishes the account events to.")
    todos_events_queue_url: str = Field(description="Queue with the events of todos.")
    todos_events_dlq_url: str = Field(description="Its dead-letter queue.")
    todos_events_visibility_timeout: int = Field(ge=5, description="Seconds for which a message is taken.")
    mail_events_queue_url: str = Field(description="Queue with what SES announces about mails.")
    mail_events_dlq_url: str = Field(description="Its dead-letter queue.")
    mail_events_visibility_timeout: int = Field(ge=5, description="Seconds for which a message is taken.")
    mail_configuration_set: str | None = Field(
        default=None, description="SES configuration set that mails are sent with; unset: none are sent."
    )
    mail_sender: str | None = Field(
        default=None, description="Who mails are from; unset: `Slipway <no-reply@PUBLIC_DOMAIN>`."
    )
