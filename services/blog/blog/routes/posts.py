"""/v1/posts"""

from __future__ import annotations

from blog.domain.ports import Covers, PostFilter, Profiles
from blog.domain.posts import Posts
from blog.routes.caller import WRITES, author, with_cover
from blog.routes.presenter import SHARED, draft_view, path_of, post_summary, post_view
from blog.schemas.posts import DraftView, PostBody, PostQuery, PostSummaryView, PostView
from chassis.errors import Conflict, Invalid, NotFound, Stale
from chassis.http.etags import of_bytes, of_version
from chassis.http.pagination import Page, decode_cursor, encode_cursor, text_in
from chassis.http.preconditions import if_match
from chassis.http.routing import Answer, Routes, route
from chassis.idempotency.keys import resource_id
from chassis.identity.auth import PUBLIC, Caller


class PostRoutes(Routes):
    """What everybody reads, and how it comes to be."""

    tag = "posts"

    def __init__(self, posts: Posts, profiles: Profiles, covers: Covers) -> None:
        self._posts = posts
        self._covers = covers
        self._profiles = profiles

    @route(
        "GET",
        "/v1/posts",
        access=PUBLIC,
        query=PostQuery,
        answer=Page[PostSummaryView],
        cache_control=SHARED,
    )
    def list_posts(self, query: PostQuery) -> Answer:
        """List posts, newest first."""
        after = text_in(decode_cursor(query.cursor, query.fingerprint()), "after")
        found = self._posts.page(PostFilter(query.tag, query.author), query.limit, after)
        views = [post_summary(one) for one in found.items]
        return Answer(Page(items=views, next_cursor=encode_cursor(found.position, query.fingerprint())))

    @route("GET", "/v1/posts/<slug>", access=PUBLIC, answer=PostView, raises=[NotFound], cache_control=SHARED)
    def get_post(self, slug: str) -> Answer:
        """Get a post."""
        view = post_view(self._posts.read(slug))
        body = view.model_dump_json().encode()
        # The version is what a condition on a write looks at, the rest changes with the counts.
        return Answer(body, etag=f'"{view.version}-{of_bytes(body).strip(chr(34))}"')

    @route(
        "POST",
        "/v1/posts",
        access=WRITES,
        body=PostBody,
        answer=DraftView,
        status=201,
        raises=[Conflict, Invalid],
    )
    def create_post(self, caller: Caller, body: PostBody) -> Answer:
        """Write a draft."""
        by = author(caller, self._profiles)
        made = self._posts.create(by, resource_id(), body.slug, with_cover(body, self._covers))
        return Answer(draft_view(made), 201, of_version(made.version), f"/v1/drafts/{path_of(made.slug)}")

    @route("PUT", "/v1/posts/<slug>/published", access=WRITES, answer=DraftView, raises=[NotFound, Stale])
    def publish_post(self, slug: str) -> Answer:
        """Publish the draft, or plan it for its `publish_at`."""
        draft = self._posts.publish(slug, if_match())
        return Answer(draft_view(draft), etag=of_version(draft.version))

    @route("DELETE", "/v1/posts/<slug>/published", access=WRITES, status=204, raises=[NotFound, Stale])
    def withdraw_post(self, slug: str) -> Answer:
        """Take a post back; the draft stays."""
        self._posts.withdraw(slug, if_match())
        return Answer(status=204)
