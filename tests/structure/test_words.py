from __future__ import annotations

import re

from tests.structure import tree

# Written in pieces, so that this file is not what it looks for.
_REGISTRIES = [
    "pypi" + r"\.org",
    "python" + r"hosted\.org",
    "registry" + r"\.npmjs",
    "npmjs" + r"\.(?:com|org)",
    "deb" + r"\.debian\.org",
    "debian" + r"\.org/debian",
    "registry-1" + r"\.docker",
    "docker" + r"\.io/",
]
_MACHINE_PATHS = [
    "/work" + r"/(?:main|wt|shared|brief)",
    "/root" + r"/\.?\w",
    r"/home" + r"/\w",
    r"/Users" + r"/\w",
]
_UNDECIDED_WORDS = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")
_UNDECIDED = [r"(?:#|//|<!--|/\*|\*)\s*(?:" + "|".join(_UNDECIDED_WORDS) + r")\b"]
_SECRETS = [
    "-----BEGIN (?:[A-Z]+ )?PRIVATE " + r"KEY-----\s+[A-Za-z0-9+/=]{40}",
    r"\bAKIA" + r"(?=[A-Z2-7]*[2-7])[A-Z2-7]{16}\b",
    r"\bgh[pousr]_" + "[A-Za-z0-9]{36}\\b",
    r"\beyJ" + r"[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}",
    r"\bxox[abpr]-" + r"\d{6,}",
]
_OUTSIDE_DOCUMENTS = [r"\b(?:BRIEF|CHASSIS|DESIGN|FACTS|STYLE)" + r"\.md\b", r"\.\./shared" + "/"]


def found(patterns: list[str]) -> list[str]:
    """Return `file:line: text` for every line of the checkout that one of `patterns` is in."""
    wanted = re.compile("|".join(patterns))
    return [
        f"{tree.name_of(path)}:{number}: {line.strip()[:100]}"
        for path, text in tree.texts()
        if wanted.search(text)
        for number, line in enumerate(text.splitlines(), 1)
        if wanted.search(line)
    ]


def test_no_package_registry_is_named() -> None:
    assert found(_REGISTRIES) == []


def test_no_path_of_somebodys_machine_is_named() -> None:
    assert found(_MACHINE_PATHS) == []


def test_nothing_is_left_undecided() -> None:
    assert found(_UNDECIDED) == []


def test_no_secret_is_committed() -> None:
    secrets = re.compile("|".join(_SECRETS))
    assert [tree.name_of(path) for path, text in tree.texts() if secrets.search(text)] == []


def test_no_document_is_named_that_is_not_here() -> None:
    assert found(_OUTSIDE_DOCUMENTS) == []
