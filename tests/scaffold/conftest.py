"""A checkout of its own, in which services may be made and removed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.scaffold.checkout import Checkout

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """The files of this checkout as they are, under version control, with an environment of their own."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    copy = Checkout(tmp_path / "checkout")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            target = copy.root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    copy.run("git", "init", "--quiet")
    copy.run("git", "add", "--all")
    copy.run(
        "git", "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "--message=before"
    )
    return copy
