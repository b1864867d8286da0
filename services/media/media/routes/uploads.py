"""Uploads: straight from the client to S3."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import Conflict, Invalid, NotFound
from chassis.http.routing import Answer, Routes, route
from chassis.idempotency.keys import resource_id
from chassis.identity.auth import SIGNED_IN, Caller
from media.domain.parts import Parts
from media.domain.resumption import Resumption
from media.domain.uploads import UploadRequest, Uploads
from media.routes.presenter import Presenter, progress_view, upload_view
from media.schemas.objects import ObjectView
from media.schemas.uploads import Completion, NewUpload, ProgressView, UploadView


class UploadRoutes(Routes):
    """The calls about uploads."""

    tag = "uploads"

    def __init__(self, uploads: Uploads, parts: Parts, resumption: Resumption, presenter: Presenter) -> None:
        self._uploads = uploads
        self._parts = parts
        self._resumption = resumption
        self._presenter = presenter

    @route(
        "POST",
        "/v1/uploads",
        access=SIGNED_IN,
        body=NewUpload,
        answer=UploadView,
        status=201,
        raises=[Conflict],
    )
    def create_upload(self, caller: Caller, body: NewUpload) -> Answer:
        """Begin an upload.

        The answer's form or addresses put the file straight into S3, which enforces size and type.
        """
        wanted = UploadRequest(body.filename, body.content_type, body.size, body.sha256)
        begun = self._uploads.begin(caller.subject, resource_id(), wanted)
        return Answer(upload_view(begun), status=201, location=f"/v1/objects/{begun.object_id}")

    @route(
        "GET",
        "/v1/uploads/<uuid:object_id>",
        access=SIGNED_IN,
        answer=ProgressView,
        raises=[NotFound, Conflict],
    )
    def show_upload(self, caller: Caller, object_id: UUID) -> ProgressView:
        """Show how far an upload in parts has come.

        After a lost connection: put the missing parts to their addresses, then complete with all of them.
        """
        return progress_view(self._resumption.progress(caller.subject, object_id))

    @route(
        "POST",
        "/v1/uploads/<uuid:object_id>/complete",
        access=SIGNED_IN,
        body=Completion,
        answer=ObjectView,
        raises=[NotFound, Conflict, Invalid],
    )
    def complete_upload(self, caller: Caller, object_id: UUID, body: Completion) -> ObjectView:
        """Put the parts of an upload together."""
        parts = [(part.number, part.etag.strip('"')) for part in body.parts]
        return self._presenter.one(self._parts.complete(caller.subject, object_id, parts))

    @route(
        "POST",
        "/v1/uploads/<uuid:object_id>/abort",
        access=SIGNED_IN,
        status=204,
        raises=[NotFound, Conflict],
    )
    def abort_upload(self, caller: Caller, object_id: UUID) -> Answer:
        """Give up an upload that has not arrived."""
        self._parts.abort(caller.subject, object_id)
        return Answer(status=204)
