"""The files of the checkout, and how Python files are read."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
_NOT_OURS = {".git", ".venv", ".slipway", "__pycache__", "node_modules", ".terraform", ".hypothesis"}
_BINARY = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".ico", ".woff2", ".pdf", ".heic"}


@cache
def files() -> tuple[Path, ...]:
    """Return every file that is, or is about to be, under version control; all where there is no git."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        found = [path for path in ROOT.rglob("*") if not _NOT_OURS & set(path.relative_to(ROOT).parts)]
    else:
        found = [ROOT / name for name in listed if name]
    return tuple(sorted(path for path in found if path.is_file()))


def matching(*patterns: str) -> list[Path]:
    """Return the files that match one of `patterns`, which are relative to the root."""
    return [path for path in files() if any(path.relative_to(ROOT).match(pattern) for pattern in patterns)]


def below(folder: str, suffix: str = ".py") -> list[Path]:
    """Return the files with `suffix` at any depth below `folder`."""
    return [path for path in files() if path.is_relative_to(ROOT / folder) and path.suffix == suffix]


def below_any(folder: str) -> list[Path]:
    """Return the files at any depth below `folder`."""
    return [path for path in files() if path.is_relative_to(ROOT / folder)]


def texts() -> Iterator[tuple[Path, str]]:
    """Yield every text file with its text."""
    for path in files():
        if path.suffix not in _BINARY:
            yield path, path.read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    """Return the path from the root, as it is reported."""
    return path.relative_to(ROOT).as_posix()


def is_test(path: Path) -> bool:
    """Say whether a file is part of tests, not of what is shipped."""
    return "tests" in path.relative_to(ROOT).parts


@cache
def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def services() -> tuple[str, ...]:
    """Return the services' names."""
    found = matching("services/*/service.yaml")
    return tuple(path.parent.name for path in found if path.parents[1] == ROOT / "services")


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every module that a file imports, with its line; `from a import b` gives `a.b`."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def imported_to_run(path: Path) -> set[str]:
    """Return what a file imports when it runs: not what is there for its types alone."""
    for_types = {
        line
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    return {module for line, module in imported(path) if line not in for_types}


def imports_from(path: Path, packages: set[str]) -> list[str]:
    """Return `file:line imports module` for each import of one of `packages` or of what is below it."""
    return [
        f"{name_of(path)}:{line} imports {module}"
        for line, module in imported(path)
        if any(f"{module}.".startswith(f"{package}.") for package in packages)
    ]
