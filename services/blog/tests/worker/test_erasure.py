"""What becomes of the calls and the things of an account that was deleted, on every store."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from services.blog.tests.factories import (
    Api,
    FakeCovers,
    FakePages,
    FakeProfiles,
    keys_of,
    new_subscriber,
    settings,
)

from blog.app import create_app
from blog.domain.erasure import BlogAccounts
from blog.domain.export import BlogRecords
from blog.domain.ports import PostStore, ResponseStore, SubscriberStore
from blog.domain.subscriber import WAIT, Subscriber
from blog.store.dynamodb import DynamoPostStore
from blog.store.memory_subscribers import MemorySubscriberStore
from blog.store.subscribers import DynamoSubscriberStore
from blog.wiring import Stores, posts_of, responses_of, subscriptions_of
from chassis.accounts import AccountEvents, AccountExports
from chassis.addresses import address_digest
from chassis.clock import utc_now
from chassis.idempotency import IdempotencyStore
from chassis.idempotency.dynamodb import DynamoIdempotency
from chassis.idempotency.memory import MemoryIdempotency
from chassis.ids import new_id
from chassis.messages.memory_outbox import MemoryOutbox
from chassis.testing import AccountExportContract, Issuer, MemoryExportParts
from chassis.testing.accounts import AccountErasureContract, deleted
from chassis.testing.exports import export_requested
from chassis.testing.mail import MemorySuppressions


def subscribed(store: SubscriberStore, *, confirmed: bool = False) -> Subscriber:
    """Return somebody who has just subscribed."""
    found = new_subscriber(asked_at=utc_now())
    store.add(found, utc_now(), utc_now() + WAIT)
    if confirmed:
        found = found.confirmed(utc_now())
        store.confirm(found)
    return found


class TestErasure(AccountErasureContract, AccountExportContract):
    """The contracts."""

    @pytest.fixture
    def idempotency(self, store: PostStore, request: pytest.FixtureRequest) -> IdempotencyStore:
        if isinstance(store, DynamoPostStore):
            table: tuple[Any, str] = request.getfixturevalue("table")
            return DynamoIdempotency(*table)
        return MemoryIdempotency()

    @pytest.fixture
    def subscribers(self, store: PostStore, request: pytest.FixtureRequest) -> SubscriberStore:
        if isinstance(store, DynamoPostStore):
            return DynamoSubscriberStore(*request.getfixturevalue("table"))
        return MemorySubscriberStore()

    @pytest.fixture
    def parts(
        self,
        store: PostStore,
        responses: ResponseStore,
        subscribers: SubscriberStore,
        idempotency: IdempotencyStore,
    ) -> Stores:
        return Stores(
            posts=store,
            responses=responses,
            subscribers=subscribers,
            suppressions=MemorySuppressions(),
            idempotency=idempotency,
            outbox=MemoryOutbox(),
            profiles=FakeProfiles(),
            covers=FakeCovers(),
            pages=FakePages(),
        )

    @pytest.fixture
    def app(self, parts: Stores, issuer: Issuer) -> Flask:
        return create_app(settings(), parts=parts, verifier=issuer.verifier())

    @pytest.fixture
    def events(
        self, parts: Stores, idempotency: IdempotencyStore, parts_of_exports: MemoryExportParts
    ) -> AccountEvents:
        posts = posts_of(settings(), parts, utc_now)
        accounts = BlogAccounts(parts.posts, posts, responses_of(settings(), parts, utc_now))
        subscriptions = subscriptions_of(settings(), parts, utc_now)
        records = BlogRecords(parts.posts, parts.responses, parts.subscribers, utc_now)
        exports = AccountExports(parts_of_exports, records)
        return AccountEvents(accounts, idempotency, exports, subscriptions.erase)

    def test_what_it_wrote_and_likes_is_handed_over_to_it_alone(
        self,
        app: Flask,
        events: AccountEvents,
        parts_of_exports: MemoryExportParts,
        issuer: Issuer,
        account: str,
    ) -> None:
        api, other = (Api(app.test_client(), issuer, one) for one in (account, str(new_id())))
        draft, post = api.drafted(f"Draft {account}"), api.posted(f"Post {account}")
        talked_of = other.posted(f"Talked of {account}")
        comment = api.commented(talked_of, "My words")
        other.commented(talked_of, "Another's words")
        for one in (api, other):
            assert one.call("PUT", f"/v1/posts/{talked_of}/like").status_code == 204
        export_id = new_id()
        events.handle(export_requested(account, export_id))
        data = parts_of_exports.data(export_id)
        assert {one["slug"] for one in data["drafts"]} == {draft, post}
        assert [(one["slug"], one["markdown"]) for one in data["posts"]] == [(post, "Hello *world*.")]
        assert [(one["id"], one["text"]) for one in data["comments"]] == [(comment, "My words")]
        assert [one["slug"] for one in data["likes"]] == [talked_of]
        assert data["subscriptions"] == []

    @pytest.mark.parametrize("confirmed", [False, True])
    def test_the_subscription_of_its_address_is_handed_over_without_its_secret(
        self,
        subscribers: SubscriberStore,
        events: AccountEvents,
        parts_of_exports: MemoryExportParts,
        account: str,
        *,
        confirmed: bool,
    ) -> None:
        mine = subscribed(subscribers, confirmed=confirmed)
        subscribed(subscribers)
        export_id = new_id()
        events.handle(export_requested(account, export_id, address_digest(mine.email)))
        [found] = parts_of_exports.data(export_id)["subscriptions"]
        assert (found["email"], bool(found["confirmed_at"])) == (mine.email, confirmed)
        assert mine.secret not in str(parts_of_exports.kept)

    @pytest.mark.parametrize("confirmed", [False, True])
    def test_the_subscription_of_its_address_goes_with_it(
        self, subscribers: SubscriberStore, events: AccountEvents, account: str, *, confirmed: bool
    ) -> None:
        mine, others = subscribed(subscribers, confirmed=confirmed), subscribed(subscribers)
        for _ in range(2):  # it may come twice
            events.handle(deleted(account, address_digest(mine.email.upper())))
        assert subscribers.subscriber(mine.key, utc_now()) is None
        assert mine.key not in keys_of(subscribers)
        assert subscribers.subscriber(others.key, utc_now()) == others

    def test_an_account_that_never_proved_its_address_ends_no_subscription_that_is_older(
        self, subscribers: SubscriberStore, events: AccountEvents, account: str
    ) -> None:
        found = subscribed(subscribers, confirmed=True)
        after, before = (found.asked_at + timedelta(seconds=sign) for sign in (1, -1))
        events.handle(deleted(account, address_digest(found.email), after))
        assert subscribers.subscriber(found.key, utc_now()) == found
        events.handle(deleted(account, address_digest(found.email), before))
        assert subscribers.subscriber(found.key, utc_now()) is None

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
