"""What every IdempotencyStore must do; subclass it with a `store` (under LIMITS) and a `clock` fixture."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest

from chassis.errors import TooMany
from chassis.idempotency import IdempotencyLimits, IdempotencyStore, Key, KeyClaim, KnownKey, RecordedAnswer
from chassis.ids import new_id
from chassis.testing.clock import FakeClock

ANSWER = RecordedAnswer(201, {"Content-Type": "application/json"}, b'{"a":1}')


LIMITS = IdempotencyLimits(keys=60)


def _key(owner: str | None = "") -> Key:
    """Return a new key of `owner`: None for nobody, and somebody new where none is given."""
    return Key(str(new_id()) if owner == "" else owner, uuid4().hex * 2)


def _end(store: IdempotencyStore, claim: KeyClaim, how: str) -> None:
    if how == "finish":
        store.finish(claim, RecordedAnswer(500, {}, os.urandom(1_500_000)))
    elif how == "release":
        store.release(claim)
    else:
        store.abandon(claim)


def claimed(
    store: IdempotencyStore, key: Key, offered: UUID | None = None, fingerprint: str = "f"
) -> KeyClaim:
    """Return the claim of a key that is free."""
    claim = store.begin(key, fingerprint, offered or new_id(), 30)
    assert isinstance(claim, KeyClaim)
    return claim


class IdempotencyStoreContract:
    """Run on every adapter. `store` uses `clock` for the time."""

    def test_a_new_key_is_claimed_under_the_id_that_was_offered(self, store: IdempotencyStore) -> None:
        key, offered = _key(), new_id()
        claim = claimed(store, key, offered)
        assert (claim.key, claim.resource_id) == (key, offered)

    def test_a_key_in_flight_is_known_without_an_answer(self, store: IdempotencyStore) -> None:
        key = _key()
        store.begin(key, "f", new_id(), 30)
        assert store.begin(key, "f", new_id(), 30) == KnownKey("f", None)

    def test_a_finished_key_gives_its_answer_again(self, store: IdempotencyStore) -> None:
        key = _key()
        store.finish(claimed(store, key), ANSWER)
        assert store.begin(key, "f", new_id(), 30) == KnownKey("f", ANSWER)

    def test_a_finished_key_shows_the_fingerprint_of_its_first_request(self, store: IdempotencyStore) -> None:
        key = _key()
        store.finish(claimed(store, key, fingerprint="first"), ANSWER)
        known = store.begin(key, "second", new_id(), 30)
        assert isinstance(known, KnownKey)
        assert known.fingerprint == "first"

    def test_an_abandoned_key_is_new_again(self, store: IdempotencyStore) -> None:
        key, offered = _key(), new_id()
        store.abandon(claimed(store, key))
        assert claimed(store, key, offered, "g").resource_id == offered

    def test_a_released_key_is_taken_over_under_its_first_id(
        self, store: IdempotencyStore, clock: FakeClock
    ) -> None:
        key, first = _key(), new_id()
        store.release(claimed(store, key, first))
        clock.advance(1)
        assert claimed(store, key).resource_id == first

    def test_a_lease_that_ran_out_is_taken_over_under_its_first_id(
        self, store: IdempotencyStore, clock: FakeClock
    ) -> None:
        key, first = _key(), new_id()
        claimed(store, key, first)
        clock.advance(31)
        assert claimed(store, key).resource_id == first

    def test_a_lease_that_ran_out_is_not_taken_over_by_another_request(
        self, store: IdempotencyStore, clock: FakeClock
    ) -> None:
        key = _key()
        store.begin(key, "f", new_id(), 30)
        clock.advance(31)
        assert store.begin(key, "g", new_id(), 30) == KnownKey("f", None)

    def test_a_key_is_forgotten_after_a_day(self, store: IdempotencyStore, clock: FakeClock) -> None:
        key, offered = _key(), new_id()
        store.finish(claimed(store, key), ANSWER)
        clock.advance(24 * 3600 + 1)
        assert claimed(store, key, offered, "g").resource_id == offered

    def test_nothing_of_a_forgotten_record_is_left_in_the_next(
        self, store: IdempotencyStore, clock: FakeClock
    ) -> None:
        key = _key()
        store.finish(claimed(store, key), ANSWER)
        clock.advance(24 * 3600 + 1)
        store.begin(key, "g", new_id(), 30)
        assert store.begin(key, "g", new_id(), 30) == KnownKey("g", None)

    def test_a_process_that_comes_late_to_a_forgotten_key_leaves_nothing(
        self, store: IdempotencyStore
    ) -> None:
        key, offered = _key(), new_id()
        late = claimed(store, key)
        store.abandon(late)
        store.finish(late, ANSWER)
        store.release(late)
        store.abandon(late)
        assert claimed(store, key, offered, "g").resource_id == offered

    def test_whoever_takes_over_holds_a_claim_of_its_own(
        self, store: IdempotencyStore, clock: FakeClock
    ) -> None:
        key = _key()
        first = claimed(store, key)
        clock.advance(31)
        assert claimed(store, key).token != first.token

    @pytest.mark.parametrize("end", ["finish", "release", "abandon"])
    def test_a_call_that_outlived_its_lease_cannot_end_its_successors_claim(
        self, store: IdempotencyStore, clock: FakeClock, end: str
    ) -> None:
        key = _key()
        late = claimed(store, key)
        clock.advance(31)
        successor = claimed(store, key)
        _end(store, late, end)
        assert store.begin(key, "f", new_id(), 30) == KnownKey("f", None)
        store.finish(successor, ANSWER)
        assert store.begin(key, "f", new_id(), 30) == KnownKey("f", ANSWER)

    @pytest.mark.parametrize("end", ["finish", "release", "abandon"])
    @pytest.mark.parametrize("size", [10, 1_500_000])
    def test_a_call_that_outlived_its_lease_leaves_its_successors_answer_alone(
        self, store: IdempotencyStore, clock: FakeClock, end: str, size: int
    ) -> None:
        key, answer = _key(), RecordedAnswer(200, {}, os.urandom(size))
        late = claimed(store, key)
        clock.advance(31)
        store.finish(claimed(store, key), answer)
        _end(store, late, end)
        assert store.begin(key, "f", new_id(), 30) == KnownKey("f", answer)

    def test_a_call_that_outlived_its_lease_may_finish_while_nobody_took_over(
        self, store: IdempotencyStore, clock: FakeClock
    ) -> None:
        key = _key()
        late = claimed(store, key)
        clock.advance(31)
        store.finish(late, ANSWER)
        assert store.begin(key, "f", new_id(), 30) == KnownKey("f", ANSWER)

    def test_a_call_without_an_owner_has_its_record(self, store: IdempotencyStore) -> None:
        key = _key(None)
        store.finish(claimed(store, key), ANSWER)
        assert store.begin(key, "f", new_id(), 30) == KnownKey("f", ANSWER)

    def test_all_records_of_an_owner_are_forgotten_and_no_others(self, store: IdempotencyStore) -> None:
        ann, bob = str(new_id()), str(new_id())
        gone = [_key(ann) for _ in range(3)]
        kept = [_key(bob), _key(None), _key(f"{ann}#")]
        for key in gone + kept:
            store.finish(claimed(store, key), RecordedAnswer(200, {}, os.urandom(800_000)))
        store.forget(ann)
        assert all(isinstance(store.begin(key, "f", new_id(), 30), KeyClaim) for key in gone)
        assert all(isinstance(store.begin(key, "f", new_id(), 30), KnownKey) for key in kept)

    def test_a_call_in_flight_while_its_owner_is_forgotten_keeps_no_answer(
        self, store: IdempotencyStore
    ) -> None:
        owner = str(new_id())
        key = _key(owner)
        claim = claimed(store, key)
        store.forget(owner)
        store.finish(claim, RecordedAnswer(200, {}, os.urandom(800_000)))
        assert isinstance(store.begin(key, "f", new_id(), 30), KeyClaim)

    def test_an_owner_without_records_is_forgotten_too(self, store: IdempotencyStore) -> None:
        store.forget(str(new_id()))

    def test_bytes_that_are_no_text_are_kept_as_they_are(self, store: IdempotencyStore) -> None:
        key, answer = _key(), RecordedAnswer(200, {}, bytes(range(256)))
        store.finish(claimed(store, key), answer)
        assert store.begin(key, "f", new_id(), 30) == KnownKey("f", answer)

    def test_a_large_answer_is_kept(self, store: IdempotencyStore) -> None:
        key, answer = _key(), RecordedAnswer(200, {}, os.urandom(1_500_000))
        store.finish(claimed(store, key), answer)
        assert store.begin(key, "f", new_id(), 30) == KnownKey("f", answer)

    def test_a_body_that_was_too_large_to_be_kept_is_told_from_an_empty_one(
        self, store: IdempotencyStore
    ) -> None:
        key, answer = _key(), RecordedAnswer(201, {"Location": "/v1/things/1"}, None)
        store.finish(claimed(store, key), answer)
        assert store.begin(key, "f", new_id(), 30) == KnownKey("f", answer)

    def test_an_owner_has_so_many_keys_a_day_and_others_have_theirs(
        self, store: IdempotencyStore, clock: FakeClock
    ) -> None:
        ann, bob = str(new_id()), str(new_id())
        first = _key(ann)
        for key in [first, *(_key(ann) for _ in range(LIMITS.keys - 1))]:
            store.begin(key, "f", new_id(), 30)
        refused = _key(ann)
        for _ in range(2):
            with pytest.raises(TooMany):
                store.begin(refused, "f", new_id(), 30)
        assert store.begin(first, "f", new_id(), 30) == KnownKey("f")
        for free in (_key(bob), _key(None)):
            assert isinstance(store.begin(free, "f", new_id(), 30), KeyClaim)
        clock.advance(24 * 3600 + 1)
        assert isinstance(store.begin(refused, "f", new_id(), 30), KeyClaim)

    def test_beyond_an_owners_bytes_only_small_answers_are_kept_whole(self, store: IdempotencyStore) -> None:
        ann, large = str(new_id()), os.urandom(1_500_000)
        kept = []
        for body in [large, large, large, b"small"]:
            key = _key(ann)
            store.finish(claimed(store, key), RecordedAnswer(201, {"Location": "/x"}, body))
            known = store.begin(key, "f", new_id(), 30)
            assert isinstance(known, KnownKey)
            assert known.recorded is not None
            assert known.recorded.headers == {"Location": "/x"}
            kept.append(known.recorded.body)
        assert kept == [large, large, None, b"small"]

    def test_an_answer_without_a_body_is_kept(self, store: IdempotencyStore) -> None:
        key, answer = _key(), RecordedAnswer(204, {"Cache-Control": "no-store"}, b"")
        store.finish(claimed(store, key), answer)
        assert store.begin(key, "f", new_id(), 30) == KnownKey("f", answer)

    def test_of_many_at_once_one_claims_the_key(self, store: IdempotencyStore) -> None:
        key = _key()
        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(lambda _: store.begin(key, "f", new_id(), 30), range(8)))
        assert sum(isinstance(result, KeyClaim) for result in results) == 1
