"""Failed sign-ins slow down the next ones."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.users.tests.factories import SECRET

from chassis.testing import FakeClock
from users.domain import throttle as rules
from users.domain.sealing import Digester
from users.domain.throttle import Throttle
from users.errors import TooManyAttempts
from users.store.memory import MemoryFailures

WHO, WHERE = "ada@example.com", "192.0.2.7"


@pytest.fixture
def throttle(clock: FakeClock) -> Throttle:
    return Throttle(MemoryFailures(), Digester(SECRET, "test"), clock, per_network=50)


def fail(throttle: Throttle, times: int, who: str = WHO, address: str = WHERE) -> None:
    for _ in range(times):
        throttle.failed(who, address)


def wait_of(throttle: Throttle, who: str = WHO, address: str = WHERE) -> int:
    with pytest.raises(TooManyAttempts) as caught:
        throttle.check(who, address)
    return caught.value.retry_after


def test_a_few_failures_cost_nothing(throttle: Throttle) -> None:
    fail(throttle, rules.ALLOWED - 1)
    throttle.check(WHO, WHERE)


def test_too_many_failures_ask_for_a_pause(throttle: Throttle) -> None:
    fail(throttle, rules.ALLOWED)
    assert wait_of(throttle) == rules.FIRST.total_seconds()


def test_the_pause_ends(throttle: Throttle, clock: FakeClock) -> None:
    fail(throttle, rules.ALLOWED)
    clock.advance(rules.FIRST.total_seconds())
    throttle.check(WHO, WHERE)


def test_the_pause_doubles_with_every_further_failure(throttle: Throttle) -> None:
    fail(throttle, rules.ALLOWED + 2)
    assert wait_of(throttle) == 4 * rules.FIRST.total_seconds()


def test_a_success_begins_anew(throttle: Throttle) -> None:
    fail(throttle, rules.ALLOWED + 3)
    throttle.succeeded(WHO, WHERE)
    fail(throttle, rules.ALLOWED - 1)
    throttle.check(WHO, WHERE)


def test_an_hour_without_failures_begins_anew(throttle: Throttle, clock: FakeClock) -> None:
    fail(throttle, 30)
    clock.advance(3601)
    throttle.check(WHO, WHERE)
    fail(throttle, rules.ALLOWED - 1)
    throttle.check(WHO, WHERE)


def test_another_address_is_not_slowed_down(throttle: Throttle) -> None:
    fail(throttle, 30)
    throttle.check(WHO, "192.0.2.8")


def test_another_account_is_not_slowed_down(throttle: Throttle) -> None:
    fail(throttle, 30)
    throttle.check("bob@example.com", WHERE)


def test_one_ipv6_network_counts_as_one_client(throttle: Throttle) -> None:
    fail(throttle, rules.ALLOWED, address="2001:db8::1")
    assert wait_of(throttle, address="2001:db8::ffff") > 0
    throttle.check(WHO, "2001:db8:0:1::1")


def spray(throttle: Throttle, clock: FakeClock, seconds: int) -> list[int]:
    """Guess wrong ten times a second; return in which seconds guesses were let in."""
    let_in = []
    for second in range(seconds):
        for number in range(10):
            with suppress(TooManyAttempts):
                throttle.check(f"{second}.{number}@example.com", WHERE)
                throttle.failed(f"{second}.{number}@example.com", WHERE)
                let_in.append(second)
        clock.advance(1)
    return let_in


@pytest.mark.parametrize("begins", [0, 20, 55, 59])
def test_many_accounts_tried_from_one_network_have_so_many_tries_in_any_minute(
    throttle: Throttle, clock: FakeClock, begins: int
) -> None:
    clock.advance(begins)
    let_in = spray(throttle, clock, 300)
    in_a_minute = [sum(start <= second < start + 60 for second in let_in) for start in range(240)]
    assert in_a_minute[0] == 50
    assert max(in_a_minute) <= 50
    assert len(let_in) >= 4 * 50  # in five minutes: a step may be looked at for up to 70 seconds
    throttle.check("another@example.com", "192.0.2.8")


@pytest.mark.parametrize("begins", [0, 20, 59])
@pytest.mark.parametrize("tries", [50, 70])
def test_whoever_waits_as_long_as_was_said_has_another_try_and_no_sooner(
    throttle: Throttle, clock: FakeClock, begins: int, tries: int
) -> None:
    clock.advance(begins)
    for number in range(tries):  # a few more than allowed were under way when the last was counted
        throttle.failed(f"{number}@example.com", WHERE)
    wait = wait_of(throttle, "another@example.com")
    assert 60 <= wait <= 70
    clock.advance(wait - 1)
    assert wait_of(throttle, "another@example.com") == 1
    clock.advance(1)
    throttle.check("another@example.com", WHERE)


def test_a_success_does_not_pay_for_the_networks_wrong_guesses(throttle: Throttle) -> None:
    for number in range(50):
        throttle.failed(f"{number}@example.com", WHERE)
        throttle.succeeded("own@example.com", WHERE)
    assert wait_of(throttle, "own@example.com") > 0


def test_an_address_that_is_none_is_taken_as_it_is() -> None:
    assert rules.network("somewhere") == "somewhere"


@given(st.integers(min_value=0, max_value=100_000))
def test_no_number_of_failures_locks_out_for_longer_than_a_quarter_of_an_hour(count: int) -> None:
    assert timedelta(0) <= rules.pause_after(count) <= timedelta(minutes=15)
    assert rules.pause_after(count) <= rules.pause_after(count + 1)
