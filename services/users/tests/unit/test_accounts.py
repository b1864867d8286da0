"""Accounts: made, changed, erased."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from services.users.tests.factories import SECRET, session

from chassis.errors import Stale
from chassis.http import etags
from chassis.ids import new_id
from chassis.testing import FakeClock
from users.domain.accounts import AccountChanges, Accounts
from users.domain.passwords import Passwords
from users.domain.records import Account
from users.domain.sealing import Digester
from users.domain.throttle import Throttle
from users.errors import AccountNotFound, EmailTaken, TooManyAttempts, WeakPassword, WrongPassword
from users.wiring import Stores

PASSWORD = "a password of some length"
WHERE = "192.0.2.7"
WHERE = "192.0.2.7"
quick = Passwords(concurrency=2, waiting=8, memory_kib=64, passes=1)


def anything(_version: int) -> None:
    """The precondition that is always met."""


@pytest.fixture
def accounts(stores: Stores, clock: FakeClock) -> Accounts:
    throttle = Throttle(stores.failures, Digester(SECRET, "failures"), clock, per_network=50)
    return Accounts(stores.accounts, quick, throttle, "https://users.example.test", clock)


@pytest.fixture
def ada(accounts: Accounts) -> Account:
    return accounts.register(new_id(), "Ada@example.com", PASSWORD, "Ada", WHERE)


def test_a_password_is_kept_as_a_hash_only(ada: Account) -> None:
    assert PASSWORD not in repr(ada)
    assert quick.verify(ada.password_hash, PASSWORD)


def test_the_same_address_in_other_letters_is_taken(accounts: Accounts, ada: Account) -> None:
    with pytest.raises(EmailTaken):
        accounts.register(new_id(), ada.email.upper(), PASSWORD, "Another", WHERE)


def test_a_weak_password_makes_no_account(accounts: Accounts, stores: Stores) -> None:
    with pytest.raises(WeakPassword):
        accounts.register(new_id(), "bob@example.com", "password123", "Bob", WHERE)
    assert stores.accounts.find("bob@example.com") is None


def test_a_repeated_registration_under_one_id_is_answered_with_the_first(
    accounts: Accounts, ada: Account
) -> None:
    assert accounts.register(ada.id, ada.email, PASSWORD, "Ada", WHERE) == ada


def test_a_change_of_the_name_keeps_the_address_verified(
    accounts: Accounts, ada: Account, stores: Stores
) -> None:
    stores.accounts.change(ada.id, _verified)
    changed = accounts.change(ada.id, AccountChanges(name="Countess"), anything)
    assert (changed.name, changed.email_verified, changed.version) == ("Countess", True, 2)


def test_another_address_is_not_taken_over_here(accounts: Accounts, ada: Account) -> None:
    assert accounts.change(ada.id, AccountChanges(email="countess@example.com"), anything) == ada


def test_the_same_address_in_other_letters_stays_verified(
    accounts: Accounts, ada: Account, stores: Stores
) -> None:
    stores.accounts.change(ada.id, _verified)
    assert accounts.change(ada.id, AccountChanges(email="ADA@example.com"), anything).email_verified


def test_a_change_that_changes_nothing_keeps_the_version(accounts: Accounts, ada: Account) -> None:
    assert accounts.change(ada.id, AccountChanges(name="Ada"), anything) == ada


def test_a_stale_precondition_changes_nothing(accounts: Accounts, ada: Account) -> None:
    with pytest.raises(Stale):
        accounts.change(ada.id, AccountChanges(name="Countess"), partial(etags.require_match, '"7"'))
    assert accounts.get(ada.id) == ada


def test_a_new_password_ends_the_other_sessions(
    accounts: Accounts, ada: Account, stores: Stores, clock: FakeClock
) -> None:
    mine, other = session(ada.id), session(ada.id)
    for number, one in enumerate([mine, other]):
        stores.sessions.begin(one, bytes([number]), ada.password_version, 100)
    accounts.change_password(ada.id, mine.id, PASSWORD, "another good password", WHERE)
    assert stores.sessions.is_alive(mine.id, ada.id, clock())
    assert not stores.sessions.is_alive(other.id, ada.id, clock())
    assert quick.verify(accounts.get(ada.id).password_hash, "another good password")


def test_a_wrong_current_password_changes_nothing_and_is_counted(accounts: Accounts, ada: Account) -> None:
    for _ in range(5):
        with pytest.raises(WrongPassword):
            accounts.change_password(ada.id, new_id(), "wrong", "another good password", WHERE)
    with pytest.raises(TooManyAttempts):
        accounts.change_password(ada.id, new_id(), PASSWORD, "another good password", WHERE)
    assert accounts.get(ada.id) == ada


def test_a_weak_new_password_is_refused_by_its_own_name(accounts: Accounts, ada: Account) -> None:
    with pytest.raises(WeakPassword) as caught:
        accounts.change_password(ada.id, new_id(), PASSWORD, "password123", WHERE)
    assert [error.pointer for error in caught.value.errors] == ["/new"]


def test_an_erased_account_is_gone(accounts: Accounts, ada: Account) -> None:
    accounts.erase(ada.id)
    with pytest.raises(AccountNotFound):
        accounts.get(ada.id)
    with pytest.raises(AccountNotFound):
        accounts.erase(ada.id)


def _verified(account: Account) -> Account:
    return replace(account, email_verified=True)
