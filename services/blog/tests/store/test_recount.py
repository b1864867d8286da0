"""Counts after two regions wrote at once: items were carried over whole, the later in place of the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from services.blog.tests.factories import new_comment, new_draft, published

from blog.commands import recount
from blog.domain.post import Counts, Draft
from blog.store.dynamodb import DynamoPostStore
from blog.store.recount import DynamoRecount
from blog.store.responses import DynamoResponseStore
from chassis.ids import new_id
from chassis.messages.events import new_event

Snapshot = dict[tuple[str, str], Any]


class Region:
    """The stores over a table; what another region has written is put into it."""

    def __init__(self, client: Any, table: str) -> None:
        self.client, self.table = client, table
        self.posts = DynamoPostStore(client, table)
        self.responses = DynamoResponseStore(client, table)

    def public_post(self, owner: str) -> Draft:
        draft = self.posts.create(new_draft(owner), 100)
        after, shown = published(draft)
        self.posts.publish(draft, after, shown, new_event("blog.post.published.v1", "https://blog", "x", {}))
        return after

    def counts(self, post: Draft) -> Counts:
        found = self.posts.published(post.slug)
        assert found is not None
        return found.counts

    def snapshot(self) -> Snapshot:
        pages = self.client.get_paginator("scan").paginate(TableName=self.table)
        found = [item for page in pages for item in page["Items"]]
        return {(item["pk"]["S"], item["sk"]["S"]): item for item in found}

    def become(self, wanted: Snapshot) -> None:
        for (pk, sk), item in self.snapshot().items():
            if (pk, sk) not in wanted:
                self.client.delete_item(TableName=self.table, Key={"pk": item["pk"], "sk": item["sk"]})
        for item in wanted.values():
            self.client.put_item(TableName=self.table, Item=item)

    def written_apart(self, here: Callable[[], None], elsewhere: Callable[[], None]) -> None:
        """Do both on the same table as it is now, and then let the two results meet, the second one later."""
        before = self.snapshot()
        here()
        ours = self.snapshot()
        self.become(before)
        elsewhere()
        theirs = {key: item for key, item in self.snapshot().items() if before.get(key) != item}
        self.become({**ours, **theirs})


@pytest.fixture
def region(table: tuple[Any, str]) -> Region:
    return Region(*table)


def test_what_two_regions_counted_at_once_is_counted_anew(region: Region, owner: str) -> None:
    post, people = region.public_post(owner), [str(new_id()) for _ in range(7)]

    def here() -> None:
        for person in people[:3]:
            region.responses.like(person, post.slug, post.id)
        region.responses.write(new_comment(post, people[0]), 10)

    def elsewhere() -> None:
        for person in people[2:]:  # one of them likes it in both regions
            region.responses.like(person, post.slug, post.id)
        region.responses.write(new_comment(post, people[6]), 10)

    region.written_apart(here, elsewhere)
    assert region.counts(post) == Counts(likes=5, comments=1)
    done = DynamoRecount(region.client, region.table).run()
    assert post.slug in done.corrected
    assert done.unsettled == []
    assert region.counts(post) == Counts(likes=7, comments=2)


def test_a_like_taken_back_in_both_regions_is_taken_back_once(region: Region, owner: str) -> None:
    post, other = region.public_post(owner), str(new_id())
    for person in (owner, other):
        region.responses.like(person, post.slug, post.id)

    def take_back() -> None:
        region.responses.unlike(owner, post.slug, post.id)

    def take_back_and_like() -> None:
        take_back()
        region.responses.like(str(new_id()), post.slug, post.id)

    region.written_apart(take_back, take_back_and_like)
    DynamoRecount(region.client, region.table).run()
    assert region.counts(post) == Counts(likes=2)


def test_counts_that_are_right_stay_as_they_are(region: Region, owner: str) -> None:
    post = region.public_post(owner)
    region.responses.like(owner, post.slug, post.id)
    DynamoRecount(region.client, region.table).run()
    before = region.snapshot()
    assert DynamoRecount(region.client, region.table).run().corrected == []
    assert region.snapshot() == before


def test_who_likes_while_it_counts_is_counted_once(region: Region, owner: str) -> None:
    post, people = region.public_post(owner), [str(new_id()) for _ in range(40)]

    def like(person: str) -> None:
        region.responses.like(person, post.slug, post.id)

    with ThreadPoolExecutor(5) as pool:
        liking = [pool.submit(like, person) for person in people]
        pool.submit(DynamoRecount(region.client, region.table).run).result()
        for one in liking:
            one.result()
    assert region.counts(post) == Counts(likes=40)


def test_a_post_that_changes_all_the_time_is_named_and_left_alone(region: Region, owner: str) -> None:
    post = region.public_post(owner)
    region.responses.like(owner, post.slug, post.id)
    _miscount(region, post)

    class Busy(DynamoRecount):
        def _counted(self) -> Any:
            found = super()._counted()
            region.responses.like(str(new_id()), post.slug, post.id)
            return found

    done = Busy(region.client, region.table).run(rounds=2)
    assert post.slug in done.unsettled
    assert region.counts(post).likes == 9 + 2


def test_the_command_says_what_it_has_corrected(
    region: Region, owner: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    post = region.public_post(owner)
    _miscount(region, post)
    settings = type("Settings", (), {"aws_region": "", "aws_endpoint_url": None, "blog_table": region.table})
    monkeypatch.setattr(recount, "load_settings", lambda _kind: settings())
    monkeypatch.setattr(recount, "Aws", lambda *_: type("Aws", (), {"client": lambda *_: region.client})())
    assert recount.main([]) == 0
    assert f"corrected {post.slug}\n" in capsys.readouterr().out
    assert recount.main([]) == 0
    assert capsys.readouterr().out == "all counts were right\n"


def _miscount(region: Region, post: Draft) -> None:
    region.client.update_item(
        TableName=region.table,
        Key={"pk": {"S": f"POST#{post.slug}"}, "sk": {"S": "PUBLIC#COUNTS"}},
        UpdateExpression="SET likes = :wrong",
        ExpressionAttributeValues={":wrong": {"N": "9"}},
    )
