"""A contract is stated once: beside the protocol, and not again by what implements it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.structure import tree

_ONLY_POINTS = re.compile(r"See [A-Z][\w.]*\.")


def shipped() -> list[Path]:
    """Return the modules of the services and of the chassis, without their tests and contract suites."""
    found = [path for folder in ("libs/chassis", "services") for path in tree.below(folder)]
    return [path for path in found if not tree.is_test(path) and "testing" not in path.parts]


def public_methods(path: Path) -> Iterator[tuple[ast.ClassDef, ast.FunctionDef]]:
    for node in ast.walk(tree.parsed(path)):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for part in node.body:
                if isinstance(part, ast.FunctionDef) and not part.name.startswith("_"):
                    yield node, part


def is_protocol(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).startswith("Protocol") for base in node.bases)


def is_overload(method: ast.FunctionDef) -> bool:
    return any(ast.unparse(one) == "overload" for one in method.decorator_list)


def documented_by_protocols() -> set[str]:
    return {
        method.name
        for path in shipped()
        for node, method in public_methods(path)
        if is_protocol(node) and ast.get_docstring(method)
    }


def test_a_public_method_says_what_it_does_unless_a_protocol_says_it() -> None:
    documented = documented_by_protocols()
    silent = [
        f"{tree.name_of(path)}:{method.lineno} {node.name}.{method.name}"
        for path in shipped()
        for node, method in public_methods(path)
        if not ast.get_docstring(method) and method.name not in documented and not is_overload(method)
    ]
    assert silent == []


def test_every_method_of_a_protocol_is_documented() -> None:
    silent = [
        f"{tree.name_of(path)}:{method.lineno} {node.name}.{method.name}"
        for path in shipped()
        for node, method in public_methods(path)
        if is_protocol(node) and not ast.get_docstring(method)
    ]
    assert silent == []


def test_no_docstring_only_points_elsewhere() -> None:
    pointing = [
        f"{tree.name_of(path)}:{node.lineno} {node.name}"
        for folder in ("libs", "services", "gateway")
        for path in tree.below(folder)
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.FunctionDef) and _ONLY_POINTS.fullmatch(ast.get_docstring(node) or "")
    ]
    assert pointing == []
