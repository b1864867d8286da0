"""What becomes of the calls and the things of an account that was deleted, on every store."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from services.blog.tests.factories import Api, FakePages, FakeProfiles, settings

from blog.app import create_app
from blog.domain.erasure import BlogAccounts
from blog.domain.ports import PostStore
from blog.store.dynamodb import DynamoPostStore
from blog.wiring import Stores, posts_of
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
    def parts(self, store: PostStore, idempotency: IdempotencyStore) -> Stores:
        return Stores(
            posts=store,
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
        return AccountEvents(BlogAccounts(parts.posts, posts), idempotency)

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
