"""The contract of AccountStore."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from services.users.tests.factories import NOW, account, session

from chassis.ids import new_id
from chassis.testing import FakeClock, FakePublisher
from users.domain import events
from users.domain.records import Account
from users.errors import AccountNotFound, EmailTaken
from users.wiring import Stores

clock = FakeClock()


def create(stores: Stores, kept: Account | None = None) -> Account:
    kept = kept or account()
    return stores.accounts.create(kept, events.account_created(kept, "https://u", clock))


def published(stores: Stores) -> list[tuple[str, str]]:
    publisher = FakePublisher()
    stores.outbox.drain(100, publisher.publish)
    return [(event.type, event.subject) for event in publisher.published]


def test_a_created_account_is_found_by_id_and_by_address(both: Stores) -> None:
    ada = create(both)
    assert both.accounts.get(ada.id) == ada
    assert both.accounts.find(ada.email_key) == ada


def test_an_unknown_account_is_not_found(both: Stores) -> None:
    assert both.accounts.find("nobody@example.com") is None
    with pytest.raises(AccountNotFound):
        both.accounts.get(new_id())


def test_two_accounts_cannot_share_an_address(both: Stores) -> None:
    ada = create(both)
    with pytest.raises(EmailTaken):
        create(both, account(ada.email))
    assert published(both) == [(events.ACCOUNT_CREATED, str(ada.id))]


def test_an_id_that_stands_already_is_answered_with_what_stands(both: Stores) -> None:
    ada = create(both)
    assert create(both, replace(ada, name="Somebody else")) == ada
    assert published(both) == [(events.ACCOUNT_CREATED, str(ada.id))]


def test_of_many_at_once_one_gets_the_address(both: Stores) -> None:
    def attempt(_number: int) -> bool:
        try:
            create(both, account("same@example.com"))
        except EmailTaken:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(attempt, range(6))) == [False] * 5 + [True]


def test_a_change_of_the_profile_is_kept(both: Stores) -> None:
    ada = create(both)
    changes = {"name": "Countess", "email": "C@example.com", "email_key": "c@example.com"}
    wanted = replace(ada, **changes, reminders_by_mail=True, version=2)
    assert both.accounts.change(ada.id, lambda _: wanted) == wanted
    assert both.accounts.get(ada.id) == wanted


def test_a_change_to_a_taken_address_is_refused(both: Stores) -> None:
    ada, bob = create(both), create(both)
    with pytest.raises(EmailTaken):
        both.accounts.change(bob.id, lambda present: replace(present, email_key=ada.email_key))
    assert both.accounts.get(bob.id) == bob


def test_a_change_that_raises_changes_nothing(both: Stores) -> None:
    ada = create(both)

    def refuse(_present: Account) -> Account:
        raise KeyError

    with pytest.raises(KeyError):
        both.accounts.change(ada.id, refuse)
    assert both.accounts.get(ada.id) == ada


def test_changes_at_once_are_all_kept(both: Stores) -> None:
    ada = create(both)

    def bump(_number: int) -> None:
        both.accounts.change(ada.id, lambda present: replace(present, version=present.version + 1))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(bump, range(8)))
    assert both.accounts.get(ada.id).version == 9


def test_changing_nobody_is_an_error(both: Stores) -> None:
    with pytest.raises(AccountNotFound):
        both.accounts.change(new_id(), lambda present: present)


def test_a_rehash_replaces_the_hash_it_was_made_from_only(both: Stores) -> None:
    ada = create(both)
    both.accounts.rehash(ada.id, "another", "never")
    both.accounts.rehash(new_id(), ada.password_hash, "never")
    assert both.accounts.get(ada.id) == ada
    both.accounts.rehash(ada.id, ada.password_hash, "newer")
    assert both.accounts.get(ada.id) == replace(ada, password_hash="newer")


def test_a_new_password_ends_every_session_but_one(both: Stores) -> None:
    ada, bob = create(both), create(both)
    mine, other, foreign = session(ada.id), session(ada.id), session(bob.id)
    for number, one in enumerate([mine, other, foreign]):
        both.sessions.begin(one, bytes([number]), 1, 100)
    both.accounts.change_password(ada.id, "newer", mine.id)
    alive = [both.sessions.is_alive(one.id, one.account_id, NOW) for one in (mine, other, foreign)]
    assert alive == [True, False, True]
    assert both.accounts.get(ada.id) == replace(ada, password_hash="newer", password_version=2)


def test_a_new_password_for_nobody_is_an_error(both: Stores) -> None:
    with pytest.raises(AccountNotFound):
        both.accounts.change_password(new_id(), "newer", new_id())


def test_erasing_takes_everything_and_leaves_the_event(both: Stores) -> None:
    ada = create(both)
    one = session(ada.id)
    both.sessions.begin(one, b"token", 1, 100)
    both.accounts.grant(ada.id, "pages:write")
    both.accounts.erase(ada.id, events.account_deleted(ada, "https://u", clock))
    assert both.accounts.find(ada.email_key) is None
    assert not both.sessions.is_alive(one.id, ada.id, NOW)
    with both.sessions.family(b"token") as family:
        assert family is None
    kinds = [kind for kind, _ in published(both)]
    assert kinds == [events.ACCOUNT_CREATED, events.ACCOUNT_DELETED]


def test_erasing_nobody_publishes_nothing(both: Stores) -> None:
    with pytest.raises(AccountNotFound):
        both.accounts.erase(new_id(), events.account_deleted(account(), "https://u", clock))
    assert published(both) == []


def test_an_erased_address_is_free_again(both: Stores) -> None:
    ada = create(both)
    both.accounts.erase(ada.id, events.account_deleted(ada, "https://u", clock))
    create(both, account(ada.email))


def test_scopes_are_granted_once_and_withdrawn(both: Stores) -> None:
    ada = create(both)
    for scope in ("pages:write", "pages:write", "releases:write"):
        both.accounts.grant(ada.id, scope)
    assert both.accounts.get(ada.id).scopes == {"pages:write", "releases:write"}
    both.accounts.withdraw(ada.id, "pages:write")
    both.accounts.withdraw(ada.id, "never:granted")
    assert both.accounts.get(ada.id).scopes == {"releases:write"}


def test_nobody_can_be_granted_nothing(both: Stores) -> None:
    with pytest.raises(AccountNotFound):
        both.accounts.grant(new_id(), "pages:write")
    both.accounts.withdraw(new_id(), "pages:write")
