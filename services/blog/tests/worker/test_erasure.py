"""What becomes of the calls and the things of an account that was deleted, on every store."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from services.blog.tests.factories import Api, FakePages, FakeProfiles, settings

from blog.app import create_app
from blog.domain.erasure import BlogAccounts
from blog.domain.ports import PostStore, ResponseStore
from blog.store.dynamodb import DynamoPostStore
from blog.store.memory_subscribers import MemorySubscriberStore
from blog.wiring import Stores, posts_of, responses_of
from chassis.accounts import AccountEvents
from chassis.clock import utc_now
from chassis.idempotency import IdempotencyStore
from chassis.idempotency.dynamodb import DynamoIdempotency
from chassis.idempotency.memory import MemoryIdempotency
from chassis.ids import new_id
from chassis.messages.memory_outbox import MemoryOutbox
from chassis.testing import Issuer
from chassis.testing.accounts import AccountErasureContract, deleted


class TestErasure(AccountErasureContract):
    """The contract."""

    @pytest.fixture
    def idempotency(self, store: PostStore, request: pytest.FixtureRequest) -> IdempotencyStore:
        if isinstance(store, DynamoPostStore):
            table: tuple[Any, str] = request.getfixturevalue("table")
            return DynamoIdempotency(*table)
        return MemoryIdempotency()

    @pytest.fixture
    def parts(self, store: PostStore, responses: ResponseStore, idempotency: IdempotencyStore) -> Stores:
        return Stores(
            posts=store,
            responses=responses,
            subscribers=MemorySubscriberStore(),
            idempotency=idempotency,
            outbox=MemoryOutbox(),
            profiles=FakeProfiles(),
            pages=FakePages(),
        )

    @pytest.fixture
    def app(self, parts: Stores, issuer: Issuer) -> Flask:
        return create_app(settings(), parts=parts, verifier=issuer.verifier())

    @pytest.fixture
    def events(self, parts: Stores, idempotency: IdempotencyStore) -> AccountEvents:
        posts = posts_of(settings(), parts, utc_now)
        return AccountEvents(
            BlogAccounts(parts.posts, posts, responses_of(settings(), parts, utc_now)), idempotency
        )

    def test_its_posts_go_with_it(
        self, app: Flask, parts: Stores, events: AccountEvents, issuer: Issuer, account: str
    ) -> None:
        api = Api(app.test_client(), issuer, account)
        slugs = [api.drafted(f"Draft {account}"), api.posted(f"Post {account}")]
        others = Api(app.test_client(), issuer, str(new_id())).posted(f"Another {account}")
        events.handle(deleted(account))
        assert [parts.posts.draft(slug) for slug in slugs] == [None, None]
        assert parts.posts.published(slugs[1]) is None
        assert parts.posts.published(others) is not None

    def test_its_comments_leave_tombstones_and_its_likes_are_taken_back(
        self, app: Flask, events: AccountEvents, issuer: Issuer, account: str
    ) -> None:
        api = Api(app.test_client(), issuer, account, scopes=())
        other = Api(app.test_client(), issuer, str(new_id()))
        slug = other.posted(f"Talked of {account}")
        first = api.commented(slug, "Secret words")
        other.commented(slug, "An answer", parent_id=first)
        for one in (api, other):
            assert one.call("PUT", f"/v1/posts/{slug}/like").status_code == 204
        events.handle(deleted(account))
        events.handle(deleted(account))  # it may come twice
        shown = app.test_client().get(f"/v1/posts/{slug}/comments")
        assert [(one["deleted"], one["parent_id"]) for one in shown.json["items"]] == [
            (True, None),
            (False, first),
        ]
        assert "Secret words" not in shown.text
        assert account not in shown.text
        post = other.read(slug)
        assert (post["likes"], post["comments"]) == (1, 1)

    def test_no_item_of_it_is_left(
        self, store: PostStore, app: Flask, events: AccountEvents, issuer: Issuer, account: str, request: Any
    ) -> None:
        if not isinstance(store, DynamoPostStore):
            pytest.skip("memory has no items")
        api = Api(app.test_client(), issuer, account)
        slug = Api(app.test_client(), issuer, str(new_id())).posted(f"Of another {account}")
        api.posted(f"Mine {account}")
        api.commented(slug, "Hello")
        api.call("PUT", f"/v1/posts/{slug}/like")
        events.handle(deleted(account))
        client, table = request.getfixturevalue("table")
        found = client.query(
            TableName=table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"USER#{account}"}},
        )
        assert [item["sk"]["S"] for item in found["Items"]] == ["ACCOUNT"]
