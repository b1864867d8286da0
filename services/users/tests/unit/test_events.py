"""What an account's events say."""

from __future__ import annotations

from dataclasses import replace

from services.users.tests.factories import NOW, account

from chassis.addresses import address_digest
from chassis.schemas import format_time
from chassis.testing import FakeClock
from users.domain.events import account_deleted
from users.domain.records import Account


def address_of(found: Account) -> object:
    return account_deleted(found, "https://users.example.com", FakeClock(NOW)).data["address"]


def test_the_end_of_an_account_names_its_address_by_a_digest_alone() -> None:
    ada = replace(account("Ada@example.com"), email_verified=True)
    assert address_of(ada) == {"digest": address_digest("ada@EXAMPLE.com"), "since": None}
    event = account_deleted(ada, "https://users.example.com", FakeClock(NOW))
    assert "ada@example.com" not in event.model_dump_json().lower()


def test_an_address_that_was_never_proven_is_the_accounts_since_it_was_made() -> None:
    ada = account("ada@example.com")
    assert address_of(ada) == {
        "digest": address_digest("ada@example.com"),
        "since": format_time(ada.created_at),
    }
