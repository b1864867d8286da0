"""The Atom feed (RFC 4287) and the sitemap (sitemaps.org)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from blog.domain.post import Post
from blog.rendering.markdown import render
from blog.rendering.xml import child, document
from chassis.schemas import format_time

_ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_BEGINNING = "1970-01-01T00:00:00.000Z"


def atom(origin: str, posts: Sequence[Post]) -> bytes:
    """Return the feed of posts, newest first; `origin` is the blog's own address."""
    feed = ET.Element("feed", {"xmlns": _ATOM})
    child(feed, "id", f"{origin}/feed.atom")
    child(feed, "title", "Blog")
    child(feed, "updated", max((format_time(post.updated_at) for post in posts), default=_BEGINNING))
    child(feed, "link", rel="self", type="application/atom+xml", href=f"{origin}/feed.atom")
    for post in posts:
        _entry(feed, origin, post)
    return document(feed)


def sitemap(origin: str, posts: Iterable[Post]) -> bytes:
    """Return where each post is, and when it changed last."""
    root = ET.Element("urlset", {"xmlns": _SITEMAP})
    for post in posts:
        url = child(root, "url")
        child(url, "loc", _address(origin, post))
        child(url, "lastmod", format_time(post.updated_at))
    return document(root)


def _entry(feed: ET.Element, origin: str, post: Post) -> None:
    entry = child(feed, "entry")
    child(entry, "id", f"urn:uuid:{post.id}")
    child(entry, "title", post.title)
    child(entry, "link", rel="alternate", href=_address(origin, post))
    child(entry, "published", format_time(post.published_at))
    child(entry, "updated", format_time(post.updated_at))
    child(child(entry, "author"), "name", post.author.name or "Unknown")
    for tag in post.tags:
        child(entry, "category", term=tag)
    child(entry, "summary", post.summary)
    child(entry, "content", render(post.markdown), type="html")


def _address(origin: str, post: Post) -> str:
    return f"{origin}/v1/posts/{quote(post.slug, safe='')}"
