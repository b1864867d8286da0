"""The events that the service publishes; their schemas lie in `events/`."""

from __future__ import annotations

from typing import Any

from blog.domain.post import Post
from chassis.clock import Clock
from chassis.messages.events import Event, new_event
from chassis.schemas import format_time

PUBLISHED = "blog.post.published.v1"
CHANGED = "blog.post.changed.v1"
WITHDRAWN = "blog.post.withdrawn.v1"


class PostEvents:
    """Makes the events of posts; `source` is the service's own address."""

    def __init__(self, source: str, clock: Clock) -> None:
        self._source = source
        self._clock = clock

    def published(self, post: Post) -> Event:
        """Return the event of a post that everybody may read from now on."""
        return self._event(PUBLISHED, post, _data(post))

    def changed(self, post: Post) -> Event:
        """Return the event of a public post that was published anew."""
        return self._event(CHANGED, post, _data(post))

    def withdrawn(self, post: Post) -> Event:
        """Return the event of a post that is public no more."""
        return self._event(WITHDRAWN, post, {"id": str(post.id), "slug": post.slug})

    def _event(self, kind: str, post: Post, data: dict[str, Any]) -> Event:
        return new_event(kind, self._source, str(post.id), data, self._clock)


def _data(post: Post) -> dict[str, Any]:
    return {
        "id": str(post.id),
        "slug": post.slug,
        "author": post.author.id,
        "title": post.title,
        "tags": list(post.tags),
        "version": post.version,
        "published_at": format_time(post.published_at),
        "updated_at": format_time(post.updated_at),
    }
