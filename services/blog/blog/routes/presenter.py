"""What readers and authors are shown of posts."""

from __future__ import annotations

from urllib.parse import quote

from blog.domain.post import CountedPost, Draft, Post
from blog.rendering.markdown import render
from blog.schemas.posts import (
    AuthorView,
    CoverView,
    DraftSummaryView,
    DraftView,
    PictureView,
    PostSummaryView,
    PostView,
)

SHARED = "public, max-age=0, must-revalidate"
"""Readers ask each time; the edge keeps the answer and is told when it changes."""


def path_of(slug: str) -> str:
    """Return a slug as it is written in an address."""
    return quote(slug, safe="")


def post_summary(counted: CountedPost) -> PostSummaryView:
    """Return a post as it stands in a list."""
    post, counts = counted.post, counted.counts
    return PostSummaryView(
        slug=post.slug,
        title=post.title,
        summary=post.summary,
        tags=list(post.tags),
        author=AuthorView(id=post.author.id, name=post.author.name),
        cover=_cover(post),
        likes=counts.likes,
        comments=counts.comments,
        published_at=post.published_at,
        updated_at=post.updated_at,
        version=post.version,
    )


def post_view(counted: CountedPost) -> PostView:
    """Return a whole post."""
    markdown = counted.post.markdown
    return PostView(**post_summary(counted).model_dump(), html=render(markdown), markdown=markdown)


def draft_summary(draft: Draft) -> DraftSummaryView:
    """Return a draft as it stands in a list."""
    return DraftSummaryView(
        slug=draft.slug,
        title=draft.title,
        summary=draft.summary,
        tags=list(draft.tags),
        author=AuthorView(id=draft.author.id, name=draft.author.name),
        cover=_cover(draft),
        cover_object_id=draft.cover.object_id if draft.cover else None,
        cover_alt=draft.cover_alt,
        publish_at=draft.publish_at,
        published_at=draft.published_at,
        created_at=draft.created_at,
        updated_at=draft.updated_at,
        version=draft.version,
    )


def draft_view(draft: Draft) -> DraftView:
    """Return a whole draft."""
    return DraftView(
        **draft_summary(draft).model_dump(), html=render(draft.markdown), markdown=draft.markdown
    )


def _cover(of: Post | Draft) -> CoverView | None:
    if of.cover is None:
        return None
    largest = of.cover.largest
    return CoverView(
        url=largest.url,
        width=largest.width,
        height=largest.height,
        alt=of.cover_alt,
        pictures=[
            PictureView(url=one.url, width=one.width, height=one.height, content_type=one.content_type)
            for one in of.cover.pictures
        ],
    )
