"""Postgres never runs as root, whoever starts it and wherever the checkout lies."""

import os
from pathlib import Path

import pytest

from slipway.parts import identity
from slipway.state.layout import Layout
from slipway.supervision.program import OsUser
from slipway.terminal.problems import Problem

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
_PROGRAM = Path("/bin/true")
_NOBODY, _NAMESPACE = OsUser("user", 65534, 65534), OsUser("namespace", 65534, 65534)


@pytest.fixture
def layout(open_folder: Path, request: pytest.FixtureRequest) -> Layout:
    """A checkout that everybody may enter."""
    root = open_folder / request.node.name
    layout = Layout(root, root / "state")
    layout.make()
    return layout


@pytest.fixture
def folder(layout: Layout) -> Path:
    """The data folder, empty."""
    folder = layout.data / "postgres"
    folder.mkdir(mode=0o700)
    return folder


def test_in_an_open_checkout_nobody_gets_the_folder(layout: Layout, folder: Path) -> None:
    assert identity.choose(layout, folder, _PROGRAM) == _NOBODY
    assert folder.stat().st_uid == 65534


def test_in_a_closed_checkout_root_is_seen_as_nobody(layout: Layout, folder: Path) -> None:
    layout.root.chmod(0o700)
    assert identity.choose(layout, folder, _PROGRAM) == _NAMESPACE
    assert folder.stat().st_uid == 0


def test_the_owner_of_the_data_stays_who_it_is(layout: Layout, folder: Path) -> None:
    (folder / "PG_VERSION").write_text("15")
    assert identity.choose(layout, folder, _PROGRAM) == _NAMESPACE


def test_data_is_given_away_when_its_owner_cannot_enter_any_more(layout: Layout, folder: Path) -> None:
    (folder / "PG_VERSION").write_text("15")
    os.chown(folder, 65534, 65534)
    os.chown(folder / "PG_VERSION", 65534, 65534)
    layout.root.chmod(0o700)
    assert identity.choose(layout, folder, _PROGRAM) == _NAMESPACE
    assert (folder / "PG_VERSION").stat().st_uid == 0


def test_in_somebodys_closed_checkout_its_owner_is_chosen(layout: Layout, folder: Path) -> None:
    os.chown(layout.root, 1, 1)
    layout.root.chmod(0o700)
    for parent in (layout.state, layout.data, layout.run):
        os.chown(parent, 1, 1)
    assert identity.choose(layout, folder, _PROGRAM) == OsUser("user", 1, 1)


def test_when_nobody_can_the_next_step_is_said(layout: Layout, folder: Path) -> None:
    with pytest.raises(Problem, match="Postgres does not run as root") as caught:
        identity.choose(layout, folder, Path("/does/not/exist"))
    assert "as another user" in caught.value.next_step
