"""What every adapter of CollectionRecords, CollectionItems and GrantRecords must do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from services.media.tests.factories import an_object, an_owner

from chassis.accounts import AccountErased
from chassis.errors import Conflict, Invalid, NotFound, Stale
from chassis.ids import new_id
from media.domain.collection import Collection, CollectionItem, Grant
from media.domain.collection_ports import CollectionItems, CollectionLimits, CollectionRecords, GrantRecords
from media.domain.objects import MediaObject
from media.domain.ports import AccountRecords, Records

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
MOST = CollectionLimits(collections=3, objects=3, grants=3, bytes=10_000)


@dataclass
class Shelves:
    """The three stores, and those that they count in."""

    collections: CollectionRecords
    items: CollectionItems
    grants: GrantRecords
    records: Records
    accounts: AccountRecords

    def collection(self, owner: str, **changes: Any) -> Collection:
        made = Collection(id=new_id(), owner=owner, name="A", created_at=NOW, updated_at=NOW)
        return self.collections.create(replace(made, **changes), MOST.collections)

    def object(self, owner: str) -> MediaObject:
        return self.records.create(an_object(owner))

    def add(self, collection: Collection, obj: MediaObject, path: str = "") -> CollectionItem:
        item = an_item(collection, obj.id, path)
        self.items.add(item, MOST)
        return item

    def counted(self, collection: Collection) -> int:
        found = self.collections.find(collection.id)
        return found.objects if found else -1


def an_item(collection: Collection, object_id: UUID, path: str = "", etag: str = "e1") -> CollectionItem:
    return CollectionItem(
        collection_id=collection.id,
        owner=collection.owner,
        object_id=object_id,
        path=path or f"{object_id}.jpg",
        size=1000,
        content_type="image/jpeg",
        etag=etag,
        added_at=NOW,
    )


def a_grant(collection: Collection, user_id: str, **changes: Any) -> Grant:
    return Grant(collection_id=collection.id, user_id=user_id, granted_at=NOW, **changes)


class CollectionsContract:
    """Subclass it with a fixture `shelves`."""

    @pytest.fixture
    def owner(self) -> str:
        return an_owner()

    def test_a_collection_is_kept_as_it_was_given(self, shelves: Shelves, owner: str) -> None:
        made = shelves.collection(owner, description="Ünd\n…")
        assert shelves.collections.get(owner, made.id) == made == shelves.collections.find(made.id)
        assert shelves.collections.get(an_owner(), made.id) is None
        assert shelves.collections.find(new_id()) is None

    def test_the_same_id_gives_the_first_collection(self, shelves: Shelves, owner: str) -> None:
        made = shelves.collection(owner)
        assert shelves.collection(owner, id=made.id, name="B") == made

    def test_an_account_has_no_more_than_it_may(self, shelves: Shelves, owner: str) -> None:
        made = [shelves.collection(owner) for _ in range(3)]
        with pytest.raises(Conflict, match="at most 3"):
            shelves.collection(owner)
        shelves.collections.remove(shelves.collections.leave(made[0], NOW))
        shelves.collections.remove(replace(made[0], leaving=True))
        shelves.collection(owner)
        with pytest.raises(Conflict):
            shelves.collection(owner)

    def test_a_closed_account_makes_none(self, shelves: Shelves, owner: str) -> None:
        shelves.accounts.mark_erased(owner, NOW)
        with pytest.raises(AccountErased):
            shelves.collection(owner)
        shelves.accounts.postpone_erasure(shelves.accounts.mark_erased(owner, NOW), None)

    def test_pages_are_newest_first_and_pass_over_what_leaves(self, shelves: Shelves, owner: str) -> None:
        made = [shelves.collection(owner) for _ in range(3)]
        shelves.collection(an_owner())
        left = shelves.collections.leave(made[1], NOW)
        first = shelves.collections.page(owner, 1, None)
        assert [one.id for one in first.items] == [made[2].id]
        second = shelves.collections.page(owner, 1, first.position)
        assert [one.id for one in second.items] == [made[0].id]
        assert second.position is None
        assert {one.id for one in shelves.collections.owned(owner)} == {one.id for one in made}
        with pytest.raises(Invalid):
            shelves.collections.page(owner, 1, {"after": "x"})
        shelves.collections.remove(left)

    def test_a_change_needs_the_present_version(self, shelves: Shelves, owner: str) -> None:
        made = shelves.collection(owner)
        kept = shelves.collections.replace(made, replace(made, name="B"))
        assert (kept.name, kept.version) == ("B", 2)
        assert shelves.collections.get(owner, made.id) == kept
        for late in (shelves.collections.replace, lambda old, _: shelves.collections.leave(old, NOW)):
            with pytest.raises(Stale):
                late(made, replace(made, name="C"))

    def test_a_change_keeps_what_is_counted(self, shelves: Shelves, owner: str) -> None:
        made = shelves.collection(owner)
        shelves.add(made, shelves.object(owner))
        shelves.collections.replace(made, replace(made, name="B"))
        assert shelves.counted(made) == 1

    def test_what_leaves_is_due_until_it_is_gone(self, shelves: Shelves, owner: str) -> None:
        left = shelves.collections.leave(shelves.collection(owner), NOW)
        assert left.leaving
        assert shelves.collections.leave(left, NOW) == left
        assert left in shelves.collections.leaving(NOW, 100)
        assert left not in shelves.collections.leaving(NOW - timedelta(seconds=1), 100)
        with pytest.raises(Stale):
            shelves.collections.replace(left, replace(left, name="B"))
        shelves.collections.remove(left)
        assert left not in shelves.collections.leaving(NOW, 100)
        assert shelves.collections.find(left.id) is None

    def test_an_item_is_kept_and_counted(self, shelves: Shelves, owner: str) -> None:
        made, obj = shelves.collection(owner), shelves.object(owner)
        item = shelves.add(made, obj)
        assert shelves.items.get(made.id, obj.id) == item
        assert shelves.counted(made) == 1
        assert shelves.accounts.usage(owner).bytes == 2000
        with pytest.raises(Stale):
            shelves.add(made, obj)
        assert shelves.accounts.usage(owner).bytes == 2000

    def test_an_item_is_ready_once_that_is_confirmed(self, shelves: Shelves, owner: str) -> None:
        made, obj = shelves.collection(owner), shelves.object(owner)
        item = shelves.add(made, obj)
        assert shelves.items.confirm(item) == replace(item, ready=True)
        assert shelves.items.get(made.id, obj.id) == replace(item, ready=True)
        assert shelves.items.confirm(replace(item, etag="e2")) is None
        shelves.items.take_out(replace(item, ready=True))
        assert shelves.items.confirm(item) is None
        assert shelves.items.get(made.id, obj.id) is None

    def test_what_is_taken_out_is_counted_no_more_and_only_once(self, shelves: Shelves, owner: str) -> None:
        made, obj = shelves.collection(owner), shelves.object(owner)
        item = shelves.add(made, obj)
        shelves.items.take_out(replace(item, etag="another"))
        assert shelves.counted(made) == 1
        for _ in range(2):
            shelves.items.take_out(item)
        assert shelves.counted(made) == 0
        assert shelves.accounts.usage(owner).bytes == 1000
        assert list(shelves.items.copies(owner, obj.id)) == []
        shelves.add(made, obj)

    def test_two_objects_never_share_a_path(self, shelves: Shelves, owner: str) -> None:
        made, first, second = shelves.collection(owner), shelves.object(owner), shelves.object(owner)
        item = shelves.add(made, first, "a/b.jpg")
        with pytest.raises(Conflict, match=r"a/b\.jpg"):
            shelves.add(made, second, "a/b.jpg")
        shelves.add(shelves.collection(owner), second, "a/b.jpg")
        shelves.items.take_out(item)
        shelves.add(made, second, "a/b.jpg")

    def test_a_collection_has_no_more_than_it_may(self, shelves: Shelves, owner: str) -> None:
        made = shelves.collection(owner)
        for _ in range(3):
            shelves.add(made, shelves.object(owner))
        with pytest.raises(Conflict, match="at most 3"):
            shelves.add(made, shelves.object(owner))

    def test_copies_count_against_the_quota(self, shelves: Shelves, owner: str) -> None:
        made, obj = shelves.collection(owner), shelves.object(owner)
        with pytest.raises(Conflict, match="full"):
            shelves.items.add(an_item(made, obj.id), replace(MOST, bytes=1999))
        assert shelves.counted(made) == 0
        shelves.items.add(an_item(made, obj.id), replace(MOST, bytes=2000))

    def test_nothing_is_added_to_or_of_what_leaves(self, shelves: Shelves, owner: str) -> None:
        made, obj = shelves.collection(owner), shelves.object(owner)
        shelves.records.replace(obj, obj.marked_for_deletion(NOW))
        for object_id in (obj.id, new_id()):
            with pytest.raises(NotFound, match="object"):
                shelves.items.add(an_item(made, object_id), MOST)
        other = shelves.object(owner)
        left = shelves.collections.leave(made, NOW)
        with pytest.raises(NotFound, match="collection"):
            shelves.add(made, other)
        shelves.collections.remove(left)
        with pytest.raises(NotFound, match="collection"):
            shelves.add(made, other)

    def test_an_object_knows_its_copies_and_a_page_its_items(self, shelves: Shelves, owner: str) -> None:
        made, other = shelves.collection(owner), shelves.collection(owner)
        objects = [shelves.object(owner) for _ in range(3)]
        added = [shelves.add(made, obj) for obj in objects]
        copy = shelves.add(other, objects[0])
        found = list(shelves.items.copies(owner, objects[0].id))
        assert sorted(found, key=lambda one: one.collection_id) == sorted(
            [added[0], copy], key=lambda one: one.collection_id
        )
        first = shelves.items.page(made.id, 2, None)
        second = shelves.items.page(made.id, 2, first.position)
        assert [*first.items, *second.items] == added
        assert second.position is None
        with pytest.raises(Invalid):
            shelves.items.page(made.id, 2, {"after": 1})

    def test_a_grant_is_kept_and_changed(self, shelves: Shelves, owner: str) -> None:
        made, reader = shelves.collection(owner), an_owner()
        grant = shelves.grants.put(owner, a_grant(made, reader), 3)
        assert shelves.grants.get(made.id, reader) == grant
        later = replace(grant, granted_at=NOW + timedelta(days=1), expires_at=NOW + timedelta(days=2))
        changed = shelves.grants.put(owner, later, 3)
        assert changed == replace(later, granted_at=NOW)
        assert shelves.grants.get(made.id, reader) == changed
        assert list(shelves.grants.held(reader)) == [(owner, made.id)]

    def test_a_grant_goes_once(self, shelves: Shelves, owner: str) -> None:
        made, reader = shelves.collection(owner), an_owner()
        shelves.grants.put(owner, a_grant(made, reader), 1)
        assert shelves.grants.remove(owner, made.id, reader)
        assert not shelves.grants.remove(owner, made.id, reader)
        assert shelves.grants.get(made.id, reader) is None
        assert list(shelves.grants.held(reader)) == []
        shelves.grants.put(owner, a_grant(made, an_owner()), 1)

    def test_grants_are_bounded_and_come_in_pages(self, shelves: Shelves, owner: str) -> None:
        made, readers = shelves.collection(owner), sorted(an_owner() for _ in range(3))
        for reader in readers * 2:
            shelves.grants.put(owner, a_grant(made, reader), 3)
        with pytest.raises(Conflict, match="at most 3"):
            shelves.grants.put(owner, a_grant(made, an_owner()), 3)
        first = shelves.grants.page(made.id, 2, None)
        second = shelves.grants.page(made.id, 2, first.position)
        assert [one.user_id for one in (*first.items, *second.items)] == readers
        with pytest.raises(Invalid):
            shelves.grants.page(made.id, 2, {"after": "x"})

    def test_nothing_is_granted_by_a_stranger_or_to_who_is_gone(self, shelves: Shelves, owner: str) -> None:
        made, reader = shelves.collection(owner), an_owner()
        with pytest.raises(NotFound, match="collection"):
            shelves.grants.put(an_owner(), a_grant(made, reader), 3)
        shelves.accounts.postpone_erasure(shelves.accounts.mark_erased(reader, NOW), None)
        with pytest.raises(NotFound, match="account"):
            shelves.grants.put(owner, a_grant(made, reader), 3)
