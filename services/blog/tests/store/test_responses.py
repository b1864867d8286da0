"""What every ResponseStore must do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from services.blog.tests.factories import new_comment, new_draft, published

from blog.domain.comment import Comment
from blog.domain.ports import PostStore, ResponseStore
from blog.domain.post import Counts, Draft
from blog.errors import PostNotFound, TooManyComments
from chassis.accounts import AccountErased
from chassis.errors import Transient
from chassis.ids import new_id
from chassis.messages.events import Event, new_event
from chassis.testing import FakeClock


def event() -> Event:
    return new_event("blog.post.changed.v1", "https://blog", "x", {})


@pytest.fixture
def post(store: PostStore, owner: str) -> Draft:
    """A public post."""
    draft = store.create(new_draft(owner), 10)
    after, shown = published(draft)
    store.publish(draft, after, shown, event())
    return after


def counts(store: PostStore, post: Draft) -> Counts:
    found = store.published(post.slug)
    assert found is not None
    return found.counts


def test_a_public_post_is_known_by_its_slug(store: PostStore, responses: ResponseStore, post: Draft) -> None:
    assert responses.public_post(post.slug) == post.id
    assert responses.public_post("no-such-post") is None
    store.withdraw(post, post.withdrawn(), event())
    assert responses.public_post(post.slug) is None


def test_a_like_counts_once(store: PostStore, responses: ResponseStore, post: Draft, owner: str) -> None:
    assert [bool(responses.like(owner, post.slug, post.id)) for _ in range(3)] == [True, False, False]
    assert counts(store, post) == Counts(likes=1)
    assert list(responses.liked(owner)) == [(post.slug, post.id)]
    assert [bool(responses.unlike(owner, post.slug, post.id)) for _ in range(3)] == [True, False, False]
    assert counts(store, post) == Counts()


def test_racing_likes_never_drift(store: PostStore, responses: ResponseStore, post: Draft) -> None:
    accounts = [str(new_id()) for _ in range(20)]

    def go(number: int) -> None:
        account = accounts[number % 20]
        while True:  # as a client does that is told to come again
            try:
                responses.like(account, post.slug, post.id)
                if number % 20 >= 15:
                    responses.unlike(account, post.slug, post.id)
            except Transient:
                continue
            return

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(go, range(60)))
    liking = [account for account in accounts if list(responses.liked(account))]
    assert counts(store, post).likes == len(liking)
    assert set(accounts[:15]) <= set(liking)


def test_what_is_not_public_takes_nothing(
    store: PostStore, responses: ResponseStore, post: Draft, owner: str
) -> None:
    store.withdraw(post, post.withdrawn(), event())
    with pytest.raises(PostNotFound):
        responses.like(owner, post.slug, post.id)
    with pytest.raises(PostNotFound):
        responses.write(new_comment(post, owner), 10)


def test_a_new_post_under_an_old_slug_begins_with_nothing(
    store: PostStore, responses: ResponseStore, post: Draft, owner: str
) -> None:
    responses.like(owner, post.slug, post.id)
    store.delete(post, event())
    draft = store.create(new_draft(owner, slug=post.slug), 10)
    after, shown = published(draft)
    store.publish(draft, after, shown, event())
    assert counts(store, after) == Counts()
    with pytest.raises(PostNotFound):
        responses.like(str(new_id()), post.slug, post.id)
    assert responses.unlike(owner, post.slug, post.id) is None
    assert list(responses.liked(owner)) == []
    assert responses.like(owner, after.slug, after.id)
    assert counts(store, after) == Counts(likes=1)


def test_counts_outlive_a_post_that_is_taken_back_for_a_while(
    store: PostStore, responses: ResponseStore, post: Draft, owner: str
) -> None:
    responses.like(owner, post.slug, post.id)
    hidden = post.withdrawn()
    store.withdraw(post, hidden, event())
    assert responses.unlike(owner, post.slug, post.id)
    after, shown = published(hidden)
    store.publish(hidden, after, shown, event())
    assert counts(store, after) == Counts()


def test_comments_are_listed_oldest_first_and_counted(
    store: PostStore, responses: ResponseStore, post: Draft, owner: str
) -> None:
    written = [responses.write(new_comment(post, owner, text=f"number {at}"), 10) for at in range(5)]
    found, after = list[Comment](), None
    while True:
        page = responses.comments(post.id, 2, after)
        found += page.items
        if page.position is None:
            break
        after = str(page.position["after"])
    assert found == written
    assert counts(store, post) == Counts(comments=5)
    assert set(responses.commented(owner)) == {one.id for one in written}


def test_a_second_comment_under_the_same_id_is_the_first(
    store: PostStore, responses: ResponseStore, post: Draft, owner: str
) -> None:
    written = responses.write(new_comment(post, owner), 10)
    assert responses.write(replace(written, text="another"), 10) == written
    assert counts(store, post) == Counts(comments=1)


def test_an_account_writes_so_many_comments_an_hour(
    responses: ResponseStore, post: Draft, owner: str, clock: FakeClock
) -> None:
    for _ in range(2):
        responses.write(new_comment(post, owner), 2)
    with pytest.raises(TooManyComments) as refused:
        responses.write(new_comment(post, owner), 2)
    assert 0 < refused.value.retry_after <= 3600
    responses.write(new_comment(post, str(new_id())), 2)
    clock.advance(3600)
    responses.write(new_comment(post, owner), 2)


def test_a_tombstone_stands_in_the_place_of_a_comment(
    store: PostStore, responses: ResponseStore, post: Draft, owner: str, clock: FakeClock
) -> None:
    written = responses.write(new_comment(post, owner), 10)
    left = written.tombstone(clock())
    assert [bool(responses.entomb(written, left)) for _ in range(2)] == [True, False]
    assert responses.comment(written.id) == left
    assert responses.comments(post.id, 10, None).items == [left]
    assert counts(store, post) == Counts()
    assert list(responses.commented(owner)) == []


def test_comments_of_a_post_that_is_gone_can_be_deleted(
    store: PostStore, responses: ResponseStore, post: Draft, owner: str, clock: FakeClock
) -> None:
    first, second = (responses.write(new_comment(post, owner), 10) for _ in range(2))
    store.delete(post, event())
    assert responses.entomb(first, first.tombstone(clock())) is None
    assert responses.comment(first.id) is None
    responses.delete_comments(post.id)
    responses.delete_comments(post.id)
    assert responses.comment(second.id) is None
    assert list(responses.commented(owner)) == []


def test_behind_the_mark_nothing_is_left(store: PostStore, responses: ResponseStore, post: Draft) -> None:
    account = str(new_id())
    store.mark_erased(account)
    with pytest.raises(AccountErased):
        responses.like(account, post.slug, post.id)
    with pytest.raises(AccountErased):
        responses.write(new_comment(post, account), 10)
    responses.forget(account)
