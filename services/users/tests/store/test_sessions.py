"""The contract of SessionStore."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from services.users.tests.factories import NOW, account, session

from chassis.ids import new_id
from chassis.testing import FakeClock
from users.domain import events
from users.domain.records import Account, Device, Session
from users.errors import AccountNotFound, SessionNotFound
from users.wiring import Stores

DAY = timedelta(days=1)


@pytest.fixture
def ada(both: Stores) -> Account:
    return create(both)


def create(stores: Stores) -> Account:
    kept = account()
    return stores.accounts.create(kept, events.account_created(kept, "https://u", FakeClock()))


def begin(stores: Stores, one: Session, token: bytes | None = None, limit: int = 100) -> Session:
    stores.sessions.begin(one, token or one.id.bytes, 1, limit)
    return one


def ids(stores: Stores, who: Account) -> list[UUID]:
    return [one.id for one in stores.sessions.page(who.id, NOW, 50, None).items]


def test_a_session_is_alive_until_it_expires(both: Stores, ada: Account) -> None:
    one = begin(both, session(ada.id))
    assert both.sessions.is_alive(one.id, ada.id, NOW)
    assert not both.sessions.is_alive(one.id, ada.id, one.expires_at)


def test_a_session_began_when_it_began_however_often_it_is_renewed(both: Stores, ada: Account) -> None:
    one = begin(both, session(ada.id), b"token")
    with both.sessions.family(b"token") as family:
        assert family is not None
        family.touch(one.device, NOW + timedelta(hours=1), one.expires_at)
    assert both.sessions.began_at(one.id, ada.id) == NOW
    assert both.sessions.began_at(one.id, new_id()) is None
    assert both.sessions.began_at(new_id(), ada.id) is None


def test_a_session_is_nobody_elses(both: Stores, ada: Account) -> None:
    one = begin(both, session(ada.id))
    assert not both.sessions.is_alive(one.id, create(both).id, NOW)


def test_nobody_has_no_session(both: Stores) -> None:
    with pytest.raises(AccountNotFound):
        begin(both, session(new_id()))


def test_a_password_that_is_no_longer_right_begins_no_session(both: Stores, ada: Account) -> None:
    both.accounts.change_password(ada.id, "newer", new_id())
    with pytest.raises(AccountNotFound):
        begin(both, session(ada.id))


def test_a_session_begun_again_under_its_id_replaces_the_first(both: Stores, ada: Account) -> None:
    one = begin(both, session(ada.id), b"first")
    begin(both, one, b"second")
    assert ids(both, ada) == [one.id]
    with both.sessions.family(b"first") as family:
        assert family is None


def test_beyond_the_limit_the_least_recently_used_session_ends(both: Stores, ada: Account) -> None:
    old, newer = (begin(both, session(ada.id, NOW + timedelta(seconds=age))) for age in (5, 9))
    newest = begin(both, session(ada.id, NOW + timedelta(seconds=20)), limit=2)
    assert set(ids(both, ada)) == {newer.id, newest.id}
    assert old.id not in ids(both, ada)


def test_a_page_shows_live_sessions_newest_first(both: Stores, ada: Account) -> None:
    first, second = begin(both, session(ada.id)), begin(both, session(ada.id))
    begin(both, session(ada.id, expires_at=NOW))
    begin(both, session(create(both).id))
    assert both.sessions.page(ada.id, NOW, 50, None).items == [second, first]


def test_pages_follow_each_other_without_gap_or_repetition(both: Stores, ada: Account) -> None:
    expected = [begin(both, session(ada.id)).id for _ in range(5)][::-1]
    found: list[UUID] = []
    before: UUID | None = None
    while True:
        page = both.sessions.page(ada.id, NOW, 2, before)
        found += [one.id for one in page.items]
        if page.position is None:
            break
        before = UUID(str(page.position["before"]))
    assert found == expected


def test_an_ended_session_is_gone_with_its_tokens(both: Stores, ada: Account) -> None:
    one = begin(both, session(ada.id), b"token")
    both.sessions.end(ada.id, one.id)
    assert not both.sessions.is_alive(one.id, ada.id, NOW)
    with both.sessions.family(b"token") as family:
        assert family is None


def test_what_is_not_there_or_anothers_cannot_be_ended(both: Stores, ada: Account) -> None:
    one = begin(both, session(create(both).id))
    for session_id in (one.id, new_id()):
        with pytest.raises(SessionNotFound):
            both.sessions.end(ada.id, session_id)
    assert both.sessions.is_alive(one.id, one.account_id, NOW)


def test_a_family_knows_its_session_its_tokens_and_the_accounts_scopes(both: Stores, ada: Account) -> None:
    both.accounts.grant(ada.id, "pages:write")
    one = begin(both, session(ada.id), b"token")
    with both.sessions.family(b"token") as family:
        assert family is not None
        assert (family.session, family.scopes) == (one, {"pages:write"})
        assert family.used_at(b"token") is None


def test_a_family_does_not_know_anothers_tokens(both: Stores, ada: Account) -> None:
    begin(both, session(ada.id), b"mine")
    begin(both, session(ada.id), b"other")
    with both.sessions.family(b"mine") as family:
        assert family is not None
        for token in (b"other", b"nobody's"):
            with pytest.raises(LookupError):
                family.used_at(token)


def test_a_succeeded_token_is_used_and_its_successor_is_not(both: Stores, ada: Account) -> None:
    one = begin(both, session(ada.id), b"first")
    with both.sessions.family(b"first") as family:
        assert family is not None
        family.succeed(b"first", b"second", NOW)
        family.touch(Device("New/1", "192.0.2.9"), NOW + DAY, NOW + 2 * DAY)
    with both.sessions.family(b"second") as family:
        assert family is not None
        assert (family.used_at(b"first"), family.used_at(b"second")) == (NOW, None)
        assert family.session.id == one.id
        assert (family.session.device.user_agent, family.session.expires_at) == ("New/1", NOW + 2 * DAY)


def test_an_error_in_the_block_undoes_everything(both: Stores, ada: Account) -> None:
    def use_and_fail() -> None:
        with both.sessions.family(b"first") as family:
            assert family is not None
            family.succeed(b"first", b"second", NOW)
            raise ZeroDivisionError

    begin(both, session(ada.id), b"first")
    with pytest.raises(ZeroDivisionError):
        use_and_fail()
    with both.sessions.family(b"first") as family:
        assert family is not None
        assert family.used_at(b"first") is None


def test_a_revoked_family_is_gone(both: Stores, ada: Account) -> None:
    one = begin(both, session(ada.id), b"token")
    with both.sessions.family(b"token") as family:
        assert family is not None
        family.revoke()
    assert not both.sessions.is_alive(one.id, ada.id, NOW)


def test_of_many_at_once_one_uses_a_token(both: Stores, ada: Account) -> None:
    begin(both, session(ada.id), b"first")

    def use(number: int) -> bool:
        with both.sessions.family(b"first") as family:
            assert family is not None
            if family.used_at(b"first") is not None:
                return False
            family.succeed(b"first", b"successor %d" % number, NOW)
            return True

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(use, range(6))) == [False] * 5 + [True]


def test_purging_forgets_what_is_over_and_keeps_the_rest(both: Stores, ada: Account) -> None:
    over = begin(both, session(ada.id, expires_at=NOW), b"over")
    alive = begin(both, session(ada.id), b"first")
    with both.sessions.family(b"first") as family:
        assert family is not None
        family.succeed(b"first", b"second", NOW - 40 * DAY)
    assert both.sessions.purge(NOW, NOW - 30 * DAY) == 2
    assert ids(both, ada) == [alive.id]
    assert over.id not in ids(both, ada)
    for token, known in ((b"over", False), (b"first", False), (b"second", True)):
        with both.sessions.family(token) as family:
            assert (family is not None) is known
