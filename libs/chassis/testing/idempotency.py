"""What every IdempotencyStore must do; subclass it with a `store` and a `clock` fixture."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from chassis.idempotency import Claimed, IdempotencyStore, Known, Recorded
from chassis.ids import new_id
from chassis.testing.clock import FakeClock

ANSWER = Recorded(201, {"Content-Type": "application/json"}, b'{"a":1}')


def _key() -> str:
    return uuid4().hex * 2


class IdempotencyStoreContract:
    """Run on every adapter. `store` uses `clock` for the time."""

    def test_a_new_key_is_claimed_under_the_id_that_was_offered(self, store: IdempotencyStore) -> None:
        offered = new_id()
        assert store.begin(_key(), "f", offered, 30) == Claimed(offered)

    def test_a_key_in_flight_is_known_without_an_answer(self, store: IdempotencyStore) -> None:
        key = _key()
        store.begin(key, "f", new_id(), 30)
        assert store.begin(key, "f", new_id(), 30) == Known("f", None)

    def test_a_finished_key_gives_its_answer_again(self, store: IdempotencyStore) -> None:
        key = _key()
        store.begin(key, "f", new_id(), 30)
        store.finish(key, ANSWER)
        assert store.begin(key, "f", new_id(), 30) == Known("f", ANSWER)

    def test_a_finished_key_shows_the_fingerprint_of_its_first_request(self, store: IdempotencyStore) -> None:
        key = _key()
        store.begin(key, "first", new_id(), 30)
        store.finish(key, ANSWER)
        known = store.begin(key, "second", new_id(), 30)
        assert isinstance(known, Known)
        assert known.fingerprint == "first"

    def test_an_abandoned_key_is_new_again(self, store: IdempotencyStore) -> None:
        key, offered = _key(), new_id()
        store.begin(key, "f", new_id(), 30)
        store.abandon(key)
        assert store.begin(key, "g", offered, 30) == Claimed(offered)

    def test_a_released_key_is_taken_over_under_its_first_id(
        self, store: IdempotencyStore, clock: FakeClock
    ) -> None:
        key, first = _key(), new_id()
        store.begin(key, "f", first, 30)
        store.release(key)
        clock.advance(1)
        assert store.begin(key, "f", new_id(), 30) == Claimed(first)

    def test_a_lease_that_ran_out_is_taken_over_under_its_first_id(
        self, store: IdempotencyStore, clock: FakeClock
    ) -> None:
        key, first = _key(), new_id()
        store.begin(key, "f", first, 30)
        clock.advance(31)
        assert store.begin(key, "f", new_id(), 30) == Claimed(first)

    def test_a_lease_that_ran_out_is_not_taken_over_by_another_request(
        self, store: IdempotencyStore, clock: FakeClock
    ) -> None:
        key = _key()
        store.begin(key, "f", new_id(), 30)
        clock.advance(31)
        assert store.begin(key, "g", new_id(), 30) == Known("f", None)

    def test_a_key_is_forgotten_after_a_day(self, store: IdempotencyStore, clock: FakeClock) -> None:
        key, offered = _key(), new_id()
        store.begin(key, "f", new_id(), 30)
        store.finish(key, ANSWER)
        clock.advance(24 * 3600 + 1)
        assert store.begin(key, "g", offered, 30) == Claimed(offered)

    def test_nothing_of_a_forgotten_record_is_left_in_the_next(
        self, store: IdempotencyStore, clock: FakeClock
    ) -> None:
        key = _key()
        store.begin(key, "f", new_id(), 30)
        store.finish(key, ANSWER)
        clock.advance(24 * 3600 + 1)
        store.begin(key, "g", new_id(), 30)
        assert store.begin(key, "g", new_id(), 30) == Known("g", None)

    def test_a_process_that_comes_late_to_a_forgotten_key_leaves_nothing(
        self, store: IdempotencyStore
    ) -> None:
        key, offered = _key(), new_id()
        store.begin(key, "f", new_id(), 30)
        store.abandon(key)
        store.finish(key, ANSWER)
        store.release(key)
        store.abandon(key)
        assert store.begin(key, "g", offered, 30) == Claimed(offered)

    def test_bytes_that_are_no_text_are_kept_as_they_are(self, store: IdempotencyStore) -> None:
        key, answer = _key(), Recorded(200, {}, bytes(range(256)))
        store.begin(key, "f", new_id(), 30)
        store.finish(key, answer)
        assert store.begin(key, "f", new_id(), 30) == Known("f", answer)

    def test_a_large_answer_is_kept(self, store: IdempotencyStore) -> None:
        key, answer = _key(), Recorded(200, {}, os.urandom(1_500_000))
        store.begin(key, "f", new_id(), 30)
        store.finish(key, answer)
        assert store.begin(key, "f", new_id(), 30) == Known("f", answer)

    def test_an_answer_without_a_body_is_kept(self, store: IdempotencyStore) -> None:
        key, answer = _key(), Recorded(204, {"Cache-Control": "no-store"}, b"")
        store.begin(key, "f", new_id(), 30)
        store.finish(key, answer)
        assert store.begin(key, "f", new_id(), 30) == Known("f", answer)

    def test_of_many_at_once_one_claims_the_key(self, store: IdempotencyStore) -> None:
        key = _key()
        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(lambda _: store.begin(key, "f", new_id(), 30), range(8)))
        assert sum(isinstance(result, Claimed) for result in results) == 1
