"""Uploads: straight from the client to S3."""

from __future__ import annotations

from chassis.auth import SIGNED_IN, Caller
from chassis.errors import Conflict, Gone
from chassis.idempotency import resource_id
from chassis.routing import Answer, Routes, route
from media.domain.uploads import Uploads, Wanted
from media.schemas import NewUpload, PostForm, UploadView


class UploadRoutes(Routes):
    """The calls about uploads."""

    tag = "uploads"

    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads

    @route(
        "POST",
        "/v1/uploads",
        access=SIGNED_IN,
        body=NewUpload,
        answer=UploadView,
        status=201,
        raises=[Conflict, Gone],
    )
    def create_upload(self, caller: Caller, body: NewUpload) -> Answer:
        """Begin an upload.

        The answer's form puts the file straight into S3, which enforces its size and type.
        """
        wanted = Wanted(body.filename, body.content_type, body.size, body.sha256)
        begun = self._uploads.begin(caller.subject, resource_id(), wanted)
        form = PostForm(url=begun.form.url, fields=dict(begun.form.fields), expires_at=begun.expires_at)
        view = UploadView(object_id=begun.object_id, upload=form)
        return Answer(view, status=201, location=f"/v1/objects/{begun.object_id}")
