"""`gateway/edge_origins.yaml`: other HTTP servers that the edge stands in front of, and what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

FILE = Path("gateway") / "edge_origins.yaml"
_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
_RESERVED = frozenset({"app", "s3", "cdn"})


class OriginsError(Exception):
    """The file is wrong; the message has a line `file: key: problem` for each problem."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OriginRoute(_Model):
    """A prefix of an origin. `seconds` left out: what the origin's own `Cache-Control` says.

    With `key_groups` it takes a signed URL or cookie by a key of one of them.
    """

    path: str = Field(pattern=r"^/[A-Za-z0-9/._~-]*$")
    seconds: int | None = Field(default=None, ge=0, le=31_536_000)
    key_groups: tuple[_Name, ...] = ()


class Origin(_Model):
    """An HTTP server, shown at `https://<subdomain>.<domain>`."""

    subdomain: _Name
    url: str = Field(pattern=r"^http://[A-Za-z0-9.-]+(:[0-9]{1,5})?$")
    routes: tuple[OriginRoute, ...] = (OriginRoute(path="/"),)

    @property
    def address(self) -> str:
        """Where it is, as `host:port`."""
        parts = urlsplit(self.url)
        return f"{parts.hostname}:{parts.port or 80}"

    @property
    def upstream(self) -> str:
        return f"origin_{self.subdomain}"


class Kept(_Model):
    """How much the edge keeps on disk, and for how long without a request."""

    megabytes: int = Field(default=2048, ge=16, le=1_048_576)
    idle_hours: int = Field(default=24, ge=1, le=480)


class Connections(_Model):
    """How many connections each worker of the gateway holds, half-open ones and those to services as well.

    One that has not sent its request's head after `header_seconds` is closed. `per_address` bounds the
    requests that one address has at once at S3 and at the edge; a service's bound is `gateway.concurrent`.
    What is too much is answered after `refusal_milliseconds`, or up to twice as long, or at once where
    `refusals_at_once` wait already. 0 means at once, also for what a service refuses itself, which takes a
    second or two otherwise.
    """

    at_once: int = Field(default=8192, ge=128, le=1_048_576)
    header_seconds: int = Field(default=10, ge=1, le=60)
    per_address: int = Field(default=200, ge=1, le=1_048_576)
    refusal_milliseconds: int = Field(default=500, ge=0, le=10_000)
    refusals_at_once: int = Field(default=1500, ge=3, le=1_048_576)


class EdgeOrigins(_Model):
    """The whole file."""

    origins: tuple[Origin, ...] = ()
    kept: Kept = Kept()
    connections: Connections = Connections()

    @model_validator(mode="after")
    def _one_host_each(self) -> EdgeOrigins:
        names = [origin.subdomain for origin in self.origins]
        for name in names:
            if names.count(name) > 1 or name in _RESERVED:
                raise ValueError(f"the subdomain {name} is taken")
        return self


def load(root: Path) -> EdgeOrigins:
    """Return what the file below `root` says, the usual where there is none. Raises OriginsError."""
    path = root / FILE
    if not path.exists():
        return EdgeOrigins()
    try:
        return EdgeOrigins.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except yaml.YAMLError as error:
        raise OriginsError(f"{FILE}: is no YAML: {error}") from error
    except ValidationError as error:
        raise OriginsError("\n".join(_problems(error))) from error


def _problems(error: ValidationError) -> Iterator[str]:
    for found in error.errors():
        where = ".".join(str(part) for part in found["loc"])
        yield f"{FILE}: {where or 'the file'}: {found['msg']}"
