"""Grants, and the access that they give."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from werkzeug.http import dump_cookie

from chassis.errors import Conflict, Denied, NotFound
from chassis.http.pagination import Page, PageQuery, decode_cursor, encode_cursor
from chassis.http.routing import Answer, Routes, route
from chassis.identity.auth import SIGNED_IN, Caller
from media.domain.collection import Grant
from media.domain.grants import CollectionAccess, Grants, Readers
from media.schemas.collections import AccessBody, AccessView, FileView, GrantBody, GrantView

_ONE = "/v1/collections/<uuid:collection_id>"
_GRANT = f"{_ONE}/grants/<uuid:user_id>"


class GrantRoutes(Routes):
    """The calls about who may read a collection. `domain` is the one that `cdn.` is below."""

    tag = "collections"

    def __init__(self, grants: Grants, readers: Readers, domain: str) -> None:
        self._grants = grants
        self._readers = readers
        self._domain = domain

    @route(
        "GET", f"{_ONE}/grants", access=SIGNED_IN, query=PageQuery, answer=Page[GrantView], raises=[NotFound]
    )
    def list_grants(self, caller: Caller, collection_id: UUID, query: PageQuery) -> Page[GrantView]:
        """List who may read a collection."""
        position = decode_cursor(query.cursor, query.fingerprint())
        found = self._grants.page(caller.subject, collection_id, query.limit, position)
        return Page[GrantView](
            items=[_view(one) for one in found.items],
            next_cursor=encode_cursor(found.position, query.fingerprint()),
        )

    @route(
        "PUT",
        _GRANT,
        access=SIGNED_IN,
        body=GrantBody,
        body_required=False,
        answer=GrantView,
        raises=[NotFound, Conflict],
    )
    def put_grant(self, caller: Caller, collection_id: UUID, user_id: UUID, body: GrantBody) -> GrantView:
        """Let an account read a collection, in place of an earlier grant."""
        return _view(self._grants.put(caller.subject, collection_id, str(user_id), body.expires_at))

    @route("DELETE", _GRANT, access=SIGNED_IN, status=204, raises=[NotFound])
    def revoke_grant(self, caller: Caller, collection_id: UUID, user_id: UUID) -> Answer:
        """Take a grant back. Access is refused at once; what was signed before ends at its `expires_at`."""
        self._grants.revoke(caller.subject, collection_id, str(user_id))
        return Answer(status=204)

    @route(
        "POST",
        f"{_ONE}/access",
        access=SIGNED_IN,
        query=PageQuery,
        body=AccessBody,
        answer=AccessView,
        idempotent=False,
        raises=[NotFound, Denied],
    )
    def open_collection(
        self, caller: Caller, collection_id: UUID, query: PageQuery, body: AccessBody
    ) -> Response:
        """Get access to a collection: a page of signed addresses, or cookies for all of it."""
        by_cookies = body.delivery == "cookies"
        access = self._readers.access(
            caller.subject,
            collection_id,
            body.seconds,
            by_cookies=by_cookies,
            limit=query.limit,
            position=decode_cursor(query.cursor, query.fingerprint()),
        )
        view = _access_view(access, body, query)
        response = Response(view.model_dump_json(), content_type="application/json")
        response.headers["Cache-Control"] = "no-store"
        for name, value in access.cookies.items():
            response.headers.add("Set-Cookie", self._cookie(name, value, access))
        return response

    def _cookie(self, name: str, value: str, access: CollectionAccess) -> str:
        """Return a cookie that browsers send to `cdn.` for this collection, and nowhere else on it."""
        return dump_cookie(
            name,
            value,
            domain=self._domain,
            path=f"/{access.collection.prefix}",
            expires=access.expires_at,
            secure=True,
            httponly=True,
            samesite="Lax",
        )


def _view(grant: Grant) -> GrantView:
    return GrantView(user_id=UUID(grant.user_id), granted_at=grant.granted_at, expires_at=grant.expires_at)


def _access_view(access: CollectionAccess, body: AccessBody, query: PageQuery) -> AccessView:
    return AccessView(
        collection_id=access.collection.id,
        delivery=body.delivery,
        base_url=access.base_url,
        expires_at=access.expires_at,
        items=[
            FileView(
                object_id=file.item.object_id,
                path=file.item.path,
                content_type=file.item.content_type,
                size=file.item.size,
                url=file.url,
            )
            for file in access.files.items
        ],
        next_cursor=encode_cursor(access.files.position, query.fingerprint()),
    )
