"""A public class name means one thing in the whole tree."""

from __future__ import annotations

import ast
import re
from collections import defaultdict

from tests.structure import tree

# Every service has one of these: they are its shape, and say the same everywhere.
_OF_THE_SHAPE = {"ApiSettings", "Stores", "WorkerSettings"}
# The same word of the field for the same thing, each with why.
_OF_SEVERAL_MODULES = {
    # What is expected to go wrong, said to whom asked: a service's client, or the person at the command line.
    "Problem",
}

_PARTICIPLE = re.compile(r"_?(?!Feed\b)[A-Z][a-z]+ed")
_RAISED = {"Exception", "Problem"}


def places() -> dict[str, list[str]]:
    """Return the modules of each public class of what is shipped."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in (path for folder in ("libs", "services", "gateway") for path in tree.below(folder)):
        if not tree.is_test(path):
            for node in tree.parsed(path).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found[node.name].append(tree.name_of(path))
    return found


def repeated() -> dict[str, list[str]]:
    return {name: where for name, where in places().items() if len(where) > 1}


def test_a_class_name_means_one_thing() -> None:
    allowed = _OF_THE_SHAPE | _OF_SEVERAL_MODULES
    assert {name: where for name, where in repeated().items() if name not in allowed} == {}


def test_no_type_is_named_by_a_participle_alone() -> None:
    """`Recorded` says what was done, `RecordedAnswer` what it is; what is raised tells of what happened."""
    participles = [
        f"{tree.name_of(path)}:{node.lineno} {node.name}"
        for path in (path for folder in ("libs", "services") for path in tree.below(folder))
        if not tree.is_test(path)
        for node in tree.parsed(path).body
        if isinstance(node, ast.ClassDef) and _PARTICIPLE.fullmatch(node.name) and not is_raised(node)
    ]
    assert participles == []


def is_raised(node: ast.ClassDef) -> bool:
    return {ast.unparse(base) for base in node.bases} & _RAISED != set()


def test_no_exception_is_kept_that_is_not_needed() -> None:
    assert _OF_SEVERAL_MODULES - repeated().keys() == set()


def test_the_names_of_the_shape_are_those_of_services(service: str) -> None:
    own = {name for name, where in places().items() if any(f"/{service}/{service}/" in one for one in where)}
    assert _OF_THE_SHAPE - {"WorkerSettings"} <= own
