"""What every adapter of Records must do."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from services.media.tests.factories import an_object, an_owner

from chassis.accounts import AccountErased
from chassis.errors import Invalid, Stale
from chassis.ids import new_id
from chassis.testing import FakeClock
from media.domain.objects import Content, Findings, Lane, MediaObject, Status, Thumbnail
from media.domain.ports import AccountRecords, Quota, Records, Usage
from media.errors import QuotaExceeded

NOW = FakeClock().now
CONTENT = Content(2000, "e1", "image/png", NOW)


def deleting(obj: MediaObject) -> MediaObject:
    return obj.marked_for_deletion(NOW)


def pages_due(
    records: Records, now: datetime, lane: Lane = Lane.QUICK, limit: int = 1000
) -> Iterator[list[MediaObject]]:
    """Give what is due page by page."""
    position: Any = None
    while True:
        page = records.due(now, lane, limit, position)
        yield page.items
        position = page.position
        if position is None:
            return


def due(records: Records, now: datetime, lane: Lane = Lane.QUICK) -> list[MediaObject]:
    """Return all that is due in a lane."""
    return [obj for page in pages_due(records, now, lane) for obj in page]


class RecordsContract:
    """Subclass it with fixtures `records` and `accounts` over the same table."""

    def test_what_was_created_is_found_by_id_and_by_key(self, records: Records) -> None:
        obj = records.create(an_object())
        assert records.get(obj.owner, obj.id) == obj
        assert records.by_key(obj.key) == obj

    def test_every_field_survives(self, records: Records) -> None:
        thumbnail = Thumbnail("small", 256, 171, "image/jpeg", "thumbnails/a/b/1/small.jpg")
        obj = an_object(
            status=Status.REJECTED,
            declared_sha256="a" * 64,
            sha256="b" * 64,
            reason="Über 50 million",
            width=3000,
            height=2000,
            thumbnails=(thumbnail,),
            etag="e",
            attempts=3,
            due_at=NOW,
            upload_until=NOW + timedelta(minutes=15),
            multipart="m",
            safe_to_delete_at=NOW + timedelta(minutes=20),
        )
        assert records.get(obj.owner, records.create(obj).id) == obj

    def test_another_owner_does_not_find_it(self, records: Records) -> None:
        obj = records.create(an_object())
        assert records.get(an_owner(), obj.id) is None

    def test_creating_the_same_id_again_gives_what_stands(self, records: Records) -> None:
        first = records.create(an_object())
        assert records.create(replace(first, filename="other.jpg", key=f"{first.key}x")) == first

    def test_creating_a_taken_key_gives_its_owner(self, records: Records) -> None:
        first = records.create(an_object())
        assert records.create(replace(first, id=new_id())) == first
        assert len(list(records.owned(first.owner))) == 1

    def test_of_many_that_create_one_key_at_once_one_wins(self, records: Records) -> None:
        base = an_object()
        with ThreadPoolExecutor(6) as pool:
            made = list(pool.map(lambda _: records.create(replace(base, id=new_id())), range(6)))
        assert len({obj.id for obj in made}) == 1

    def test_a_replacement_gets_the_next_version(self, records: Records) -> None:
        obj = records.create(an_object())
        kept = records.replace(obj, obj.claimed(CONTENT, NOW))
        assert (kept.version, kept.status) == (2, Status.PROCESSING)
        assert records.get(obj.owner, obj.id) == kept

    def test_a_replacement_of_an_older_version_is_stale(self, records: Records) -> None:
        obj = records.create(an_object())
        records.replace(obj, obj.claimed(CONTENT, NOW))
        with pytest.raises(Stale):
            records.replace(obj, obj.claimed(CONTENT, NOW))

    def test_a_deletion_of_an_older_version_is_stale(self, records: Records) -> None:
        obj = records.create(an_object())
        records.replace(obj, obj.claimed(CONTENT, NOW))
        with pytest.raises(Stale):
            records.replace(obj, deleting(obj))

    def test_a_replacement_of_what_is_gone_is_stale(self, records: Records) -> None:
        obj = an_object()
        with pytest.raises(Stale):
            records.replace(obj, obj.released(NOW, is_to_blame=True))

    def test_of_two_replacements_at_once_one_wins(self, records: Records) -> None:
        obj = records.create(an_object())

        def attempt(number: int) -> bool:
            try:
                records.replace(obj, replace(obj, size=number))
            except Stale:
                return False
            return True

        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(attempt, range(2000, 2006))) == 1

    def test_what_was_removed_is_gone_with_its_key(self, records: Records) -> None:
        obj = records.create(an_object())
        records.remove(obj)
        records.remove(obj)
        assert records.get(obj.owner, obj.id) is None
        assert records.by_key(obj.key) is None

    def test_removing_an_older_version_is_stale(self, records: Records) -> None:
        obj = records.create(an_object())
        records.replace(obj, obj.claimed(CONTENT, NOW))
        with pytest.raises(Stale):
            records.remove(obj)

    def test_a_released_key_can_be_taken_by_another(self, records: Records) -> None:
        obj = records.create(an_object())
        records.release_key(obj)
        heir = records.create(replace(obj, id=new_id()))
        records.release_key(obj)
        assert records.by_key(obj.key) == heir

    def test_removing_an_object_leaves_its_heirs_key_alone(self, records: Records) -> None:
        obj = records.create(an_object())
        records.release_key(obj)
        heir = records.create(replace(obj, id=new_id()))
        records.remove(obj)
        assert records.get(obj.owner, obj.id) is None
        assert records.by_key(obj.key) == heir

    def test_pages_show_the_newest_first_and_end(self, records: Records) -> None:
        owner = an_owner()
        made = [records.create(an_object(owner)) for _ in range(5)]
        first = records.page(owner, 2, None)
        second = records.page(owner, 2, first.position)
        third = records.page(owner, 2, second.position)
        assert [*first.items, *second.items, *third.items] == made[::-1]
        assert third.position is None

    def test_a_full_last_page_has_no_next(self, records: Records) -> None:
        owner = an_owner()
        for _ in range(2):
            records.create(an_object(owner))
        assert records.page(owner, 2, None).position is None

    def test_pages_stay_stable_while_objects_come_and_go(self, records: Records) -> None:
        owner = an_owner()
        made = [records.create(an_object(owner)) for _ in range(4)]
        first = records.page(owner, 2, None)
        records.create(an_object(owner))
        records.remove(made[2])
        assert records.page(owner, 2, first.position).items == [made[1], made[0]]

    def test_objects_being_deleted_are_on_no_page(self, records: Records) -> None:
        owner = an_owner()
        made = [records.create(an_object(owner)) for _ in range(3)]
        records.replace(made[2], deleting(made[2]))
        found = records.page(owner, 2, None)
        assert (found.items, found.position) == ([made[1], made[0]], None)
        assert len(list(records.owned(owner))) == 3

    @pytest.mark.parametrize("position", [{}, {"after": 7}, {"after": "x"}, {"other": "x"}])
    def test_a_position_that_was_made_up_is_refused(
        self, records: Records, position: dict[str, object]
    ) -> None:
        with pytest.raises(Invalid):
            records.page(an_owner(), 2, position)

    def test_a_position_of_another_owner_gives_only_ones_own(self, records: Records) -> None:
        mine, theirs = an_owner(), an_owner()
        records.create(an_object(theirs))
        assert records.page(mine, 10, {"after": str(UUID(int=2**128 - 1))}).items == []

    def test_only_what_is_due_is_due(self, records: Records) -> None:
        now = NOW + timedelta(days=new_id().int % 30000)
        early = records.create(an_object(due_at=now - timedelta(seconds=1)))
        late = records.create(an_object(due_at=now + timedelta(seconds=1)))
        settled = records.create(an_object())
        found = [obj.id for obj in due(records, now)]
        assert early.id in found
        assert late.id not in found
        assert settled.id not in found

    def test_no_more_are_due_than_asked_for(self, records: Records) -> None:
        for _ in range(3):
            records.create(an_object(due_at=NOW))
        assert all(len(page) <= 2 for page in pages_due(records, NOW, limit=2))

    def test_what_is_due_is_found_page_by_page_once_each(self, records: Records) -> None:
        made = {records.create(an_object(due_at=NOW)).id for _ in range(7)}
        found = [obj.id for page in pages_due(records, NOW, limit=2) for obj in page]
        assert made <= set(found)
        assert len(found) == len(set(found))

    def test_each_lane_has_its_own(self, records: Records) -> None:
        quick, slow = (records.create(an_object(due_at=NOW, lane=lane)) for lane in Lane)
        assert slow.id not in [obj.id for obj in due(records, NOW)]
        in_slow = [obj.id for obj in due(records, NOW, Lane.SLOW)]
        assert (slow.id in in_slow, quick.id in in_slow) == (True, False)
        records.postpone(slow, NOW)
        assert slow.id in [obj.id for obj in due(records, NOW, Lane.SLOW)]

    def test_postponing_moves_the_next_look_and_keeps_the_version(self, records: Records) -> None:
        obj = records.create(an_object(due_at=NOW))
        later = NOW + timedelta(hours=1)
        records.postpone(obj, later)
        assert records.get(obj.owner, obj.id) == replace(obj, due_at=later)

    def test_postponing_what_has_changed_does_nothing(self, records: Records) -> None:
        obj = records.create(an_object(due_at=NOW))
        kept = records.replace(obj, obj.claimed(CONTENT, NOW))
        records.postpone(obj, NOW + timedelta(hours=1))
        records.postpone(an_object(), NOW)
        assert records.get(obj.owner, obj.id) == kept

    def test_what_is_settled_is_not_due_any_more(self, records: Records) -> None:
        obj = records.create(an_object(due_at=NOW))
        records.replace(obj, obj.concluded(Findings("image/png", None), ()))
        assert obj.id not in [found.id for found in due(records, NOW)]

    def test_usage_follows_creation_change_and_removal(
        self, records: Records, accounts: AccountRecords
    ) -> None:
        owner = an_owner()
        first = records.create(an_object(owner, size=100))
        second = records.create(an_object(owner, size=10))
        assert accounts.usage(owner) == Usage(110, 2)
        changed = records.replace(first, first.claimed(CONTENT, NOW))
        assert accounts.usage(owner) == Usage(2010, 2)
        marked = records.replace(changed, deleting(changed))
        assert accounts.usage(owner) == Usage(10, 1)
        records.remove(marked)
        records.remove(second)
        assert accounts.usage(owner) == Usage(0, 0)

    def test_an_upload_that_does_not_fit_is_refused(self, records: Records, accounts: AccountRecords) -> None:
        owner, quota = an_owner(), Quota(bytes=100, objects=10)
        records.create(an_object(owner, size=60), quota)
        with pytest.raises(QuotaExceeded):
            records.create(an_object(owner, size=41), quota)
        records.create(an_object(owner, size=40), quota)
        assert accounts.usage(owner) == Usage(100, 2)

    def test_a_first_file_larger_than_the_quota_is_refused(self, records: Records) -> None:
        with pytest.raises(QuotaExceeded):
            records.create(an_object(size=101), Quota(bytes=100, objects=10))

    def test_too_many_objects_are_refused(self, records: Records) -> None:
        owner, quota = an_owner(), Quota(bytes=10_000, objects=1)
        records.create(an_object(owner), quota)
        with pytest.raises(QuotaExceeded):
            records.create(an_object(owner), quota)

    def test_many_uploads_of_one_account_at_once_all_count(
        self, records: Records, accounts: AccountRecords
    ) -> None:
        owner = an_owner()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: records.create(an_object(owner, size=5), Quota(1000, 100)), range(12)))
        assert accounts.usage(owner) == Usage(60, 12)

    def test_of_many_uploads_at_once_no_more_are_promised_than_fit(
        self, records: Records, accounts: AccountRecords
    ) -> None:
        owner = an_owner()

        def is_promised(_: int) -> bool:
            try:
                records.create(an_object(owner, size=10), Quota(bytes=35, objects=100))
            except QuotaExceeded:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            promised = sum(pool.map(is_promised, range(8)))
        assert promised == 3
        assert accounts.usage(owner) == Usage(30, 3)

    def test_a_closed_account_takes_nothing_in(self, records: Records, accounts: AccountRecords) -> None:
        owner = an_owner()
        accounts.mark_erased(owner, NOW)
        with pytest.raises(AccountErased):
            records.create(an_object(owner))
        with pytest.raises(AccountErased):
            records.create(an_object(owner), Quota(10_000, 10))

    def test_it_answers(self, records: Records) -> None:
        records.probe()
