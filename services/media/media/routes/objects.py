"""Objects: the caller's own files."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import NotFound, Stale
from chassis.http.pagination import Page, PageQuery, decode_cursor
from chassis.http.preconditions import if_match
from chassis.http.routing import Answer, Routes, route
from chassis.identity.auth import SIGNED_IN, Caller
from media.domain.library import Library
from media.domain.removal import Removal
from media.routes.presenter import Presenter
from media.schemas.objects import ObjectView


class ObjectRoutes(Routes):
    """The calls about objects."""

    tag = "objects"

    def __init__(self, library: Library, removal: Removal, presenter: Presenter) -> None:
        self._library = library
        self._removal = removal
        self._presenter = presenter

    @route("GET", "/v1/objects", access=SIGNED_IN, query=PageQuery, answer=Page[ObjectView])
    def list_objects(self, caller: Caller, query: PageQuery) -> Answer:
        """List the caller's objects, newest first."""
        position = decode_cursor(query.cursor, query.fingerprint())
        found = self._library.page(caller.subject, query.limit, position)
        view = self._presenter.page(found, query.fingerprint())
        return Answer(view, etag=self._presenter.page_etag(found))

    @route("GET", "/v1/objects/<uuid:object_id>", access=SIGNED_IN, answer=ObjectView, raises=[NotFound])
    def get_object(self, caller: Caller, object_id: UUID) -> Answer:
        """Show one object."""
        obj = self._library.get(caller.subject, object_id)
        return Answer(self._presenter.one(obj), etag=self._presenter.etag(obj))

    @route("DELETE", "/v1/objects/<uuid:object_id>", access=SIGNED_IN, status=204, raises=[NotFound, Stale])
    def delete_object(self, caller: Caller, object_id: UUID) -> Answer:
        """Delete an object with everything that belongs to it."""
        self._removal.delete(caller.subject, object_id, if_match())
        return Answer(status=204)
