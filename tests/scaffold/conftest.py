"""A checkout of its own, in which services may be made and removed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.scaffold.checkout import Checkout

ROOT = Path(__file__).parents[2]
_ENVIRONMENT, _TYPES = ".venv", ".mypy_cache"


@pytest.fixture(scope="session")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The files of this checkout as they are, under version control, with an environment of their own."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    copy = Checkout(tmp_path_factory.mktemp("scaffold") / "checkout")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            target = copy.root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    # What mypy has found out of files that are the same holds for them here; a check here may be writing it.
    with suppress(FileNotFoundError, shutil.Error):
        shutil.copytree(ROOT / _TYPES, copy.root / _TYPES)
    copy.run("git", "init", "--quiet")
    copy.run("git", "add", "--all")
    copy.run(
        "git", "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "--message=before"
    )
    return copy


@pytest.fixture
def checkout(copied: Checkout) -> Iterator[Checkout]:
    """That checkout as it was at first: what a test leaves in it goes, but for the environment."""
    yield copied
    copied.run("git", "reset", "--quiet", "--hard")
    copied.run("git", "clean", "-ffdxq", f"--exclude=/{_ENVIRONMENT}", f"--exclude=/{_TYPES}")
