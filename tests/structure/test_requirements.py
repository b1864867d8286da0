from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.structure import tree

LOCKED = tree.matching(
    "requirements/*.txt", "services/*/requirements.txt", "*/peers/requirements.txt", "requirements.txt"
)
_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
# Any option but a hash: each says where else to look, or whom to trust.
_ELSEWHERE = re.compile(r"^\s*-(?!-hash=)|://|@ file", re.MULTILINE)

each_lock = pytest.mark.parametrize("path", LOCKED, ids=tree.name_of)


def pins(path: Path) -> dict[str, str]:
    return dict(_PIN.findall(path.read_text(encoding="utf-8")))


def entries(path: Path) -> list[str]:
    """Return each requirement with its lines put together, comments left out."""
    text = re.sub(r"^\s*#.*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [entry for entry in re.sub(r"\\\n", " ", text).splitlines() if entry.strip()]


@each_lock
def test_every_requirement_is_pinned_with_hashes(path: Path) -> None:
    assert entries(path)
    loose = [entry for entry in entries(path) if not _PIN.match(entry) or "--hash=sha256:" not in entry]
    assert loose == []


@each_lock
def test_no_locked_list_says_where_packages_come_from(path: Path) -> None:
    assert _ELSEWHERE.findall(path.read_text(encoding="utf-8")) == []


@each_lock
def test_every_locked_list_names_the_command_that_made_it(path: Path) -> None:
    assert path.read_text(encoding="utf-8").splitlines()[1] == "#    ./slipway lock"


@each_lock
def test_every_locked_list_has_what_is_asked_for(path: Path) -> None:
    source = path.with_suffix(".in")
    assert source in tree.files()
    asked = re.findall(r"^([A-Za-z][\w.-]*)", source.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name.lower() for name in asked} - set(pins(path)) == set()


def test_services_run_on_the_versions_that_they_are_tested_with(service: str) -> None:
    tested = pins(tree.ROOT / "requirements" / "dev.txt")
    shipped = pins(tree.ROOT / "services" / service / "requirements.txt")
    assert shipped
    assert {name: version for name, version in shipped.items() if tested.get(name) != version} == {}
