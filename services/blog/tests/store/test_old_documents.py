"""What other releases have written, older or newer ones, is read; two releases run side by side on one table.

`golden` holds a blog's items as each release wrote them: a new field, or another kind of item, adds a file,
and none is ever changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from services.blog.tests.factories import Api, FakeCovers, FakePages, FakeProfiles, keys_of, settings

from blog.app import create_app
from blog.domain.comment import Comment
from blog.domain.consequences import Announce, DropComments
from blog.domain.erasure import BlogAccounts
from blog.domain.post import Draft, Post
from blog.domain.subscriber import Subscriber
from blog.store import items, response_items, subscriber_items
from blog.store.dynamodb import DynamoPostStore
from blog.store.responses import DynamoResponseStore
from blog.store.stream import consequences_of, mails_of
from blog.store.subscribers import DynamoSubscriberStore
from blog.wiring import Stores, posts_of, responses_of
from chassis.idempotency.memory import MemoryIdempotency
from chassis.messages.mail_suppression import DynamoSuppressions
from chassis.messages.memory_outbox import MemoryOutbox
from chassis.stores.streams import ItemChange
from chassis.testing import FakeClock, Issuer

GOLDEN = sorted(Path(__file__).with_name("golden").glob("shape-*.json"))
ANNA, BEN, GONE = (f"01890000-0000-7000-8000-0000000000{digit}1" for digit in "abc")
SLUG, LATER, ONCE = "grüsse-aus-köln", "später", "einst"
PATH = f"/v1/posts/{quote(SLUG)}"

each_shape = pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)


@pytest.fixture
def table(aws: Any) -> Iterator[tuple[Any, str]]:
    """A table of its own: lists are one partition for the whole blog."""
    with aws.table() as name:
        yield aws.client("dynamodb"), name


@pytest.fixture
def parts(table: tuple[Any, str], clock: FakeClock) -> Stores:
    """This release, a while after the other one."""
    clock.now = datetime(2026, 1, 31, 14, tzinfo=UTC)
    return Stores(
        posts=DynamoPostStore(*table, clock),
        responses=DynamoResponseStore(*table, clock),
        subscribers=DynamoSubscriberStore(*table),
        suppressions=DynamoSuppressions(*table),
        idempotency=MemoryIdempotency(),
        outbox=MemoryOutbox(clock),
        profiles=FakeProfiles(),
        covers=FakeCovers(),
        pages=FakePages(),
    )


@pytest.fixture
def anna(parts: Stores, issuer: Issuer, clock: FakeClock) -> Api:
    return caller(parts, issuer, clock, ANNA)


@pytest.fixture
def ben(parts: Stores, issuer: Issuer, clock: FakeClock) -> Api:
    return caller(parts, issuer, clock, BEN)


def caller(parts: Stores, issuer: Issuer, clock: FakeClock, account: str) -> Api:
    app = create_app(settings(), parts=parts, verifier=issuer.verifier(), clock=clock)
    return Api(app.test_client(), issuer, account)


def items_of(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def put(table: tuple[Any, str], found: list[dict[str, Any]]) -> None:
    client, name = table
    for item in found:
        client.put_item(TableName=name, Item=item)


def documents(path: Path, prefix: str, sort: str = "") -> list[dict[str, Any]]:
    """Return the items with a document whose keys begin with `prefix` and contain `sort`."""
    return [
        item
        for item in items_of(path)
        if "document" in item and item["pk"]["S"].startswith(prefix) and sort in item["sk"]["S"]
    ]


KINDS = [
    pytest.param(Draft, "POST#", items.DRAFT, items.read_draft, id="draft"),
    pytest.param(Post, "POST#", items.POST, items.read_post, id="post"),
    pytest.param(Comment, "COMMENTS#", "", response_items.read, id="comment"),
    pytest.param(Subscriber, "SUBSCRIBER#", "", subscriber_items.read, id="subscriber"),
]


@pytest.mark.parametrize(("kind", "prefix", "sort", "_read"), KINDS)
def test_the_last_golden_documents_have_every_field(kind: Any, prefix: str, sort: str, _read: Any) -> None:
    found = documents(GOLDEN[-1], prefix, sort)
    written = {name for item in found for name in json.loads(item["document"]["S"])}
    assert written == {one.name for one in fields(kind)}, "add a golden file with the new field"


@pytest.mark.parametrize(("kind", "prefix", "sort", "read"), KINDS)
def test_a_field_that_did_not_exist_has_its_default(kind: Any, prefix: str, sort: str, read: Any) -> None:
    later = {one.name: one.default for one in fields(kind) if one.default is not MISSING}
    assert later
    for item in documents(GOLDEN[-1], prefix, sort):
        document = json.loads(item["document"]["S"])
        older = {name: value for name, value in document.items() if name not in later}
        found = read({**item, "document": {"S": json.dumps(older)}})
        assert {name: getattr(found, name) for name in later} == later


@each_shape
def test_what_everybody_sees_is_read(anna: Api, table: tuple[Any, str], path: Path) -> None:
    put(table, items_of(path))
    for query in ("", f"?author={ANNA}", "?tag=reisen", f"?tag=k%C3%B6ln&author={ANNA}"):
        [listed] = anna.call("GET", f"/v1/posts{query}").json["items"]
        assert (listed["slug"], listed["likes"], listed["comments"]) == (SLUG, 1, 2)
    shown = anna.read(SLUG)
    assert (shown["title"], shown["author"]) == ("Grüße aus Köln", {"id": ANNA, "name": "Anna"})
    assert "<em>Welt</em>" in shown["html"]
    first, answer, tombstone = anna.call("GET", f"{PATH}/comments").json["items"]
    assert (first["text"], answer["parent_id"]) == ("Schön gesagt 🥛.", first["id"])
    assert (tombstone["deleted"], tombstone["author"]) == (True, None)
    assert anna.call("GET", f"/v1/posts/{ONCE}").status_code == 404


@each_shape
def test_drafts_are_read_changed_and_published(anna: Api, table: tuple[Any, str], path: Path) -> None:
    put(table, items_of(path))
    listed = anna.call("GET", "/v1/drafts").json["items"]
    assert [one["slug"] for one in listed] == [ONCE, LATER, SLUG]
    assert anna.call("GET", f"/v1/drafts/{quote(SLUG)}").json["title"] == "Viele Grüße aus Köln"
    changed = anna.call("PATCH", f"/v1/drafts/{quote(SLUG)}", {"tags": ["reisen"]}, if_match='"3"')
    assert changed.json["version"] == 4
    anna.publish(SLUG)
    assert anna.read(SLUG)["title"] == "Viele Grüße aus Köln"
    assert anna.call("GET", "/v1/posts?tag=k%C3%B6ln").json["items"] == []
    anna.publish(ONCE)
    assert [one["slug"] for one in anna.call("GET", "/v1/posts").json["items"]] == [ONCE, SLUG]
    assert anna.call("DELETE", f"/v1/drafts/{quote(SLUG)}", if_match="*").status_code == 204
    assert anna.call("GET", PATH).status_code == 404


@each_shape
def test_a_draft_that_waits_is_found_when_its_time_comes(
    parts: Stores, table: tuple[Any, str], clock: FakeClock, path: Path
) -> None:
    put(table, items_of(path))
    assert parts.posts.due(clock(), 10) == []
    assert parts.posts.due(clock() + timedelta(days=1), 10) == [LATER]


@each_shape
def test_likes_and_comments_go_on_from_what_was_counted(
    anna: Api, ben: Api, table: tuple[Any, str], path: Path
) -> None:
    put(table, items_of(path))
    for one in (anna, ben):
        assert one.call("PUT", f"{PATH}/like").status_code == 204
    first, answer, _ = anna.call("GET", f"{PATH}/comments").json["items"]
    ben.commented(SLUG, "Gern.", parent_id=answer["id"])
    assert ben.call("DELETE", f"/v1/comments/{first['id']}").status_code == 204
    assert ben.call("DELETE", f"{PATH}/like").status_code == 204
    shown = anna.read(SLUG)
    assert (shown["likes"], shown["comments"]) == (1, 2)


@each_shape
def test_an_account_is_erased_with_all_that_another_release_has_kept_of_it(
    parts: Stores, anna: Api, table: tuple[Any, str], clock: FakeClock, path: Path
) -> None:
    put(table, items_of(path))
    assert parts.posts.is_erased(GONE)
    told = settings()
    accounts = BlogAccounts(parts.posts, posts_of(told, parts, clock), responses_of(told, parts, clock))
    accounts.erase(BEN)
    shown = anna.read(SLUG)
    assert (shown["likes"], shown["comments"]) == (0, 1)
    accounts.mark_erased(ANNA)
    accounts.erase(ANNA)
    client, name = table
    for account in (ANNA, BEN):
        left = client.query(
            TableName=name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"USER#{account}"}},
        )
        assert [item["sk"]["S"] for item in left["Items"] if item["sk"]["S"] != "ACCOUNT"] == []
    assert anna.call("GET", "/v1/posts").json["items"] == []


@each_shape
def test_with_a_post_of_each_shape_its_comments_go(path: Path) -> None:
    for item in documents(path, "POST#", items.DRAFT):
        gone = ItemChange("1", "REMOVE", items.key_of(item), item, None)
        assert consequences_of(gone) == [DropComments(items.read_draft(item).id)]


def test_what_a_newer_release_added_is_passed_over(anna: Api, table: tuple[Any, str]) -> None:
    for item in items_of(GOLDEN[-1]):
        newer = {**item, "newer": {"S": "x"}}
        if "document" in item:
            newer["document"] = {"S": json.dumps({**json.loads(item["document"]["S"]), "newer": {"a": 1}})}
        put(table, [newer])
    assert len(anna.call("GET", "/v1/drafts").json["items"]) == 3
    assert anna.read(SLUG)["comments"] == 2
    assert len(anna.call("GET", f"{PATH}/comments").json["items"]) == 3


def test_a_subscription_that_another_release_has_confirmed_is_found_and_ended(
    parts: Stores, table: tuple[Any, str], clock: FakeClock
) -> None:
    put(table, items_of(GOLDEN[-1]))
    [key] = keys_of(parts.subscribers)
    found = parts.subscribers.subscriber(key, clock())
    assert found is not None
    assert (found.email, found.key) == ("ben@example.com", key)
    parts.subscribers.remove(found)
    assert keys_of(parts.subscribers) == []


def test_what_another_release_has_suppressed_and_how_far_its_mails_have_come_is_read(
    parts: Stores, table: tuple[Any, str]
) -> None:
    found = items_of(GOLDEN[-1])
    put(table, found)
    assert parts.suppressions.has("Dora@example.com")
    [item] = [one for one in found if one["sk"]["S"] == subscriber_items.ANNOUNCEMENT]
    [due] = mails_of(ItemChange("1", "INSERT", items.key_of(item), None, item))
    assert due == Announce(SLUG, UUID("01a2245d-4f6f-75f9-96ae-917088919594"), 2, item["after"]["S"])
