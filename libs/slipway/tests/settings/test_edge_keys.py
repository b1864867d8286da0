"""A key of the edge is changed in steps, each of which leaves every link open that may be."""

from pathlib import Path

import pytest

from slipway.settings import edge
from slipway.settings.edge_keys import EdgeKeys
from slipway.state.credentials import GeneratedSecrets
from slipway.terminal.problems import Problem


@pytest.fixture
def keys(tmp_path: Path) -> EdgeKeys:
    return EdgeKeys(tmp_path / "secrets", tmp_path / "edge-keys")


def trusted(folder: Path) -> set[str]:
    """Return what the gateway is told to trust."""
    return set(edge.trusted(GeneratedSecrets(folder / "secrets"), folder / "edge-keys")[edge.GROUP])


def test_the_next_key_is_trusted_before_anything_is_signed_with_it(keys: EdgeKeys, tmp_path: Path) -> None:
    first = keys.signing
    fresh = keys.trust_next()
    assert (keys.signing, trusted(tmp_path)) == (first, {first, fresh})


def test_the_key_before_stays_trusted_until_it_is_retired(keys: EdgeKeys, tmp_path: Path) -> None:
    first, fresh = keys.signing, keys.trust_next()
    assert keys.sign_with_next() == first
    assert (keys.signing, trusted(tmp_path)) == (fresh, {first, fresh})
    keys.retire(first)
    assert trusted(tmp_path) == {fresh}


def test_a_change_that_was_cut_short_goes_on_with_the_same_key(keys: EdgeKeys, tmp_path: Path) -> None:
    fresh = keys.trust_next()
    again = EdgeKeys(tmp_path / "secrets", tmp_path / "edge-keys")
    assert again.trust_next() == fresh
    again.sign_with_next()
    assert again.signing == fresh
    assert again.trust_next() != fresh


def test_the_key_that_signs_is_not_retired_and_neither_is_an_unknown_one(keys: EdgeKeys) -> None:
    with pytest.raises(Problem, match="services sign with") as refused:
        keys.retire(keys.signing)
    assert "rotate" in refused.value.next_step
    for name in ("KNOBODYS", "../suite/x"):
        with pytest.raises(Problem, match="trusts no key"):
            keys.retire(name)


def test_keys_of_others_are_listed_too(keys: EdgeKeys, tmp_path: Path) -> None:
    partner = EdgeKeys(tmp_path / "partners", tmp_path / "edge-keys-of-partner")
    name = partner.trust_next()
    (tmp_path / "edge-keys").mkdir()
    (tmp_path / "edge-keys-of-partner" / edge.GROUP).rename(tmp_path / "edge-keys" / "partner")
    listed = [(key.id, key.group, key.signs) for key in keys.trusted()]
    assert listed == [(name, "partner", False), (keys.signing, edge.GROUP, True)]


def test_private_keys_are_readable_by_their_owner_only(keys: EdgeKeys, tmp_path: Path) -> None:
    keys.trust_next()
    keys.sign_with_next()
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "secrets").iterdir()} == {0o600}
