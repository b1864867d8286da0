"""What the edge keeps of the blog, and at which paths a post shows."""

from __future__ import annotations

from chassis.http.edge import EdgePurges

_LISTS = ("/v1/posts", "/v1/posts/", "/feed.atom", "/feed.atom/", "/sitemap.xml", "/sitemap.xml/")


def paths_of(slug: str) -> list[str]:
    """Return the paths of everything that shows a post; each is also answered with a slash at its end."""
    return [f"/v1/posts/{slug}", f"/v1/posts/{slug}/*", *_LISTS]


class EdgePages:
    """PublicPages of the suite's edge."""

    def __init__(self, edge: EdgePurges) -> None:
        self._edge = edge

    def changed(self, slug: str, change: str | None) -> None:
        self._edge.purge(paths_of(slug), change)
