"""What every SubscriberStore must do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from services.blog.tests.factories import keys_of, new_subscriber

from blog.domain.ports import SubscriberStore
from blog.domain.subscriber import WAIT
from blog.errors import TooManySubscriptions
from chassis.ids import new_id
from chassis.testing import FakeClock


def test_of_eight_equal_subscriptions_at_once_one_is_kept(
    subscribers: SubscriberStore, clock: FakeClock
) -> None:
    email = f"{new_id()}@example.com"
    asked = [new_subscriber(email=email) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda one: subscribers.add(one, clock(), clock() + WAIT), asked))
    assert sorted(kept) == [False] * 7 + [True]
    assert subscribers.subscriber(asked[0].key, clock()) == asked[kept.index(True)]


def test_a_confirmed_subscription_is_listed_until_it_is_removed(
    subscribers: SubscriberStore, clock: FakeClock
) -> None:
    new = new_subscriber()
    subscribers.add(new, clock(), clock() + WAIT)
    assert new.key not in keys_of(subscribers)
    confirmed = new.confirmed(clock())
    assert subscribers.confirm(confirmed)
    assert new.key in keys_of(subscribers)
    clock.advance(WAIT.total_seconds() + 1)
    assert subscribers.subscriber(new.key, clock()) == confirmed
    subscribers.remove(confirmed)
    assert new.key not in keys_of(subscribers)
    assert subscribers.subscriber(new.key, clock()) is None


def test_what_nobody_confirms_in_time_is_gone_and_may_be_asked_for_again(
    subscribers: SubscriberStore, clock: FakeClock
) -> None:
    old = new_subscriber()
    subscribers.add(old, clock(), clock() + WAIT)
    clock.advance(WAIT.total_seconds() + 1)
    assert subscribers.subscriber(old.key, clock()) is None
    new = new_subscriber(email=old.email)
    assert subscribers.add(new, clock(), clock() + WAIT)
    assert not subscribers.confirm(old.confirmed(clock()))
    subscribers.remove(old)
    assert subscribers.subscriber(new.key, clock()) == new


def test_a_network_asks_so_often_in_an_hour(subscribers: SubscriberStore, clock: FakeClock) -> None:
    network = str(new_id())
    for _ in range(2):
        subscribers.count(network, clock(), 2)
    with pytest.raises(TooManySubscriptions) as refused:
        subscribers.count(network, clock() + timedelta(seconds=5), 2)
    assert refused.value.retry_after == 3595
    subscribers.count(network, clock() + timedelta(hours=1), 2)
    subscribers.count(str(new_id()), clock(), 2)


def test_confirmed_ones_are_read_in_pages_in_the_order_of_their_keys(
    subscribers: SubscriberStore, clock: FakeClock
) -> None:
    new = [new_subscriber() for _ in range(5)]
    for one in new:
        subscribers.add(one, clock(), clock() + WAIT)
        subscribers.confirm(one.confirmed(clock()))
    found = keys_of(subscribers)
    assert found == sorted(found)
    assert {one.key for one in new} <= set(found)
    assert list(subscribers.confirmed(found[-1], 5)) == []
