"""Typed settings from the environment, and from nothing else; wrong ones fail at boot."""

from __future__ import annotations

import re
import sys
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from chassis import origins


class ServiceSettings(BaseSettings):
    """What every service is told. Each field is the environment variable of the same name in capitals.

    A variable that is empty counts as one that is not set.
    """

    model_config = SettingsConfigDict(
        env_prefix="", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    public_domain: str = Field(default="localhost", description="Domain under which the subdomains live.")
    public_port: int = Field(default=443, ge=1, le=65535, description="Port that clients use for HTTPS.")
    auth_issuer: str = Field(description="`iss` of the access tokens that are accepted.")
    auth_audience: str = Field(default="slipway", description="`aud` of the access tokens that are accepted.")
    auth_token_profile: Literal["rfc9068", "cognito"] = Field(
        default="rfc9068",
        description="`rfc9068`, or `cognito`: AUTH_AUDIENCE is the `client_id` of a user pool's app.",
    )
    auth_jwks_url: str = Field(description="Where the issuer's public keys are read.")
    aws_region: str = Field(default="us-east-1", description="AWS region of every store and queue.")
    aws_endpoint_url: str | None = Field(
        default=None, description="Endpoint of an AWS emulator; unset in AWS."
    )
    s3_public_endpoint_url: str | None = Field(
        default=None, description="S3 endpoint as clients reach it; unset in AWS."
    )
    log_level: str = Field(
        default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Least severity that is logged."
    )
    log_request_share: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="Share of the requests that went well (below 400) of which a line is logged.",
    )
    version: str = Field(default="0.0.0", description="Version shown by /version and in logs.")
    commit: str = Field(default="unknown", description="Commit shown by /version.")
    trusted_proxies: int = Field(
        default=1, ge=0, le=5, description="How many proxies in front set X-Forwarded-*."
    )
    edge_domain: str | None = Field(
        default=None,
        description="Domain below which only our own CloudFront asks: one such proxy more; unset: nobody.",
    )
    max_body_bytes: int = Field(
        default=1_048_576, ge=1024, le=104_857_600, description="Largest request body that is read."
    )

    browser_origins: Annotated[str, AfterValidator(origins.checked)] | None = Field(
        default=None,
        description="Other web origins whose pages may call; with any, the service itself answers CORS.",
    )
    max_changes_at_once: int = Field(
        default=4,
        ge=1,
        le=1000,
        description="Changes of one account that a process works on at once; further ones get 429 at once.",
    )
    max_idempotency_keys: int = Field(
        default=2000, ge=10, le=1_000_000, description="Most `Idempotency-Key`s of one account within a day."
    )
    max_kept_answer_bytes: int = Field(
        default=65_536,
        ge=1024,
        le=1_000_000,
        description="A larger answer is not kept for its `Idempotency-Key`: a repetition gets 410.",
    )
    max_kept_bytes: int = Field(
        default=4_194_304,
        ge=100_000,
        le=1_000_000_000,
        description="Most bytes of answers over 1 KiB that are kept for one account's keys within a day.",
    )

    def allowed_origins(self) -> tuple[str, ...]:
        """Return whose pages the service itself lets call: nobody's where an edge knows the only origin."""
        others = (self.browser_origins or "").split()
        return (self.public_url("app"), *others) if others else ()

    def public_url(self, subdomain: str) -> str:
        """Return the `https://` origin of `subdomain`, without a trailing slash."""
        port = "" if self.public_port == 443 else f":{self.public_port}"
        return f"https://{subdomain}.{self.public_domain}{port}"


S = TypeVar("S", bound=ServiceSettings)


def service_of(kind: type[ServiceSettings]) -> str:
    """Return the name of the service whose settings `kind` are: that of its package."""
    return kind.__module__.partition(".")[0]


def load_settings(kind: type[S]) -> S:
    """Return the settings, or end the process (status 78, EX_CONFIG) naming each wrong variable."""
    try:
        return kind()
    except ValidationError as error:
        for problem in error.errors():
            variable = "_".join(str(part) for part in problem["loc"]).upper()
            sys.stderr.write(f"configuration: {variable}: {problem['msg']}\n")
        raise SystemExit(78) from error
    except SettingsError as error:
        name = re.search(r'field "(\w+)"', str(error))
        variable = name[1].upper() if name else "a variable"
        sys.stderr.write(f"configuration: {variable}: must be JSON\n")
        raise SystemExit(78) from error
