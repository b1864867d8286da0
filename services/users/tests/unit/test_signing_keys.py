"""The life of signing keys."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.users.tests.factories import NOW, SECRET

from users.domain import signing_keys
from users.domain.records import KeyState, SigningKey
from users.domain.sealing import SealBroken, Sealer
from users.domain.signing_keys import PUBLISHED_BEFORE_USE, RETIRED_FOR, TOKEN_LIFETIME
from users.errors import KeyTooYoung

sealer = Sealer(SECRET, "signing keys")
make = partial(signing_keys.make_key, sealer)
LATER = NOW + PUBLISHED_BEFORE_USE


def of_state(keys: list[SigningKey], state: KeyState) -> list[SigningKey]:
    return [key for key in keys if key.state is state]


def test_a_key_is_made_with_its_public_part_readable_and_its_private_part_not() -> None:
    key = make(KeyState.NEXT, NOW)
    assert key.public["kid"] == key.id
    assert (key.public["kty"], key.public["crv"], key.public["alg"]) == ("EC", "P-256", "ES256")
    assert "d" not in key.public
    assert signing_keys.private_key(key, sealer).curve.name == "secp256r1"


def test_a_private_part_does_not_open_under_another_secret() -> None:
    with pytest.raises(SealBroken):
        signing_keys.private_key(make(KeyState.NEXT, NOW), Sealer(bytes(32), "signing keys"))


def test_from_nothing_an_active_and_a_next_key_are_made() -> None:
    keys = signing_keys.complete([], NOW, make)
    assert sorted(key.state for key in keys) == ["active", "next"]
    assert signing_keys.complete(keys, NOW, make) == keys


def test_a_rotation_moves_each_key_one_step_on() -> None:
    first = signing_keys.complete([], NOW, make)
    second = signing_keys.rotate(first, LATER, make)
    assert signing_keys.active(second).id == of_state(first, KeyState.NEXT)[0].id  # type: ignore[union-attr]
    assert [key.id for key in of_state(second, KeyState.RETIRED)] == [signing_keys.active(first).id]  # type: ignore[union-attr]
    assert len(of_state(second, KeyState.NEXT)) == 1


def test_a_key_does_not_sign_before_every_verifier_knows_it() -> None:
    keys = signing_keys.complete([], NOW, make)
    with pytest.raises(KeyTooYoung, match="12:15:00 UTC"):
        signing_keys.rotate(keys, LATER - timedelta(seconds=1), make)


def test_in_an_emergency_it_does() -> None:
    keys = signing_keys.complete([], NOW, make)
    assert signing_keys.active(signing_keys.rotate(keys, NOW, make, at_once=True)) != signing_keys.active(
        keys
    )


def test_a_retired_key_is_published_until_its_tokens_have_expired() -> None:
    first = signing_keys.complete([], NOW, make)
    old = signing_keys.active(first)
    assert old is not None
    second = signing_keys.rotate(first, LATER, make)
    just_before = LATER + RETIRED_FOR - timedelta(seconds=1)
    assert old.public in signing_keys.public_document(second, just_before)["keys"]
    assert old.public not in signing_keys.public_document(second, LATER + RETIRED_FOR)["keys"]


def test_keys_that_are_young_enough_are_left_alone() -> None:
    keys = signing_keys.complete([], NOW, make)
    assert signing_keys.maintain(keys, NOW + timedelta(days=29), make, timedelta(days=30)) == keys


def test_an_old_key_is_replaced() -> None:
    keys = signing_keys.complete([], NOW, make)
    later = signing_keys.maintain(keys, NOW + timedelta(days=30), make, timedelta(days=30))
    assert signing_keys.active(later) != signing_keys.active(keys)


def test_an_old_key_waits_for_a_next_one_that_is_known() -> None:
    old, _ = signing_keys.complete([], NOW, make)
    keys = [old, make(KeyState.NEXT, NOW + timedelta(days=30))]
    assert signing_keys.maintain(keys, NOW + timedelta(days=30), make, timedelta(days=30)) == keys


def test_a_key_that_does_not_sign_yet_is_published_with_its_start() -> None:
    keys = signing_keys.complete([], NOW, make)
    published = {key["kid"]: key.get("nbf") for key in signing_keys.public_document(keys, NOW)["keys"]}
    assert published == {
        of_state(keys, KeyState.ACTIVE)[0].id: None,
        of_state(keys, KeyState.NEXT)[0].id: LATER.timestamp(),
    }


@given(
    st.lists(st.tuples(st.sampled_from(["rotate", "maintain", "force"]), st.integers(0, 5000)), max_size=12)
)
def test_whatever_happens_every_good_token_can_be_verified(steps: list[tuple[str, int]]) -> None:
    now, keys, signed_until = NOW, signing_keys.complete([], NOW, fast_key), dict[str, datetime]()
    for step, seconds in steps:
        now += timedelta(seconds=seconds)
        signed_until[signing_keys.active(keys).id] = now  # type: ignore[union-attr]
        try:
            keys = stepped(step, keys, now)
        except KeyTooYoung:
            continue
        published = {key["kid"] for key in signing_keys.public_document(keys, now)["keys"]}
        assert len(of_state(keys, KeyState.ACTIVE)) == len(of_state(keys, KeyState.NEXT)) == 1
        assert {key for key, last in signed_until.items() if last + TOKEN_LIFETIME > now} <= published


def stepped(step: str, keys: list[SigningKey], now: datetime) -> list[SigningKey]:
    if step == "maintain":
        return signing_keys.maintain(keys, now, fast_key, timedelta(hours=1))
    return signing_keys.rotate(keys, now, fast_key, at_once=step == "force")


def fast_key(state: KeyState, since: datetime) -> SigningKey:
    key_id = str(signing_keys.new_id())
    return SigningKey(key_id, state, {"kid": key_id}, b"", since)
