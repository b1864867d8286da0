"""The operators' commands."""

from __future__ import annotations

import pytest
from services.users.tests.factories import account, settings

from chassis.messages.events import Event
from chassis.testing import FakeClock
from users.commands import grant, outbox, rotate_keys
from users.domain import events
from users.domain.records import Account
from users.wiring import Stores, keyring_of


@pytest.fixture(autouse=True)
def _environment(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (grant, outbox, rotate_keys):
        monkeypatch.setattr(module, "load_settings", lambda _kind: settings())
        monkeypatch.setattr(module, "real", lambda _settings: stores)


@pytest.fixture
def ada(stores: Stores, clock: FakeClock) -> Account:
    one = account("ada@example.com")
    return stores.accounts.create(one, events.account_created(one, "https://u", clock))


def test_a_scope_is_granted_and_withdrawn(
    stores: Stores, ada: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    assert grant.main(["ADA@example.com", "releases:write", "pages:write"]) == 0
    assert stores.accounts.get(ada.id).scopes == {"pages:write", "releases:write"}
    assert grant.main(["--withdraw", "ada@example.com", "pages:write", "releases:write", "not:granted"]) == 0
    assert stores.accounts.get(ada.id).scopes == set()
    shown = f"account {ada.id}: pages:write releases:write\naccount {ada.id}: no further scopes\n"
    assert capsys.readouterr().out == shown


@pytest.mark.parametrize("email", ["bob@example.com", "no address"])
def test_an_unknown_address_is_told_without_being_logged(
    email: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert grant.main([email, "pages:write"]) == 1
    error = capsys.readouterr().err
    assert "no account" in error
    assert email not in error


@pytest.mark.parametrize("scope", ["pages", "Pages:Write", "pages:write openid", "pages:write\n", ""])
def test_what_is_no_scope_is_refused(ada: Account, scope: str) -> None:
    with pytest.raises(SystemExit) as caught:
        grant.main([ada.email, "pages:write", scope])
    assert caught.value.code == 2


def test_keys_are_rotated_when_the_next_one_is_known(
    stores: Stores, capsys: pytest.CaptureFixture[str]
) -> None:
    long_ago = FakeClock()
    first = keyring_of(settings(), stores, long_ago).signer().key_id
    assert rotate_keys.main([]) == 0
    assert keyring_of(settings(), stores).signer().key_id != first
    assert capsys.readouterr().out.startswith("signing with ")


def test_keys_are_not_rotated_too_early_unless_it_must_be(
    stores: Stores, capsys: pytest.CaptureFixture[str]
) -> None:
    first = keyring_of(settings(), stores).signer().key_id
    assert rotate_keys.main([]) == 1
    assert "--now" in capsys.readouterr().err
    assert rotate_keys.main(["--now"]) == 0
    assert keyring_of(settings(), stores).signer().key_id != first


def test_events_that_could_not_be_published_are_shown_and_made_due(
    stores: Stores, ada: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outbox.main([]) == 0
    assert capsys.readouterr().out == ""

    def refuse(_event: Event) -> None:
        raise ValueError("too large")

    stores.outbox.drain(10, refuse)
    assert outbox.main(["--retry"]) == 0
    shown, made_due = capsys.readouterr().out.splitlines()
    assert "failed 1 times" in shown
    assert "too large" in shown
    assert made_due == "due at once: 1"
