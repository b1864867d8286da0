from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from tests.structure import tree

MIGRATIONS = tree.matching("services/*/migrations/versions/*.py")

each_migration = pytest.mark.parametrize("path", MIGRATIONS, ids=tree.name_of)


def assigned(path: Path, name: str) -> object:
    """Return the constant that a migration gives to `name` at its top."""
    for node in tree.parsed(path).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(to, ast.Name) and to.id == name for to in node.targets
        ):
            return ast.literal_eval(node.value)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
            return ast.literal_eval(node.value) if node.value else None
    raise AssertionError(f"{tree.name_of(path)} does not say its {name}")


def function(path: Path, name: str) -> ast.FunctionDef:
    [found] = [
        node for node in tree.parsed(path).body if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    return found


def test_there_are_migrations_where_there_is_a_database() -> None:
    assert MIGRATIONS


@each_migration
def test_a_migration_has_the_number_that_its_file_has(path: Path) -> None:
    match = re.fullmatch(r"(\d{4})_[a-z0-9_]+\.py", path.name)
    assert match
    assert assigned(path, "revision") == match[1]


@each_migration
def test_migrations_follow_each_other_in_one_line(path: Path) -> None:
    line = [found for found in MIGRATIONS if found.parent == path.parent]
    number = line.index(path)
    assert path.name.startswith(f"{number + 1:04}_")
    assert assigned(path, "down_revision") == (assigned(line[number - 1], "revision") if number else None)


@each_migration
def test_a_migration_can_be_taken_back_or_says_why_not(path: Path) -> None:
    back = function(path, "downgrade")
    does_something = any(isinstance(node, ast.Call) for node in ast.walk(back))
    says_why = ast.get_docstring(back) is not None
    assert does_something or says_why


@each_migration
def test_a_migration_says_what_the_code_before_it_makes_of_it(path: Path) -> None:
    said = ast.get_docstring(tree.parsed(path))
    assert said
    assert "before" in said
