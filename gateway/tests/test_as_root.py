"""Started by root, nginx's workers are a user of their own, who can read nothing of Postgres's."""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from slipway.gateway import render, write

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts others' processes")
_NOBODY = 65534


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter; pytest's own are closed, and their owner runs the workers there."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def edge(running, open_folder):
    return replace(running.edge, folder=open_folder / "nginx", kept=open_folder / "kept")


def worker_of(edge) -> str:
    [line] = [line for line in render(edge)["nginx.conf"].splitlines() if line.startswith("user ")]
    return line.removeprefix("user ").rstrip(";").split()[0]


def test_workers_are_not_postgres_s_user_where_the_machine_has_one_for_servers(edge):
    names = {"www-data", "nginx", "http"} & {one.pw_name for one in pwd.getpwall()}
    assert worker_of(edge) in (names or {"nobody"})


def test_copies_that_another_user_made_are_forgotten_and_what_was_purged_is_not(edge):
    write(edge)
    copy, purged = edge.kept / "files" / "a" / "copy", edge.kept / "state" / "purges.json"
    copy.parent.mkdir(parents=True)
    for path in (copy, purged):
        path.touch()
    for path in (copy, copy.parent, edge.kept / "files", purged):
        os.chown(path, _NOBODY if worker_of(edge) != "nobody" else 1, -1)
    write(edge)
    assert not copy.exists()
    assert purged.owner() == worker_of(edge)
