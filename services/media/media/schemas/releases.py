"""/v1/releases"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from chassis.http.pagination import PageQuery
from chassis.schemas import Body, Line, Query, Text, Time, View
from media.domain.release import WHOLE, group_of, is_version
from media.schemas.uploads import Sha256

NAME = r"^[a-z0-9][a-z0-9._-]{0,40}$"


def _version(value: str) -> str:
    if not is_version(value):
        raise ValueError("must be a version such as 1.4.0 or 2.0.0-beta.1, without build metadata")
    return value


Name = Annotated[str, Field(pattern=NAME, examples=["windows-x64"])]
Version = Annotated[Line, Field(max_length=100, examples=["1.4.0"]), AfterValidator(_version)]
Percent = Annotated[
    int, Field(ge=0, le=WHOLE, description="Of a hundred devices, how many are told of it as the latest.")
]


class NewRelease(Body):
    """A file that is about to be released."""

    product: Name
    version: Version
    platform: Name
    filename: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$", examples=["setup-1.4.0.exe"])
    ]
    size: Annotated[int, Field(ge=1, description="Bytes; exactly so many must be sent.")]
    sha256: Sha256
    notes: Annotated[Text, Field(max_length=20_000)] = ""
    rollout_percent: Percent = WHOLE


class Publication(Body):
    """How far a release goes."""

    rollout_percent: Percent | None = Field(
        default=None, description="For all its platforms; else what was said with each file."
    )


class ReleaseQuery(PageQuery):
    """Which releases; `limit` counts versions."""

    platform: Name | None = None


class LatestQuery(Query):
    """Who asks for the latest release."""

    platform: Name
    current: Version | None = Field(default=None, description="The version that is installed.")
    device: Annotated[Line, Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="Any lasting name of the device: it decides when a rollout reaches it."
    )
    group: Annotated[int, Field(ge=0, lt=WHOLE)] | None = Field(
        default=None,
        description="In place of `device`: the first four bytes of its SHA-256 as a number, modulo 100.",
    )

    @model_validator(mode="after")
    def _names_the_device_once(self) -> LatestQuery:
        if self.device is not None and self.group is not None:
            raise ValueError("give `device` or `group`, not both")
        return self

    def rollout_group(self) -> int | None:
        """Return the group of the device that asks, None when it does not say."""
        return self.group if self.device is None else group_of(self.device)


class ReleaseView(View):
    """A published file. What `url` gives never changes."""

    version: str
    platform: str
    url: str
    size: int
    sha256: str
    notes: str
    rollout_percent: int
    published_at: Time
