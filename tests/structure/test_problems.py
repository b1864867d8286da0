"""What a service says when something goes wrong stands in one place, its `errors.py`."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.structure import tree

from chassis import errors

_OF_THE_CHASSIS = {name for name, one in vars(errors).items() if isinstance(one, type)} - {"FieldError"}


def module_of(service: str) -> Path:
    return tree.ROOT / "services" / service / service / "errors.py"


def problems_of(service: str) -> list[ast.ClassDef]:
    """Return the classes of `errors.py` that are problems, in their order; none without such a file."""
    if module_of(service) not in tree.files():
        return []
    known, found = set(_OF_THE_CHASSIS), []
    for node in tree.parsed(module_of(service)).body:
        if isinstance(node, ast.ClassDef) and {ast.unparse(base) for base in node.bases} & known:
            known.add(node.name)
            found.append(node)
    return found


def said_in(path: Path) -> list[str]:
    """Return the places of a module that make one of the chassis's problems, with words of their own."""
    return [
        f"{tree.name_of(path)}:{node.lineno} {ast.unparse(node.func)}"
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func).removeprefix("errors.") in _OF_THE_CHASSIS
    ]


def has_subclasses(service: str, name: str) -> bool:
    return any(name in {ast.unparse(base) for base in one.bases} for one in problems_of(service))


def test_a_service_makes_no_problem_but_its_own(service: str) -> None:
    """The chassis's classes are for catching; a message of a service stands where it is looked for."""
    own = [path for path in tree.below(f"services/{service}/{service}") if path != module_of(service)]
    assert [place for path in own for place in said_in(path)] == []


def test_every_problem_of_a_service_says_its_message_itself(service: str) -> None:
    silent = [
        one.name
        for one in problems_of(service)
        if not any(isinstance(part, ast.FunctionDef) and part.name == "__init__" for part in one.body)
        and not has_subclasses(service, one.name)
    ]
    assert silent == []


def test_no_problem_of_a_service_is_defined_elsewhere(service: str) -> None:
    own = {one.name for one in problems_of(service)} | _OF_THE_CHASSIS
    elsewhere = [
        f"{tree.name_of(path)}:{node.lineno} {node.name}"
        for path in tree.below(f"services/{service}/{service}")
        if path != module_of(service)
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.ClassDef) and {ast.unparse(base) for base in node.bases} & own
    ]
    assert elsewhere == []
