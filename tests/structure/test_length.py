from __future__ import annotations

import ast
from pathlib import Path
from statistics import quantiles

from tests.structure import tree

_LONGEST_FILE = 400
_LONGEST_FUNCTION = 60
_SOURCES = {".py", ".js", ".ts", ".sh", ".conf", ".tf", ".j2"}


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(path: Path) -> list[tuple[str, int]]:
    """Return each function of a file with its length, from its first to its last line."""
    return [
        (
            f"{tree.name_of(path)}:{node.lineno} {node.name}",
            (node.end_lineno or node.lineno) - node.lineno + 1,
        )
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def shipped() -> list[Path]:
    return [path for path in tree.files() if path.suffix == ".py" and not tree.is_test(path)]


def test_no_source_file_is_long() -> None:
    sources = [path for path in tree.files() if path.suffix in _SOURCES or path.name == "slipway"]
    assert [f"{tree.name_of(path)}: {lines(path)}" for path in sources if lines(path) > _LONGEST_FILE] == []


def test_nine_files_in_ten_have_at_most_250_lines() -> None:
    assert quantiles([lines(path) for path in shipped()], n=10)[-1] <= 250


def test_no_function_is_long() -> None:
    paths = [path for path in tree.files() if path.suffix == ".py"]
    found = [(name, length) for path in paths for name, length in functions(path)]
    assert [(name, length) for name, length in found if length > _LONGEST_FUNCTION] == []


def test_nine_functions_in_ten_have_at_most_30_lines() -> None:
    lengths = [length for path in shipped() for _, length in functions(path)]
    assert quantiles(lengths, n=10)[-1] <= 30
