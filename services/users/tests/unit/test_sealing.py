"""Encryption at rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.users.tests.factories import SECRET

from users.domain.sealing import Digester, SealBroken, Sealer

sealer = Sealer(SECRET, "test")


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_is_sealed_can_be_opened(plain: bytes, name: str) -> None:
    assert sealer.open(sealer.seal(plain, name), name) == plain


def test_a_sealed_value_shows_nothing_of_what_is_in_it() -> None:
    assert b"a secret" not in sealer.seal(b"a secret", "row")


def test_the_same_value_is_sealed_differently_each_time() -> None:
    assert sealer.seal(b"a secret", "row") != sealer.seal(b"a secret", "row")


@given(st.integers(min_value=0, max_value=40))
def test_a_changed_byte_is_noticed(position: int) -> None:
    sealed = bytearray(sealer.seal(b"a secret of a kind", "row"))
    sealed[position] ^= 1
    with pytest.raises(SealBroken):
        sealer.open(bytes(sealed), "row")


def test_a_value_moved_to_another_row_is_noticed() -> None:
    with pytest.raises(SealBroken):
        sealer.open(sealer.seal(b"a secret", "row"), "another row")


@pytest.mark.parametrize("other", [Sealer(SECRET, "another purpose"), Sealer(bytes(32), "test")])
def test_another_purpose_or_secret_opens_nothing(other: Sealer) -> None:
    with pytest.raises(SealBroken):
        other.open(sealer.seal(b"a secret", "row"), "row")


@pytest.mark.parametrize("broken", [b"", b"\x01", b"\x01" + bytes(12), b"\x02" + bytes(40)])
def test_what_was_never_sealed_is_refused(broken: bytes) -> None:
    with pytest.raises(SealBroken):
        sealer.open(broken, "row")


def test_digests_of_two_purposes_differ() -> None:
    assert Digester(SECRET, "one").digest(b"x") != Digester(SECRET, "two").digest(b"x")
