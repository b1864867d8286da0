"""What every PostStore must do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from services.blog.tests.factories import new_cover, new_draft, published

from blog.domain.ports import PostFilter, PostStore
from blog.domain.post import CountedPost, Counts, Draft, Post
from blog.errors import CoverGone, SlugTaken, TooManyPosts
from chassis.accounts import AccountErased
from chassis.errors import Problem, Stale
from chassis.ids import new_id
from chassis.messages.events import Event, new_event
from chassis.testing import FakeClock

_MANY = 1000


def event() -> Event:
    return new_event("blog.post.changed.v1", "https://blog", "x", {})


def create(store: PostStore, draft: Draft, most: int = _MANY) -> Draft:
    return store.create(draft, most)


def publish(store: PostStore, draft: Draft, seconds: float = 0) -> tuple[Draft, Post]:
    after, post = published(draft, seconds)
    store.publish(draft, after, post, event())
    return after, post


def posted(store: PostStore, owner: str, seconds: float = 0, **more: object) -> Post:
    return publish(store, create(store, new_draft(owner, **more)), seconds)[1]


def changed(draft: Draft, title: str) -> Draft:
    return replace(draft, title=title, version=draft.version + 1)


def short(post: Post) -> CountedPost:
    return CountedPost(replace(post, markdown=""), Counts())


def listed(store: PostStore, which: PostFilter, limit: int = 3) -> list[CountedPost]:
    found, after = list[CountedPost](), None
    while True:
        page = store.page(which, limit, after)
        found += page.items
        if page.position is None:
            return found
        after = str(page.position["after"])


def test_what_was_kept_is_read_as_it_was(store: PostStore, owner: str) -> None:
    draft = create(store, new_draft(owner, tags=("a",), summary="s"))
    assert store.draft(draft.slug) == draft
    assert store.published(draft.slug) is None


def test_a_second_one_under_the_same_id_is_the_first(store: PostStore, owner: str) -> None:
    draft = create(store, new_draft(owner))
    assert create(store, replace(draft, title="another")) == draft


def test_a_slug_belongs_to_one_post(store: PostStore, owner: str) -> None:
    draft = create(store, new_draft(owner))
    with pytest.raises(SlugTaken):
        create(store, new_draft(owner, slug=draft.slug))
    with pytest.raises(SlugTaken):
        create(store, new_draft(str(new_id()), slug=draft.slug))


def test_of_many_who_want_a_slug_one_gets_it(store: PostStore, owner: str) -> None:
    slug = f"wanted-{uuid4()}"

    def attempt(_number: int) -> bool:
        try:
            create(store, new_draft(owner, slug=slug))
        except Problem:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(attempt, range(6))) == 1


def test_an_account_has_no_more_than_it_may(store: PostStore, owner: str) -> None:
    first, _ = (create(store, new_draft(owner)) for _ in range(2))
    with pytest.raises(TooManyPosts):
        create(store, new_draft(owner), most=2)
    store.delete(first, None)
    create(store, new_draft(owner), most=2)


def test_drafts_are_listed_newest_first(store: PostStore, owner: str) -> None:
    expected = [replace(create(store, new_draft(owner)), markdown="") for _ in range(3)][::-1]
    first = store.drafts(2, None)
    assert first.position is not None
    rest = store.drafts(200, str(first.position["after"])).items
    assert [one for one in first.items + rest if one.author.id == owner] == expected


def test_a_change_stands_in_the_place_of_what_was(store: PostStore, owner: str) -> None:
    draft = create(store, new_draft(owner))
    store.replace(draft, changed(draft, "b"))
    assert store.draft(draft.slug) == changed(draft, "b")


def test_of_two_changes_of_one_version_one_is_stale(store: PostStore, owner: str) -> None:
    draft = create(store, new_draft(owner))
    store.replace(draft, changed(draft, "b"))
    after, post = published(draft)
    with pytest.raises(Stale):
        store.replace(draft, changed(draft, "c"))
    with pytest.raises(Stale):
        store.publish(draft, after, post, event())
    with pytest.raises(Stale):
        store.delete(draft, None)
    assert store.draft(draft.slug) == changed(draft, "b")
    assert store.published(draft.slug) is None


def test_what_is_published_is_read_and_listed(store: PostStore, owner: str) -> None:
    post = posted(store, owner)
    assert store.published(post.slug) == CountedPost(post, Counts())
    assert listed(store, PostFilter(author=owner)) == [short(post)]


def test_lists_are_newest_first_and_their_pages_meet_without_a_gap(store: PostStore, owner: str) -> None:
    expected = [short(posted(store, owner, seconds=at)) for at in range(7)][::-1]
    assert listed(store, PostFilter(author=owner)) == expected
    everything = listed(store, PostFilter(), limit=200)
    assert [one for one in everything if one.post.author.id == owner] == expected


def test_a_page_that_is_just_full_is_the_last(store: PostStore, owner: str) -> None:
    for at in range(2):
        posted(store, owner, seconds=at)
    assert store.page(PostFilter(author=owner), 2, None).position is None


def test_posts_are_found_by_tag_and_author(store: PostStore, owner: str) -> None:
    tag, other = f"tag-{uuid4()}", str(new_id())
    mine = posted(store, owner, 1, tags=(tag, "news"))
    theirs = posted(store, other, 2, tags=(tag,))
    assert listed(store, PostFilter(tag=tag)) == [short(theirs), short(mine)]
    assert listed(store, PostFilter(tag=tag, author=owner)) == [short(mine)]
    assert listed(store, PostFilter(tag=f"no-{tag}")) == []


def test_a_tag_that_is_taken_off_finds_nothing_any_more(store: PostStore, owner: str) -> None:
    old, new = f"old-{uuid4()}", f"new-{uuid4()}"
    draft, _ = publish(store, create(store, new_draft(owner, tags=(old,))))
    clock = FakeClock()
    clock.advance(60)
    edited = draft.changed({"tags": (new,)}, clock())
    store.replace(draft, edited)
    assert [one.post.tags for one in listed(store, PostFilter(tag=old))] == [(old,)]
    _, post = publish(store, edited)
    assert listed(store, PostFilter(tag=old)) == []
    assert listed(store, PostFilter(tag=new)) == [short(post)]
    assert listed(store, PostFilter(author=owner)) == [short(post)]


def test_what_is_taken_back_nobody_sees_and_its_draft_stays(store: PostStore, owner: str) -> None:
    draft, post = publish(store, create(store, new_draft(owner, tags=("taken-back",))))
    store.withdraw(draft, draft.withdrawn(), event())
    assert store.published(post.slug) is None
    assert listed(store, PostFilter(author=owner)) == []
    assert store.draft(post.slug) == draft.withdrawn()


def test_what_is_deleted_is_gone_everywhere(store: PostStore, owner: str) -> None:
    draft, post = publish(store, create(store, new_draft(owner)))
    store.delete(draft, event())
    assert store.draft(post.slug) is None
    assert store.published(post.slug) is None
    assert listed(store, PostFilter(author=owner)) == []
    assert list(store.authored(owner)) == []
    assert create(store, new_draft(owner, slug=post.slug)).slug == post.slug


def test_what_is_due_is_found_until_it_is_published(store: PostStore, owner: str) -> None:
    clock = FakeClock()
    now = clock()
    later = create(store, new_draft(owner, publish_at=now + timedelta(seconds=60)))
    soon = create(store, new_draft(owner, publish_at=now + timedelta(seconds=1)))
    never = create(store, new_draft(owner))

    def due(seconds: float) -> list[str]:
        slugs = store.due(now + timedelta(seconds=seconds), 1000)
        return [slug for slug in slugs if slug in {later.slug, soon.slug, never.slug}]

    assert due(0) == []
    assert due(1) == [soon.slug]
    assert due(60) == [soon.slug, later.slug]
    publish(store, soon)
    assert due(60) == [later.slug]
    store.delete(later, None)
    assert due(60) == []


def test_the_drafts_of_an_account_are_known(store: PostStore, owner: str) -> None:
    slugs = {create(store, new_draft(owner)).slug for _ in range(3)}
    create(store, new_draft(str(new_id())))
    assert set(store.authored(owner)) == slugs


def test_behind_the_mark_nothing_is_written(store: PostStore, owner: str) -> None:
    draft = create(store, new_draft(owner))
    assert not store.is_erased(owner)
    store.mark_erased(owner)
    assert store.is_erased(owner)
    with pytest.raises(AccountErased):
        create(store, new_draft(owner))
    with pytest.raises(AccountErased):
        store.replace(draft, changed(draft, "b"))
    with pytest.raises(AccountErased):
        publish(store, draft)
    store.delete(draft, None)
    assert store.draft(draft.slug) is None


def test_a_store_that_is_there_says_so(store: PostStore) -> None:
    store.probe()


def test_what_has_an_object_as_cover_is_known_until_it_has_another(store: PostStore, owner: str) -> None:
    cover = new_cover(new_id())
    draft = store.create(new_draft(owner, cover=cover), 10)
    shown, _ = publish(store, draft)
    assert set(store.covered(cover.object_id)) == {draft.slug}
    bare = replace(shown, cover=None, version=shown.version + 1)
    store.replace(shown, bare)
    assert set(store.covered(cover.object_id)) == {draft.slug}
    after, post = published(bare, 1)
    store.publish(bare, after, post, event())
    assert list(store.covered(cover.object_id)) == []


def test_an_object_that_has_ended_becomes_no_cover(store: PostStore, owner: str) -> None:
    cover, object_id = new_cover(new_id()), new_id()
    for version in (5, 3):  # told in any order
        store.end_cover(cover.object_id, version)
    with pytest.raises(CoverGone):
        store.create(new_draft(owner, cover=cover), 10)
    bare = store.create(new_draft(owner), 10)
    with pytest.raises(Stale):
        store.replace(bare, replace(bare, cover=cover, version=2))
    again = replace(bare, cover=replace(cover, version=5), version=2)
    store.replace(bare, again)
    assert store.create(new_draft(owner, cover=new_cover(object_id)), 10).cover is not None
    assert set(store.covered(cover.object_id)) == {bare.slug}
