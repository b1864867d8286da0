"""/feed.atom and /sitemap.xml"""

from __future__ import annotations

from blog.domain.posts import Posts
from blog.rendering.feeds import atom, sitemap
from blog.routes.presenter import SHARED
from chassis.http.routing import Answer, Routes, route
from chassis.identity.auth import PUBLIC


class FeedRoutes(Routes):
    """What programs read of the blog."""

    tag = "feeds"

    def __init__(self, posts: Posts, origin: str, in_feed: int) -> None:
        self._posts = posts
        self._origin = origin
        self._in_feed = in_feed

    @route("GET", "/feed.atom", access=PUBLIC, media_type="application/atom+xml", cache_control=SHARED)
    def get_feed(self) -> Answer:
        """Get the newest posts as an Atom feed."""
        return Answer(atom(self._origin, self._posts.newest(self._in_feed)))

    @route("GET", "/sitemap.xml", access=PUBLIC, media_type="application/xml", cache_control=SHARED)
    def get_sitemap(self) -> Answer:
        """Get the addresses of all posts."""
        return Answer(sitemap(self._origin, self._posts.listed()))
