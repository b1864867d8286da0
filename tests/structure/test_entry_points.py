"""Every service begins in the same way: who knows one knows all."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.structure import tree

from slipway.manifest import Manifest, load_all

_PARTS = "parts: Stores | None=None"
_CLOCK = "clock: Clock=utc_now"
_CREATE_APP = (f"settings: ApiSettings, *, {_PARTS}, verifier: TokenVerifier | None=None, {_CLOCK}", "Flask")
_BUILD = (f"settings: WorkerSettings, *, {_PARTS}, {_CLOCK}", "Jobs")
_REAL = ("settings: {base}", "Stores")
_WSGI = """
from chassis.server.wsgi import wsgi_app
from {name}.app import create_app
from {name}.config import ApiSettings
app = wsgi_app(ApiSettings, create_app)
"""
_MAIN = """
if __name__ == '__main__':
    run_worker(WorkerSettings, build)
"""


def module(service: str, name: str) -> Path:
    return tree.ROOT / "services" / service / service / f"{name}.py"


def signature(path: Path, name: str) -> tuple[str, str]:
    """Return the parameters of the function `name` and what it returns, as they are written."""
    [found] = [
        node for node in tree.parsed(path).body if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    return ast.unparse(found.args), ast.unparse(found.returns) if found.returns else ""


def classes(path: Path) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in tree.parsed(path).body if isinstance(node, ast.ClassDef)}


def statements(path: Path) -> str:
    """Return the code of a module without its docstring."""
    body = [node for node in tree.parsed(path).body if not isinstance(node, ast.Expr)]
    return "\n".join(ast.unparse(node) for node in body)


def workers(service: str) -> list[Path]:
    roles = load_all(tree.ROOT)[service].roles
    return [module(service, name.replace("-", "_")) for name, role in roles.items() if role.kind == "worker"]


def base_settings(service: str) -> str:
    return f"{service.title().replace('_', '')}Settings"


def test_every_service_has_the_same_create_app(service: str) -> None:
    assert signature(module(service, "app"), "create_app") == _CREATE_APP


def test_every_worker_has_the_same_build(service: str) -> None:
    assert {signature(path, "build") for path in workers(service)} <= {_BUILD}


def test_what_a_service_keeps_is_one_dataclass_and_one_function_makes_it(service: str) -> None:
    wiring = module(service, "wiring")
    [decorator] = classes(wiring)["Stores"].decorator_list
    assert ast.unparse(decorator) == "dataclass(frozen=True, slots=True)"
    parameters, returned = _REAL
    assert signature(wiring, "real") == (parameters.format(base=base_settings(service)), returned)


def test_what_gunicorn_serves_is_made_by_the_chassis(service: str) -> None:
    # In the order that the linter wants, which depends on the name.
    expected = sorted(_WSGI.format(name=service).strip().splitlines())
    assert sorted(statements(module(service, "wsgi")).splitlines()) == expected


def test_a_worker_is_run_by_the_chassis(service: str) -> None:
    assert [
        tree.name_of(path) for path in workers(service) if not statements(path).endswith(_MAIN.strip())
    ] == []


def settings_of_the_chassis(manifest: Manifest) -> list[str]:
    """Return what a service's settings are made of: by its database, and by what the edge keeps of it."""
    told = {
        "PostgresSettings": manifest.stores.postgres is not None,
        "EdgeSettings": bool(manifest.gateway.cache) or any(one.delivers for one in manifest.stores.buckets),
    }
    return [name for name, needed in told.items() if needed] or ["ServiceSettings"]


def test_each_role_has_its_settings_over_those_of_the_service(service: str) -> None:
    found = {
        name: [ast.unparse(base) for base in node.bases]
        for name, node in classes(module(service, "config")).items()
        if name.endswith("Settings")
    }
    base = base_settings(service)
    expected = {base: settings_of_the_chassis(load_all(tree.ROOT)[service]), "ApiSettings": [base]}
    if workers(service):
        expected["WorkerSettings"] = [base]
    assert found == expected


def test_routes_alone_take_the_id_of_a_new_resource_and_the_condition_on_a_write(service: str) -> None:
    found = [
        f"{tree.name_of(path)}: {name}"
        for path in tree.below(f"services/{service}/{service}")
        for name in ("chassis.idempotency.keys.resource_id", "chassis.http.preconditions.if_match")
        if name in {module for _, module in tree.imported(path)} and path.parent.name != "routes"
    ]
    assert found == []


def test_no_service_reads_the_condition_on_a_write_itself(service: str) -> None:
    found = [
        f"{tree.name_of(path)}:{node.lineno}"
        for path in tree.below(f"services/{service}/{service}")
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Constant) and node.value == "If-Match"
    ]
    assert found == []
