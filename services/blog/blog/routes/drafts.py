"""/v1/drafts"""

from __future__ import annotations

from blog.domain.ports import Covers
from blog.domain.posts import Posts
from blog.routes.caller import WRITES, with_cover
from blog.routes.presenter import draft_summary, draft_view
from blog.schemas.posts import DraftPatch, DraftSummaryView, DraftView
from chassis.errors import NotFound, Stale
from chassis.http.etags import of_version
from chassis.http.pagination import Page, PageQuery, decode_cursor, encode_cursor, text_in
from chassis.http.preconditions import if_match
from chassis.http.routing import Answer, Routes, route


class DraftRoutes(Routes):
    """The working copies of all posts, published or not."""

    tag = "drafts"

    def __init__(self, posts: Posts, covers: Covers) -> None:
        self._posts = posts
        self._covers = covers

    @route("GET", "/v1/drafts", access=WRITES, query=PageQuery, answer=Page[DraftSummaryView])
    def list_drafts(self, query: PageQuery) -> Answer:
        """List drafts, newest first."""
        after = text_in(decode_cursor(query.cursor, query.fingerprint()), "after")
        found = self._posts.drafts(query.limit, after)
        views = [draft_summary(one) for one in found.items]
        return Answer(Page(items=views, next_cursor=encode_cursor(found.position, query.fingerprint())))

    @route("GET", "/v1/drafts/<slug>", access=WRITES, answer=DraftView, raises=[NotFound])
    def get_draft(self, slug: str) -> Answer:
        """Get a draft."""
        draft = self._posts.draft(slug)
        return Answer(draft_view(draft), etag=of_version(draft.version))

    @route(
        "PATCH",
        "/v1/drafts/<slug>",
        access=WRITES,
        body=DraftPatch,
        answer=DraftView,
        raises=[NotFound, Stale],
    )
    def update_draft(self, slug: str, body: DraftPatch) -> Answer:
        """Change a draft; what everybody sees changes when it is published."""
        draft = self._posts.change(slug, with_cover(body, self._covers), if_match())
        return Answer(draft_view(draft), etag=of_version(draft.version))

    @route("DELETE", "/v1/drafts/<slug>", access=WRITES, status=204, raises=[NotFound, Stale])
    def delete_draft(self, slug: str) -> Answer:
        """Delete a draft, and its post."""
        self._posts.delete(slug, if_match())
        return Answer(status=204)
