"""What the tests are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from blog.app import create_app
from blog.config import ApiSettings
from blog.domain.comment import Comment
from blog.domain.cover import Cover, Picture
from blog.domain.ports import SubscriberStore
from blog.domain.post import Author, Draft, Post, post_of
from blog.domain.subscriber import Subscriber, new_secret
from blog.errors import CoverRefused
from blog.store.memory import MemoryPostStore
from blog.store.memory_responses import MemoryResponseStore
from blog.store.memory_subscribers import MemorySubscriberStore
from blog.wiring import Stores
from chassis.clock import Clock, utc_now
from chassis.errors import Transient
from chassis.idempotency.memory import MemoryIdempotency
from chassis.ids import new_id
from chassis.testing import ISSUER, FakeClock, Issuer
from chassis.testing.fuzz_target import FuzzTarget
from chassis.testing.mail import MemorySuppressions


class FakeProfiles:
    """Everybody is called Anna; while `away` is true nobody can be asked."""

    away = False

    def name_of(self, account: str, authorization: str) -> str:
        assert account
        assert authorization.startswith("Bearer ")
        if self.away:
            raise Transient("away")
        return "Anna"


class FakeCovers:
    """Media with every picture in it, but those in `unknown`; while `away` is true it cannot be asked."""

    def __init__(self) -> None:
        self.unknown: set[UUID] = set()
        self.away = False

    def publish(self, object_id: UUID, authorization: str) -> Cover:
        assert authorization.startswith("Bearer ")
        if self.away:
            raise Transient("away")
        if object_id in self.unknown:
            raise CoverRefused
        return new_cover(object_id)


class FakePages:
    """Keeps of which slugs the edge was told, by which change; while `away` is true it cannot be told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.changes: list[str | None] = []
        self.away = False

    def changed(self, slug: str, change: str | None) -> None:
        if self.away:
            raise Transient("away")
        self.told.append(slug)
        self.changes.append(change)


def settings(**more: Any) -> ApiSettings:
    """Return settings that lead nowhere."""
    nowhere = {
        "auth_issuer": ISSUER,
        "auth_jwks_url": "http://127.0.0.1:9/jwks",
        "blog_table": "none",
        "media_url": "http://127.0.0.1:9",
    }
    return ApiSettings(**{**nowhere, **more})


def stores(clock: Clock = utc_now) -> Stores:
    """Return stores in this process's memory."""
    kept = MemoryPostStore()
    return Stores(
        posts=kept,
        responses=MemoryResponseStore(kept, clock),
        subscribers=MemorySubscriberStore(),
        suppressions=MemorySuppressions(),
        idempotency=MemoryIdempotency(),
        outbox=kept.outbox,
        profiles=FakeProfiles(),
        covers=FakeCovers(),
        pages=FakePages(),
    )


def new_draft(owner: str, **more: Any) -> Draft:
    """Return a draft of `owner` under a slug of its own."""
    now = FakeClock()()
    post_id = new_id()
    given: dict[str, Any] = {
        "id": post_id,
        "slug": f"post-{post_id}",
        "title": "The first one",
        "markdown": "Hello *world*.",
        "created_at": now,
        "updated_at": now,
    }
    return Draft(author=Author(owner, "Anna"), **{**given, **more})


def new_cover(object_id: UUID, version: int = 4) -> Cover:
    """Return a cover in two sizes, each of two kinds."""
    sizes = [(1024, 683), (256, 171)]
    address = f"https://cdn.example.test/public/{object_id}"
    pictures = tuple(
        Picture(f"{address}/{width}.{kind}", width, height, f"image/{kind}")
        for width, height in sizes
        for kind in ("webp", "jpeg")
    )
    return Cover(object_id, version, pictures)


def published(draft: Draft, seconds: float = 0) -> tuple[Draft, Post]:
    """Return the draft once it is published, and what everybody sees of it."""
    clock = FakeClock()
    clock.advance(seconds)
    after = draft.published(clock())
    return after, post_of(after, lambda _markdown: "In short.")


def new_comment(draft: Draft, owner: str, **more: Any) -> Comment:
    """Return a comment of `owner` on a post."""
    given: dict[str, Any] = {"text": "Well said.", "created_at": FakeClock()(), **more}
    return Comment(new_id(), draft.id, draft.slug, Author(owner, "Ben"), **given)


def new_subscriber(**more: Any) -> Subscriber:
    """Return a subscription of an address of its own, not confirmed yet."""
    found = new_id()
    given: dict[str, Any] = {"id": found, "email": f"{found}@example.com", "asked_at": FakeClock()()}
    return Subscriber(secret=new_secret(), **{**given, **more})


def keys_of(subscribers: SubscriberStore) -> list[str]:
    """Return the keys of all confirmed subscriptions, read page by page."""
    found: list[str] = []
    while page := subscribers.confirmed(found[-1] if found else None, 3):
        found += page
    return found


class Api:
    """The API as one caller sees it."""

    def __init__(
        self, client: FlaskClient, issuer: Issuer, subject: str, scopes: Sequence[str] = ("blog:write",)
    ) -> None:
        self._client = client
        self._headers = issuer.headers(subject, scopes)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Send a request; `if_match="..."` is the header `If-Match`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        more = {} if body is None else {"json": body}
        return self._client.open(path, method=method, headers={**self._headers, **named}, **more)

    def drafted(self, title: str = "The first one", **fields: Any) -> str:
        """Write a draft and return its slug."""
        answer = self.call("POST", "/v1/posts", {"title": title, "markdown": "Hello *world*.", **fields})
        assert answer.status_code == 201, answer.text
        return str(answer.json["slug"])

    def publish(self, slug: str) -> TestResponse:
        """Publish a draft."""
        answer = self.call("PUT", f"/v1/posts/{quote(slug)}/published")
        assert answer.status_code == 200, answer.text
        return answer

    def posted(self, title: str = "The first one", **fields: Any) -> str:
        """Write a post, publish it and return its slug."""
        slug = self.drafted(title, **fields)
        self.publish(slug)
        return slug

    def read(self, slug: str) -> Any:
        """Read what everybody sees of a post."""
        answer = self._client.get(f"/v1/posts/{quote(slug)}")
        assert answer.status_code == 200, answer.text
        return answer.json

    def commented(self, slug: str, text: str = "Well said.", **fields: Any) -> str:
        """Comment on a post and return the comment's id."""
        answer = self.call("POST", f"/v1/posts/{quote(slug)}/comments", {"text": text, **fields})
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])


def fuzz_target() -> FuzzTarget:
    """Return the service in memory, to be called as its document says."""
    issuer = Issuer()
    app = create_app(settings(), parts=stores(), verifier=issuer.verifier())
    return FuzzTarget(app, lambda: issuer.headers(scopes=["blog:write"]))
