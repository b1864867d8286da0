"""What every ExportStore must do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from services.users.tests.factories import NOW, account

from chassis.errors import Problem
from chassis.ids import new_id
from chassis.testing import FakeClock, FakePublisher
from users.domain import events
from users.domain.records import Account, Export, ExportStatus
from users.errors import AccountNotFound, ExportNotFound, ExportPending, TooManyExports
from users.wiring import Stores

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ada(both: Stores) -> Account:
    one = account()
    both.accounts.create(one, events.account_created(one, "https://u", FakeClock()))
    return one


def an_export(account_id: UUID, at: timedelta = SECOND * 0) -> Export:
    now = NOW + at
    times = {"requested_at": now, "deadline": now + HOUR, "expires_at": now + DAY, "next_at": now}
    return Export(new_id(), account_id, ExportStatus.PENDING, ("media", "todos"), **times)


def begin(both: Stores, ada: Account, export: Export, most: int = 3) -> Export:
    event = events.export_requested(ada, export.id, "https://u", FakeClock())
    return both.exports.begin(export, event, most, export.requested_at - DAY)


def done(both: Stores, export: Export, status: ExportStatus = ExportStatus.READY) -> Export:
    claimed = both.exports.claim(export.next_at, export.next_at + SECOND)
    assert claimed is not None
    assert claimed.id == export.id
    settled = replace(claimed, status=status, next_at=claimed.expires_at)
    assert both.exports.settle(claimed, settled)
    return settled


def test_an_export_is_kept_with_its_event(both: Stores, ada: Account) -> None:
    export = begin(both, ada, an_export(ada.id))
    assert both.exports.get(ada.id, export.id, NOW) == export
    publisher = FakePublisher()
    both.outbox.drain(10, publisher.publish)
    assert publisher.published[-1].data == {"export_id": str(export.id)}


def test_a_second_one_under_the_same_id_is_the_first(both: Stores, ada: Account) -> None:
    export = begin(both, ada, an_export(ada.id))
    assert begin(both, ada, replace(export, services=())) == export
    publisher = FakePublisher()
    assert both.outbox.drain(10, publisher.publish) == 2  # the account's, and one of the export


def test_an_account_has_one_pending_at_a_time(both: Stores, ada: Account) -> None:
    export = begin(both, ada, an_export(ada.id))
    with pytest.raises(ExportPending, match=str(export.id)):
        begin(both, ada, an_export(ada.id))
    done(both, export, ExportStatus.FAILED)
    begin(both, ada, an_export(ada.id, SECOND))


def test_of_many_at_once_one_begins(both: Stores, ada: Account) -> None:
    def attempt(_number: int) -> bool:
        try:
            begin(both, ada, an_export(ada.id))
        except Problem:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(attempt, range(6))) == 1


def test_an_account_has_so_many_a_day(both: Stores, ada: Account) -> None:
    for number in range(2):
        done(both, begin(both, ada, an_export(ada.id, number * HOUR)))
    with pytest.raises(TooManyExports) as refused:
        begin(both, ada, an_export(ada.id, 2 * HOUR), most=2)
    assert refused.value.retry_after == 22 * 3600
    begin(both, ada, an_export(ada.id, DAY), most=2)


def test_nobody_elses_and_no_expired_one_is_shown(both: Stores, ada: Account) -> None:
    export = begin(both, ada, an_export(ada.id))
    with pytest.raises(ExportNotFound):
        both.exports.get(new_id(), export.id, NOW)
    with pytest.raises(ExportNotFound):
        both.exports.get(ada.id, export.id, export.expires_at)


def test_an_account_that_is_gone_cannot_ask(both: Stores, ada: Account) -> None:
    both.accounts.erase(ada.id, events.account_deleted(ada, "https://u", FakeClock()))
    with pytest.raises(AccountNotFound):
        begin(both, ada, an_export(ada.id))


def test_a_claim_is_one_workers_until_it_runs_out(both: Stores, ada: Account) -> None:
    export = begin(both, ada, an_export(ada.id))
    claimed = both.exports.claim(NOW, NOW + HOUR)
    assert claimed == replace(export, next_at=NOW + HOUR)
    assert both.exports.claim(NOW, NOW + HOUR) is None
    taken_over = both.exports.claim(NOW + HOUR, NOW + 2 * HOUR)
    assert taken_over is not None
    assert both.exports.renew(claimed, NOW + 3 * HOUR) is None
    assert not both.exports.settle(claimed, replace(claimed, status=ExportStatus.READY))
    both.exports.postpone(claimed, NOW)
    both.exports.forget(claimed)
    renewed = both.exports.renew(taken_over, NOW + 3 * HOUR)
    assert renewed == replace(export, next_at=NOW + 3 * HOUR)
    both.exports.postpone(renewed, NOW + 4 * HOUR)
    assert both.exports.claim(NOW + 3 * HOUR, NOW + DAY) is None
    assert both.exports.claim(NOW + 4 * HOUR, NOW + DAY) is not None


def test_racing_workers_claim_different_exports(both: Stores) -> None:
    for _ in range(3):
        one = account()
        both.accounts.create(one, events.account_created(one, "https://u", FakeClock()))
        begin(both, one, an_export(one.id))
    with ThreadPoolExecutor(6) as pool:
        claimed = list(pool.map(lambda _: both.exports.claim(NOW, NOW + HOUR), range(6)))
    assert len({one.id for one in claimed if one}) == 3 == sum(one is not None for one in claimed)


def test_an_export_of_an_erased_account_is_due_at_once_and_names_nobody(both: Stores, ada: Account) -> None:
    export = done(both, begin(both, ada, an_export(ada.id)))
    clock = FakeClock(NOW + SECOND)
    both.accounts.erase(ada.id, events.account_deleted(ada, "https://u", clock))
    claimed = both.exports.claim(clock(), NOW + HOUR)
    assert claimed == replace(export, account_id=None, next_at=NOW + HOUR)
    assert both.exports.renew(claimed, NOW + HOUR) is None
    assert not both.exports.settle(claimed, claimed)
    both.exports.forget(claimed)
    assert both.exports.claim(NOW + 2 * DAY, NOW + 3 * DAY) is None


def test_erasing_an_account_takes_the_claim_from_whoever_is_at_it(both: Stores, ada: Account) -> None:
    begin(both, ada, an_export(ada.id))
    claimed = both.exports.claim(NOW, NOW + HOUR)
    assert claimed is not None
    both.accounts.erase(ada.id, events.account_deleted(ada, "https://u", FakeClock(NOW)))
    assert both.exports.renew(claimed, NOW + 2 * HOUR) is None
    assert not both.exports.settle(claimed, replace(claimed, status=ExportStatus.READY))
