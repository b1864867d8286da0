from __future__ import annotations

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from tests.structure import tree

from slipway.manifest import load_all

_WEB = {"flask", "werkzeug"}
_STORES = {"boto3", "botocore", "sqlalchemy", "psycopg2", "redis", "requests", "alembic"}
_CHASSIS_EDGES = {
    "chassis.http.app",
    "chassis.http.health",
    "chassis.http.routing",
    "chassis.messages.worker",
    "chassis.process",
    "chassis.server",
    "chassis.stores.aws",
    "chassis.stores.cache",
}
_NOUNS = re.compile(
    r"todo|thumbnail|photo|album|inbox|subscriber|comment|collection|entitle|upload", re.IGNORECASE
)

_OPERATIONS = {f"{verb}_multipart_upload" for verb in ("create", "complete", "abort")} | {"upload_part"}
"""What S3 calls writing an object piece by piece, whatever it holds."""

LIBRARIES = ["libs/chassis", "libs/slipway", "libs/emulator", "libs/mailcatcher"]


def code(folder: str) -> list[Path]:
    return [path for path in tree.below(folder) if not tree.is_test(path)]


def stores_of(service: str) -> set[str]:
    """Return the package of the service's adapters."""
    return {f"{service}.store"}


def test_no_service_imports_another(service: str) -> None:
    others = set(tree.services()) - {service}
    forbidden = others | {f"services.{other}" for other in others}
    paths = tree.below(f"services/{service}")
    assert paths
    assert [found for path in paths for found in tree.imports_from(path, forbidden)] == []


def test_no_service_imports_the_command_line(service: str) -> None:
    assert [
        found for path in code(f"services/{service}") for found in tree.imports_from(path, {"slipway"})
    ] == []


def test_the_domain_is_plain_python(service: str) -> None:
    paths = tree.below(f"services/{service}/{service}/domain")
    assert len(paths) > 1
    assert [
        found for path in paths for found in tree.imports_from(path, _WEB | _STORES | _CHASSIS_EDGES)
    ] == []


def test_the_domain_does_not_know_its_edges(service: str) -> None:
    edges = {
        f"{service}.{name}"
        for name in ("app", "routes", "schemas", "worker", "wsgi", "wiring", "config", "store")
    }
    paths = tree.below(f"services/{service}/{service}/domain")
    assert [found for path in paths for found in tree.imports_from(path, edges)] == []


def test_adapters_know_the_domain_and_no_edge(service: str) -> None:
    edges = {
        f"{service}.{name}" for name in ("app", "routes", "schemas", "worker", "wsgi", "wiring", "config")
    }
    paths = tree.below(f"services/{service}/{service}/store")
    assert paths or not load_all(tree.ROOT)[service].keeps_something
    assert [found for path in paths for found in tree.imports_from(path, edges)] == []


def test_wiring_knows_no_edge(service: str) -> None:
    edges = {f"{service}.{name}" for name in ("app", "routes", "schemas", "worker", "wsgi")}
    path = tree.ROOT / "services" / service / service / "wiring.py"
    assert tree.imports_from(path, edges) == []


def test_a_view_asks_no_store(service: str) -> None:
    edges = _STORES | stores_of(service)
    paths = tree.below(f"services/{service}/{service}/routes")
    assert paths
    assert [found for path in paths for found in tree.imports_from(path, edges)] == []


def test_the_chassis_knows_no_service_and_no_command_line() -> None:
    forbidden = {"slipway", "services", *tree.services()}
    assert [found for path in code("libs/chassis") for found in tree.imports_from(path, forbidden)] == []


def rooms_known_by(package: str) -> dict[str, set[str]]:
    """Return for each room of a package (a folder or module at its top) the other rooms that it imports."""
    known: dict[str, set[str]] = {}
    top = tree.ROOT / package
    for path in code(package):
        room = path.relative_to(top).parts[0].removesuffix(".py")
        imported = known.setdefault(room, set())
        for node in ast.walk(tree.parsed(path)):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            else:
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            parts = [name.split(".") for name in names]
            imported |= {one[1] for one in parts if one[0] == top.name and len(one) > 1} - {room}
    return known


@pytest.mark.parametrize(
    "package", [*LIBRARIES, *(f"services/{name}/{name}" for name in tree.services())], ids=str
)
def test_no_room_is_imported_by_one_that_it_imports(package: str) -> None:
    rooms = rooms_known_by(package)
    try:
        TopologicalSorter(rooms).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(reversed(error.args[1])))
    assert rooms


def test_the_command_line_imports_no_service() -> None:
    forbidden = {"services", *tree.services()}
    assert [found for path in code("libs/slipway") for found in tree.imports_from(path, forbidden)] == []


def test_tests_from_outside_import_nothing_of_ours() -> None:
    ours = {"chassis", "slipway", "libs", "services", *tree.services()}
    paths = [*tree.below("tests/system"), *tree.below("tests/resilience")]
    assert paths
    assert [found for path in paths for found in tree.imports_from(path, ours)] == []


def test_nothing_is_imported_inside_a_function_without_saying_why() -> None:
    found = []
    for path in [*code("libs"), *code("services"), *code("gateway")]:
        lines = path.read_text(encoding="utf-8").splitlines()
        found += [
            f"{tree.name_of(path)}:{number}"
            for number in imports_in_functions(path)
            if not lines[number - 2].lstrip().startswith("#")
        ]
    assert found == []


def imports_in_functions(path: Path) -> set[int]:
    return {
        node.lineno
        for function in ast.walk(tree.parsed(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }


def names_in(path: Path) -> set[str]:
    """Return every name that a file makes or uses; what it says in words does not count."""
    found = {path.stem}
    for node in ast.walk(tree.parsed(path)):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
    return found


def test_no_noun_of_a_domain_is_in_the_chassis() -> None:
    found = {
        f"{tree.name_of(path)}: {name}"
        for path in code("libs/chassis")
        for name in names_in(path)
        if _NOUNS.search(name) and name not in _OPERATIONS
    }
    assert found == set()


def test_the_chassis_does_not_decide_by_a_services_name() -> None:
    names = set(tree.services())
    found = [
        f"{tree.name_of(path)}:{node.lineno}"
        for path in code("libs/chassis")
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Constant) and node.value in names
    ]
    assert found == []
