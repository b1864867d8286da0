"""/v1/posts/{slug}/comments and /v1/comments"""

from __future__ import annotations

from uuid import UUID

from blog.domain.comment import Comment
from blog.domain.ports import Profiles
from blog.domain.responses import Responses
from blog.routes.caller import SCOPE, author
from blog.routes.presenter import SHARED, path_of
from blog.schemas.comments import CommentBody, CommentView
from blog.schemas.posts import AuthorView
from chassis.errors import Denied, NotFound
from chassis.http.pagination import Page, PageQuery, decode_cursor, encode_cursor, id_in
from chassis.http.routing import Answer, Routes, route
from chassis.idempotency.keys import resource_id
from chassis.identity.auth import PUBLIC, SIGNED_IN, Caller


class CommentRoutes(Routes):
    """What readers say of a post."""

    tag = "comments"

    def __init__(self, responses: Responses, profiles: Profiles) -> None:
        self._responses = responses
        self._profiles = profiles

    @route(
        "GET",
        "/v1/posts/<slug>/comments",
        access=PUBLIC,
        query=PageQuery,
        answer=Page[CommentView],
        raises=[NotFound],
        cache_control=SHARED,
    )
    def list_comments(self, slug: str, query: PageQuery) -> Answer:
        """List comments, oldest first."""
        after = id_in(decode_cursor(query.cursor, query.fingerprint()), "after")
        found = self._responses.comments(slug, query.limit, str(after) if after else None)
        views = [_view(one) for one in found.items]
        return Answer(Page(items=views, next_cursor=encode_cursor(found.position, query.fingerprint())))

    @route(
        "POST",
        "/v1/posts/<slug>/comments",
        access=SIGNED_IN,
        body=CommentBody,
        answer=CommentView,
        status=201,
        raises=[NotFound],
    )
    def create_comment(self, caller: Caller, slug: str, body: CommentBody) -> Answer:
        """Write a comment, or answer one."""
        by = author(caller, self._profiles)
        made = self._responses.comment(by, slug, resource_id(), body.text, body.parent_id)
        return Answer(_view(made), 201, location=f"/v1/posts/{path_of(slug)}/comments")

    @route(
        "DELETE", "/v1/comments/<uuid:comment_id>", access=SIGNED_IN, status=204, raises=[NotFound, Denied]
    )
    def delete_comment(self, caller: Caller, comment_id: UUID) -> Answer:
        """Delete a comment: one's own, or any with the scope `blog:write`."""
        self._responses.delete(caller.subject, comment_id, any_authors=SCOPE in caller.scopes)
        return Answer(status=204)


def _view(comment: Comment) -> CommentView:
    author = comment.author
    return CommentView(
        id=comment.id,
        parent_id=comment.parent_id,
        author=AuthorView(id=author.id, name=author.name) if author else None,
        text=comment.text if author else None,
        deleted=author is None,
        created_at=comment.created_at,
    )
