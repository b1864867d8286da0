"""Everything that is pinned is watched for newer versions, wherever it lies."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from tests.structure import tree

_WATCHED = {
    "pip": ("requirements*.txt", "requirements/*.txt"),
    "npm": ("package.json",),
    "docker": ("Dockerfile",),
    "docker-compose": ("docker-compose.yml",),
    "terraform": ("versions.tf",),
    "github-actions": (".github/workflows/*.yml",),
}


def folders(ecosystem: str) -> set[str]:
    """Return where the ecosystem's files are, as Dependabot writes folders."""
    found = tree.matching(*_WATCHED[ecosystem])
    if ecosystem == "github-actions":
        return {"/"}
    return {_slashed(path.parent) for path in found if "tests" not in path.parts}


def _slashed(folder: Path) -> str:
    return f"/{folder.relative_to(tree.ROOT).as_posix()}".replace("/.", "/").rstrip("/") or "/"


@pytest.mark.parametrize("ecosystem", _WATCHED)
def test_every_folder_with_pinned_versions_is_watched(ecosystem: str) -> None:
    document = yaml.safe_load((tree.ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8"))
    patterns = [
        pattern
        for update in document["updates"]
        if update["package-ecosystem"] == ecosystem
        for pattern in update.get("directories", [update.get("directory")])
    ]
    assert patterns
    forgotten = {one for one in folders(ecosystem) if not any(fnmatch(one, name) for name in patterns)}
    assert forgotten == set()
