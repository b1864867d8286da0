"""Signing in, staying signed in, and the end of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import jwt
import pytest
from services.users.tests.factories import DEVICE, SECRET, account

from chassis.ids import new_id
from chassis.testing import FakeClock, FakePublisher
from users.domain import emails, events
from users.domain.access_tokens import AccessTokens, Identity
from users.domain.keyring import Keyring
from users.domain.passwords import Passwords
from users.domain.ports import SessionStore
from users.domain.records import Account, Device
from users.domain.refresh_tokens import RefreshTokens, fingerprint
from users.domain.sealing import Digester, Sealer
from users.domain.sessions import PER_ACCOUNT, Lifetimes, Sessions, SignIn, TokenGrant
from users.domain.throttle import Throttle
from users.errors import (
    AccountNotFound,
    RefreshRefused,
    TooManyAttempts,
    TooManySignIns,
    WrongCredentials,
)
from users.wiring import Stores

PASSWORD = "a password of some length"
quick = Passwords(concurrency=2, waiting=8, memory_kib=64, passes=1)


@dataclass
class Desk:
    """Everything about sessions, on memory stores."""

    stores: Stores
    clock: FakeClock
    sign_in_desk: SignIn
    sessions: Sessions

    def register(self, password_hash: str | None = None) -> Account:
        kept = account(password_hash=password_hash or quick.hash(PASSWORD))
        return self.stores.accounts.create(kept, events.account_created(kept, "https://u", self.clock))

    def sign_in(self, who: Account, password: str = PASSWORD) -> TokenGrant:
        return self.sign_in_desk.sign_in(who.email, password, DEVICE, new_id())

    def refresh(self, granted: TokenGrant | str) -> TokenGrant:
        token = granted if isinstance(granted, str) else granted.refresh_token
        return self.sessions.refresh(token, Device("Another/2", "192.0.2.9"))

    def is_alive(self, granted: TokenGrant, who: Account) -> bool:
        return self.sessions.is_alive(who.id, granted.session_id)


def desk_on(stores: Stores, clock: FakeClock, sessions: SessionStore | None = None) -> Desk:
    keyring = Keyring(stores.signing_keys, Sealer(SECRET, "signing keys"), clock)
    access = AccessTokens(keyring, Identity("https://users.example.test", "slipway"), clock)
    refresh, lifetimes = RefreshTokens(Digester(SECRET, "refresh tokens")), Lifetimes()
    throttle = Throttle(stores.failures, Digester(SECRET, "failures"), clock, per_network=50)
    kept = sessions or stores.sessions
    sign_in = SignIn(stores.accounts, kept, quick, throttle, access, refresh, clock, lifetimes)
    return Desk(stores, clock, sign_in, Sessions(kept, access, refresh, clock, lifetimes))


@pytest.fixture
def desk(stores: Stores, clock: FakeClock) -> Desk:
    return desk_on(stores, clock)


def test_signing_in_gives_a_session_that_is_alive(desk: Desk) -> None:
    ada = desk.register()
    assert desk.is_alive(desk.sign_in(ada), ada)


def test_a_sign_in_without_room_is_refused_before_any_store_is_asked(
    desk: Desk, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = desk.register()
    full = Passwords(concurrency=1, waiting=0)
    assert full._room.acquire(blocking=False)
    monkeypatch.setattr(desk.sign_in_desk, "_passwords", full)
    for store, name in ((stores.accounts, "find"), (stores.failures, "get")):
        monkeypatch.setattr(store, name, lambda *_: pytest.fail("a store was asked"))
    with pytest.raises(TooManySignIns):
        desk.sign_in(ada)


def test_the_access_token_says_who_where_and_how_long(desk: Desk) -> None:
    ada = desk.register()
    granted = desk.sign_in(ada)
    claims = jwt.decode(granted.access_token, options={"verify_signature": False})
    assert (claims["sub"], claims["sid"]) == (str(ada.id), str(granted.session_id))
    assert claims["exp"] - claims["iat"] == granted.expires_in == 600
    assert claims["scope"] == "openid profile email"
    assert jwt.get_unverified_header(granted.access_token)["typ"] == "at+jwt"


def test_granted_scopes_are_in_the_next_token(desk: Desk) -> None:
    ada = desk.register()
    granted = desk.sign_in(ada)
    desk.stores.accounts.grant(ada.id, "pages:write")
    claims = jwt.decode(desk.refresh(granted).access_token, options={"verify_signature": False})
    assert claims["scope"] == "openid profile email pages:write"


@pytest.mark.parametrize("email", ["nobody@example.com", "not an address", "\0"])
def test_who_has_no_account_learns_no_more_than_who_has_the_wrong_password(desk: Desk, email: str) -> None:
    ada = desk.register()
    with pytest.raises(WrongCredentials) as unknown:
        desk.sign_in(replace(ada, email=email))
    with pytest.raises(WrongCredentials) as wrong:
        desk.sign_in(ada, "another password")
    assert str(unknown.value) == str(wrong.value)


def test_repeated_failures_are_slowed_down_for_known_and_unknown_addresses_alike(desk: Desk) -> None:
    for email in (desk.register().email, "nobody@example.com", "no address"):
        for _ in range(5):
            with pytest.raises(WrongCredentials):
                desk.sign_in(account(email), "wrong") if "@" in email else desk.sign_in_desk.sign_in(
                    email, "wrong", DEVICE, new_id()
                )
        with pytest.raises(TooManyAttempts):
            desk.sign_in_desk.sign_in(email, PASSWORD, DEVICE, new_id())


def test_an_outdated_hash_is_replaced_at_the_next_sign_in(desk: Desk) -> None:
    ada = desk.register(Passwords(1, 0, memory_kib=128, passes=1).hash(PASSWORD))
    desk.sign_in(ada)
    kept = desk.stores.accounts.get(ada.id).password_hash
    assert not quick.is_outdated(kept)
    assert quick.verify(kept, PASSWORD)


def test_an_account_erased_between_check_and_session_has_no_session(stores: Stores, clock: FakeClock) -> None:
    class Vanishing:
        def begin(self, *_arguments: object) -> None:
            raise AccountNotFound

    desk = desk_on(stores, clock, Vanishing())  # type: ignore[arg-type]
    with pytest.raises(WrongCredentials):
        desk.sign_in(desk.register())


def test_refreshing_gives_another_pair_for_the_same_session(desk: Desk) -> None:
    first = desk.sign_in(desk.register())
    second = desk.refresh(first)
    assert second.session_id == first.session_id
    assert second.refresh_token != first.refresh_token
    assert second.access_token != first.access_token


def test_a_session_lives_on_by_being_refreshed(desk: Desk) -> None:
    ada = desk.register()
    granted = desk.sign_in(ada)
    for _ in range(4):
        desk.clock.advance(29 * 86_400)
        granted = desk.refresh(granted)
    assert desk.is_alive(granted, ada)


def test_no_session_lives_for_ever(desk: Desk) -> None:
    granted = desk.sign_in(desk.register())
    for _ in range(6):
        desk.clock.advance(29 * 86_400)
        granted = desk.refresh(granted)
    desk.clock.advance(6 * 86_400)
    with pytest.raises(RefreshRefused):
        desk.refresh(granted)


def test_a_session_that_is_not_refreshed_ends(desk: Desk) -> None:
    ada = desk.register()
    granted = desk.sign_in(ada)
    desk.clock.advance(30 * 86_400)
    assert not desk.is_alive(granted, ada)
    with pytest.raises(RefreshRefused):
        desk.refresh(granted)


def test_a_retry_within_the_grace_gets_the_same_successor(desk: Desk) -> None:
    first = desk.sign_in(desk.register())
    second = desk.refresh(first)
    desk.clock.advance(10)
    assert desk.refresh(first).refresh_token == second.refresh_token


def test_a_retry_that_was_overtaken_gets_the_newest_token(desk: Desk) -> None:
    first = desk.sign_in(desk.register())
    third = desk.refresh(desk.refresh(first))
    assert desk.refresh(first).refresh_token == third.refresh_token


def test_a_token_used_again_after_the_grace_ends_the_whole_family(desk: Desk) -> None:
    ada = desk.register()
    first = desk.sign_in(ada)
    second = desk.refresh(first)
    desk.clock.advance(10.001)
    with pytest.raises(RefreshRefused):
        desk.refresh(first)
    with pytest.raises(RefreshRefused):
        desk.refresh(second)
    assert not desk.is_alive(second, ada)


def test_another_session_of_the_account_is_left_alone(desk: Desk) -> None:
    ada = desk.register()
    first, other = desk.sign_in(ada), desk.sign_in(ada)
    desk.refresh(first)
    desk.clock.advance(11)
    with pytest.raises(RefreshRefused):
        desk.refresh(first)
    assert desk.is_alive(other, ada)
    desk.refresh(other)


@pytest.mark.parametrize("token", ["", "srt_unknown", "ü", "x" * 128])
def test_an_unknown_token_is_refused(desk: Desk, token: str) -> None:
    with pytest.raises(RefreshRefused):
        desk.refresh(token)


def test_a_used_token_whose_chain_our_key_does_not_continue_is_refused(desk: Desk) -> None:
    first = desk.sign_in(desk.register())
    with desk.stores.sessions.family(fingerprint(first.refresh_token)) as family:
        assert family is not None
        family.succeed(fingerprint(first.refresh_token), fingerprint("made under another key"), desk.clock())
    with pytest.raises(RefreshRefused):
        desk.refresh(first)


def test_refreshing_shows_the_device_that_did_it(desk: Desk) -> None:
    ada = desk.register()
    granted = desk.sign_in(ada)
    desk.clock.advance(60)
    desk.refresh(granted)
    [session] = desk.sessions.page(ada.id, 50, None).items
    assert session.device == Device("Another/2", "192.0.2.9")
    assert (session.last_used_at - session.created_at).total_seconds() == 60


def test_an_ended_session_is_refused(desk: Desk) -> None:
    ada = desk.register()
    granted = desk.sign_in(ada)
    desk.sessions.end(ada.id, granted.session_id)
    assert not desk.is_alive(granted, ada)
    with pytest.raises(RefreshRefused):
        desk.refresh(granted)


def test_the_number_of_sessions_is_bounded(desk: Desk) -> None:
    ada = desk.register()
    granted = []
    for _ in range(PER_ACCOUNT + 2):
        desk.clock.advance(1)
        granted.append(desk.sign_in(ada))
    assert [desk.is_alive(one, ada) for one in granted[:3]] == [False, False, True]


def test_events_are_kept_for_the_relay(desk: Desk) -> None:
    publisher = FakePublisher()
    ada = desk.register()
    desk.stores.outbox.drain(10, publisher.publish)
    assert [event.subject for event in publisher.published] == [str(ada.id)]
    assert emails.key(ada.email) not in publisher.published[0].model_dump_json()
