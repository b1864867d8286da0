"""What every adapter of AccountRecords and BucketScans must do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from services.media.tests.factories import an_owner

from chassis.testing import FakeClock
from media.domain.ports import AccountRecords, BucketScan, BucketScans, Usage

NOW = FakeClock().now


class AccountsContract:
    """Subclass it with a fixture `accounts`."""

    def test_an_unknown_account_holds_nothing_and_is_open(self, accounts: AccountRecords) -> None:
        owner = an_owner()
        assert accounts.usage(owner) == Usage(0, 0)
        assert not accounts.is_erased(owner)

    def test_the_first_mark_stands(self, accounts: AccountRecords) -> None:
        owner = an_owner()
        first = accounts.mark_erased(owner, NOW)
        assert accounts.mark_erased(owner, NOW + timedelta(hours=1)) == first
        assert accounts.is_erased(owner)

    def test_a_marked_account_is_due_at_once(self, accounts: AccountRecords) -> None:
        erasure = accounts.mark_erased(an_owner(), NOW)
        assert erasure in accounts.erasures_due(NOW, 1000)
        assert erasure not in accounts.erasures_due(NOW - timedelta(seconds=1), 1000)

    def test_a_postponed_erasure_is_due_later(self, accounts: AccountRecords) -> None:
        erasure = accounts.mark_erased(an_owner(), NOW)
        accounts.postpone_erasure(erasure, NOW + timedelta(hours=1))
        assert erasure not in accounts.erasures_due(NOW, 1000)
        assert erasure in accounts.erasures_due(NOW + timedelta(hours=1), 1000)

    def test_a_complete_erasure_is_never_due_and_the_account_stays_closed(
        self, accounts: AccountRecords
    ) -> None:
        erasure = accounts.mark_erased(an_owner(), NOW)
        accounts.postpone_erasure(erasure, None)
        assert erasure not in accounts.erasures_due(NOW + timedelta(days=1000), 1000)
        assert accounts.is_erased(erasure.owner)


class RoundsContract:
    """Subclass it with a fixture `rounds`, fresh for each test or not."""

    def test_one_worker_at_a_time_walks(self, rounds: BucketScans) -> None:
        later = NOW + timedelta(days=1)
        first = rounds.lease_scan(later, 60)
        assert first is not None
        assert rounds.lease_scan(later, 60) is None
        assert rounds.lease_scan(later + timedelta(seconds=60), 60) == first
        rounds.save_scan(first)

    def test_a_saved_walk_goes_on_where_it_was(self, rounds: BucketScans) -> None:
        later = NOW + timedelta(days=2)
        assert rounds.lease_scan(later, 60) is not None
        saved = BucketScan("users/a/b c", NOW, NOW - timedelta(hours=1))
        rounds.save_scan(saved)
        assert rounds.lease_scan(later, 60) == saved
        rounds.save_scan(replace(saved, position=""))
        assert rounds.lease_scan(later, 60) == replace(saved, position="")
        rounds.save_scan(saved)
