from __future__ import annotations

import ast
from pathlib import Path

from tests.structure import tree

from slipway.checkout.tests import SYSTEM_TESTS
from slipway.manifest import load_all

_FILES = ["service.yaml", "README.md", "requirements.in", "requirements.txt", "openapi.yaml"]
_MODULES = ["__init__", "app", "config", "wiring", "wsgi"]
_MODULES_OF_KEEPERS = ["errors", "domain/ports", "store/__init__", "store/memory"]
_PACKAGES = ["routes", "schemas", "domain"]
_TESTS = ["conftest.py", "factories.py"]
_TEST_FOLDERS = {"unit", "api"}
_TOP = {"tests", "events", "migrations"}
_VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "base_utils", "tools"}


def folder(service: str) -> Path:
    return tree.ROOT / "services" / service


def missing(paths: list[Path]) -> list[str]:
    return [tree.name_of(path) for path in paths if path not in tree.files()]


def test_every_service_has_the_same_files(service: str) -> None:
    package, tests = folder(service) / service, folder(service) / "tests"
    expected = [folder(service) / name for name in _FILES]
    expected += [package / f"{name}.py" for name in _MODULES]
    expected += [package / name / "__init__.py" for name in _PACKAGES]
    if load_all(tree.ROOT)[service].keeps_something:
        expected += [package / f"{name}.py" for name in _MODULES_OF_KEEPERS]
    expected += [tests / name for name in _TESTS]
    assert missing(expected) == []


def test_every_service_has_tests_of_each_kind(service: str) -> None:
    tests = [path for path in tree.below(f"services/{service}/tests") if path.stem.startswith("test_")]
    kinds = {path.parent.name for path in tests}
    manifest = load_all(tree.ROOT)[service]
    stores = {"store"} if manifest.keeps_something else set()
    workers = {role.kind for role in manifest.roles.values()} & {"worker"}
    assert (_TEST_FOLDERS | stores | workers) - kinds == set()


def test_a_service_has_no_other_folders(service: str) -> None:
    own = [path.relative_to(folder(service)) for path in tree.below_any(f"services/{service}")]
    found = {path.parts[0] for path in own}
    assert {name for name in found if not (folder(service) / name).is_file()} - _TOP == {service}


def test_every_role_but_the_api_is_a_module(service: str) -> None:
    roles = load_all(tree.ROOT)[service].roles
    package = folder(service) / service
    places = {"worker": package, "task": package / "commands"}
    modules = [
        places[role.kind] / f"{name.replace('-', '_')}.py" for name, role in roles.items() if name != "api"
    ]
    assert missing(modules) == []


def test_a_service_that_publishes_events_says_so_in_one_module(service: str) -> None:
    if load_all(tree.ROOT)[service].publishes:
        assert missing([folder(service) / service / "domain" / "events.py"]) == []


def test_one_dockerfile_makes_the_image_of_every_service() -> None:
    path = tree.ROOT / "services" / "Dockerfile"
    assert [found for found in tree.below_any("services") if found.name == "Dockerfile"] == [path]
    text = path.read_text(encoding="utf-8")
    named = [name for name in load_all(tree.ROOT) if f"services/{name}" in text or f"{name}.app" in text]
    assert named == []


def test_no_test_lists_the_services_by_hand() -> None:
    services = set(load_all(tree.ROOT))
    folders = ("tests/system", "tests/compose", "tests/resilience")
    found = [
        f"{tree.name_of(path)}:{node.lineno}"
        for path in (path for folder in folders for path in tree.below(folder))
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.List | ast.Tuple | ast.Set)
        and {one.value for one in node.elts if isinstance(one, ast.Constant)} >= services
    ]
    assert found == []


def test_system_tests_are_where_they_are_looked_for() -> None:
    marking = [
        path
        for path in tree.matching("*.py")
        if "mark.system" in path.read_text(encoding="utf-8")
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "pytest.mark.system"
    ]
    looked_through = {place for pattern in SYSTEM_TESTS for place in tree.ROOT.glob(pattern)}
    assert marking
    assert [tree.name_of(path) for path in marking if not looked_through & set(path.parents)] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    paths = [path.relative_to(tree.ROOT) for path in tree.files() if path.suffix == ".py"]
    parts = {part.removesuffix(".py") for path in paths for part in path.parts}
    assert parts & _VAGUE == set()
