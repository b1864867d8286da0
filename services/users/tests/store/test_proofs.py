"""Addresses that wait to be confirmed: what every ProofStore must do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from services.users.tests.factories import NOW, account

from chassis.testing import FakeClock
from users.domain import events
from users.domain.records import Account, Proof
from users.errors import AccountNotFound, EmailTaken, ProofRefused
from users.wiring import Stores

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def kept(stores: Stores, one: Account) -> Account:
    return stores.accounts.create(one, events.account_created(one, "https://u", FakeClock()))


def proof(one: Account, email: str = "countess@example.com", digest: bytes = b"digest") -> Proof:
    return Proof(one.id, email, email.casefold(), digest, b"sealed", NOW, NOW + DAY)


@pytest.fixture
def ada(both: Stores) -> Account:
    return kept(both, account())


def test_a_confirmed_address_is_the_accounts_and_the_token_is_used_up(both: Stores, ada: Account) -> None:
    both.proofs.put(proof(ada, "Countess@example.com"))
    both.proofs.confirm(b"digest", NOW)
    found = both.accounts.get(ada.id)
    assert (found.email, found.email_key) == ("Countess@example.com", "countess@example.com")
    assert (found.email_verified, found.version) == (True, ada.version + 1)
    with pytest.raises(ProofRefused):
        both.proofs.confirm(b"digest", NOW)


@pytest.mark.parametrize(("digest", "at"), [(b"another", NOW), (b"digest", NOW + DAY)])
def test_a_token_that_is_made_up_or_too_old_changes_nothing(both: Stores, digest: bytes, at: object) -> None:
    ada = kept(both, account())
    both.proofs.put(proof(ada))
    with pytest.raises(ProofRefused):
        both.proofs.confirm(digest, at)  # type: ignore[arg-type]
    assert both.accounts.get(ada.id) == ada


def test_an_address_that_another_account_got_meanwhile_stays_theirs(both: Stores, ada: Account) -> None:
    both.proofs.put(proof(ada))
    bob = kept(both, account("countess@example.com"))
    with pytest.raises(EmailTaken):
        both.proofs.confirm(b"digest", NOW)
    assert (both.accounts.get(ada.id), both.accounts.get(bob.id)) == (ada, bob)


def test_a_newer_address_takes_the_place_of_the_one_that_waits(both: Stores, ada: Account) -> None:
    both.proofs.put(proof(ada))
    both.proofs.put(proof(ada, "duchess@example.com", b"newer"))
    assert both.proofs.waiting(ada.id, NOW) == "duchess@example.com"
    with pytest.raises(ProofRefused):
        both.proofs.confirm(b"digest", NOW)


def test_what_is_withdrawn_expired_or_erased_waits_no_more(both: Stores, ada: Account) -> None:
    both.proofs.put(proof(ada))
    assert both.proofs.waiting(ada.id, NOW + DAY) is None
    both.proofs.withdraw(ada.id)
    assert both.proofs.waiting(ada.id, NOW) is None
    both.proofs.put(proof(ada))
    both.accounts.erase(ada.id, events.account_deleted(ada, "https://u", FakeClock()))
    assert both.proofs.waiting(ada.id, NOW) is None
    with pytest.raises(AccountNotFound):
        both.proofs.put(proof(ada))


def test_a_mail_is_one_claimants_until_it_gives_it_back_or_its_time_is_over(
    both: Stores, ada: Account
) -> None:
    both.proofs.put(proof(ada))
    [claimed] = both.proofs.claim(NOW, NOW + HOUR, 10)
    assert (claimed.email, claimed.sealed) == ("countess@example.com", b"sealed")
    assert both.proofs.claim(NOW, NOW + HOUR, 10) == []
    assert [one.digest for one in both.proofs.claim(NOW + HOUR, NOW + 2 * HOUR, 10)] == [b"digest"]
    both.proofs.release(claimed)
    assert len(both.proofs.claim(NOW + HOUR, NOW + 2 * HOUR, 10)) == 1


def test_a_mail_that_was_sent_is_not_due_and_its_token_is_gone(both: Stores, ada: Account) -> None:
    both.proofs.put(proof(ada))
    [claimed] = both.proofs.claim(NOW, NOW + HOUR, 10)
    both.proofs.put(proof(ada, "duchess@example.com", b"newer"))
    both.proofs.sent(claimed)  # of the older address: the newer one's mail is still due
    [newer] = both.proofs.claim(NOW, NOW + HOUR, 10)
    both.proofs.sent(newer)
    assert both.proofs.claim(NOW + 2 * HOUR, NOW + 3 * HOUR, 10) == []
    both.proofs.confirm(b"newer", NOW)


def test_of_many_mails_the_oldest_go_first(both: Stores) -> None:
    for number in (2, 0, 1):
        one = kept(both, account())
        at = NOW + number * timedelta(seconds=1)
        both.proofs.put(
            Proof(
                one.id, f"{number}@example.com", f"{number}@example.com", bytes([number]), b"s", at, at + DAY
            )
        )
    assert {one.email for one in both.proofs.claim(NOW, NOW + HOUR, 2)} == {"0@example.com", "1@example.com"}


def test_what_has_expired_is_forgotten(both: Stores, ada: Account) -> None:
    both.proofs.put(proof(ada))
    assert both.proofs.purge(NOW) == 0
    assert both.proofs.purge(NOW + DAY) == 1
