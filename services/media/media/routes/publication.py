"""/v1/objects/{id}/public"""

from __future__ import annotations

from uuid import UUID

from chassis.errors import Conflict, NotFound, Stale
from chassis.http.etags import of_version
from chassis.http.routing import Answer, Routes, route
from chassis.identity.auth import SIGNED_IN, Caller
from media.domain.publication import PublicPictures
from media.routes.presenter import Presenter
from media.schemas.objects import PublicPictureView


class PublicationRoutes(Routes):
    """Pictures that everybody may see."""

    tag = "objects"

    def __init__(self, publication: PublicPictures, presenter: Presenter) -> None:
        self._publication = publication
        self._presenter = presenter

    @route(
        "PUT",
        "/v1/objects/<uuid:object_id>/public",
        access=SIGNED_IN,
        answer=PublicPictureView,
        raises=[NotFound, Conflict, Stale],
    )
    def publish_object(self, caller: Caller, object_id: UUID) -> Answer:
        """Let everybody see a picture's thumbnails, until its content changes or it is deleted."""
        obj = self._publication.publish(caller.subject, object_id)
        return Answer(self._presenter.public(obj), etag=of_version(obj.version))

    @route(
        "DELETE",
        "/v1/objects/<uuid:object_id>/public",
        access=SIGNED_IN,
        status=204,
        raises=[NotFound, Stale],
    )
    def withdraw_object(self, caller: Caller, object_id: UUID) -> Answer:
        """Let nobody see a picture's thumbnails but their owner."""
        self._publication.withdraw(caller.subject, object_id)
        return Answer(status=204)
