"""/v1/posts and /v1/drafts"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from blog.domain.slugs import LONGEST, is_slug
from chassis.http.pagination import PageQuery
from chassis.schemas import Body, Changes, Line, Text, Time, View, Visible
from chassis.texts import composed, folded

_MOST_BYTES = 250_000  # with everything else an item has no more than 400 KB


def _slug(value: str) -> str:
    if not is_slug(value):
        raise ValueError(
            "must be letters and digits of any script in small letters, with single hyphens between"
        )
    return value


def _fits(value: str) -> str:
    if len(value.encode()) > _MOST_BYTES:
        raise ValueError(f"must have at most {_MOST_BYTES} bytes in UTF-8")
    return value


def _once_each(tags: list[str]) -> list[str]:
    return list(dict.fromkeys(tags))


Trimmed = StringConstraints(strip_whitespace=True)
Title = Annotated[Line, Trimmed, Field(min_length=1, max_length=200), Visible, AfterValidator(composed)]
Markdown = Annotated[Text, Field(max_length=100_000), AfterValidator(_fits)]
Slug = Annotated[Line, Field(min_length=1, max_length=LONGEST), AfterValidator(_slug)]
Summary = Annotated[Line, Trimmed, Field(max_length=500)]
Alt = Annotated[Line, Trimmed, Field(max_length=500), AfterValidator(composed)]
Tag = Annotated[Line, Trimmed, Field(min_length=1, max_length=50), Visible, AfterValidator(folded)]
Tags = Annotated[list[Tag], Field(max_length=10), AfterValidator(_once_each)]


class PostBody(Body):
    """A new post. It is a draft until it is published."""

    title: Title
    markdown: Markdown = Field(description="CommonMark with tables; HTML is not shown.")
    slug: Slug | None = Field(
        default=None, description="What it is called in its address; else as its title."
    )
    summary: Summary | None = Field(default=None, description="Else the beginning of the text.")
    tags: Tags = Field(default=[], description="In small letters, and each once.")
    publish_at: Time | None = Field(default=None, description="When it becomes public by itself.")
    cover_object_id: UUID | None = Field(
        default=None, description="A picture of yours that media has; everybody can see it from then on."
    )
    cover_alt: Alt = Field(default="", description="The cover in words, for those who do not see it.")

    def fields(self) -> dict[str, Any]:
        """Return what the client said of the draft, but its cover's object."""
        return _fields(self.model_dump(exclude={"slug", "cover_object_id"}))


class DraftPatch(Changes):
    """Changes; what is not given stays as it is. Null clears summary, planned publication and cover."""

    title: Title = ""
    markdown: Markdown = ""
    summary: Summary | None = None
    tags: Tags = []
    publish_at: Time | None = None
    cover_object_id: UUID | None = None
    cover_alt: Alt = ""

    def fields(self) -> dict[str, Any]:
        """Return what was given, but the cover's object."""
        return _fields(self.model_dump(exclude_unset=True, exclude={"cover_object_id"}))


class PostQuery(PageQuery):
    """Which posts are listed."""

    tag: Tag | None = Field(default=None, description="Only posts with this tag.")
    author: str | None = Field(
        default=None, max_length=100, description="Only posts of the account with this id."
    )


class AuthorView(View):
    """Who wrote something."""

    id: str
    name: str


class PictureView(View):
    """The cover in one size, in pixels."""

    url: str
    width: int
    height: int
    content_type: str


class CoverView(View):
    """The picture that a post is shown with, at addresses that everybody may open and keep."""

    url: str = Field(description="The largest of `pictures`, of a kind that every program shows.")
    width: int
    height: int
    alt: str
    pictures: list[PictureView]


class PostSummaryView(View):
    """A post, as it stands in a list."""

    slug: str
    title: str
    summary: str
    tags: list[str]
    author: AuthorView
    cover: CoverView | None
    likes: int
    comments: int
    published_at: Time
    updated_at: Time
    version: int


class PostView(PostSummaryView):
    """A post."""

    html: str
    markdown: str


class DraftSummaryView(View):
    """The working copy of a post, as it stands in a list."""

    slug: str
    title: str
    summary: str
    tags: list[str]
    author: AuthorView
    cover: CoverView | None
    cover_object_id: UUID | None
    cover_alt: str
    publish_at: Time | None
    published_at: Time | None
    created_at: Time
    updated_at: Time
    version: int


class DraftView(DraftSummaryView):
    """The working copy of a post; `html` is what it will look like."""

    html: str
    markdown: str


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    if "tags" in given:
        given["tags"] = tuple(given["tags"])
    if "summary" in given:
        given["summary"] = given["summary"] or ""
    return given
