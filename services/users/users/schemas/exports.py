"""/v1/me/exports"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from chassis.schemas import Body, Time, View
from users.domain.records import Export, ExportStatus
from users.schemas.accounts import Password

_FAILED = "Not every service handed its part over in time; ask for another export."


class ExportRequest(Body):
    """That an account is to be exported."""

    password: Password | SkipJsonSchema[None] = Field(
        default=None, description="Asked for unless one has just signed in."
    )


class ExportView(View):
    """An export; the archive is a ZIP."""

    id: UUID
    status: Literal["pending", "ready", "failed"]
    url: str | SkipJsonSchema[None] = Field(
        default=None,
        exclude_if=lambda value: value is None,
        description="Once it is ready: where the archive is downloaded from, for some minutes.",
    )
    expires_at: Time | SkipJsonSchema[None] = Field(
        default=None,
        exclude_if=lambda value: value is None,
        description="Once it is ready: when the archive is deleted.",
    )
    reason: str | SkipJsonSchema[None] = Field(
        default=None,
        exclude_if=lambda value: value is None,
        description="Once it has failed: why, and what to do.",
    )

    @classmethod
    def of(cls, export: Export, url: str | None = None) -> ExportView:
        """Return the view of `export`, whose archive is at `url`."""
        return cls(
            id=export.id,
            status=export.status.value,
            url=url,
            expires_at=export.expires_at if export.status is ExportStatus.READY else None,
            reason=_FAILED if export.status is ExportStatus.FAILED else None,
        )
