"""What one release writes and another reads has golden documents of every earlier form.

Rows of Postgres have migrations for their columns; `users` has golden rows for what stands in them.
"""

from __future__ import annotations

import ast
import re

from tests.structure import tree

from slipway.manifest import load_all

_KEY = re.compile(r'"pk": \{"S": (?!"\.\.\.")')
_CHASSIS = {
    "idempotency/dynamodb.py": "idempotency",
    "idempotency/dynamodb_usage.py": "usage",
    "messages/dynamodb_outbox.py": "outbox",
    "messages/mail_log.py": "mail",
    "messages/mail_suppression.py": "suppressions",
    "stores/checkpoints.py": "checkpoints",
}
"""The modules of the chassis that put items of their own into a table, and the name of their golden files."""


def golden(folder: str) -> list[str]:
    return [path.name for path in tree.below(folder, ".json") if path.parent.name == "golden"]


def runs(folder: str, contract: str) -> bool:
    return any(
        ast.unparse(base) == contract
        for path in tree.below(folder)
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test")
        for base in node.bases
    )


def test_a_service_with_a_table_has_golden_documents_of_it(service: str) -> None:
    if load_all(tree.ROOT)[service].stores.tables:
        assert golden(f"services/{service}/tests/store"), f"keep items of {service} as they are written today"


def test_every_type_that_is_stored_as_a_document_is_read_from_golden_ones(service: str) -> None:
    """A type is stored where the store, or the documents of the domain, make its TypeAdapter."""
    writers = [
        *tree.below(f"services/{service}/{service}/store"),
        *tree.below(f"services/{service}/{service}/domain"),
    ]
    stored = {
        ast.unparse(node.args[0])
        for path in writers
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "TypeAdapter" and path.stem != "cached"
    }
    named = {
        alias.name
        for path in tree.below(f"services/{service}/tests/store")
        if "GOLDEN" in path.read_text(encoding="utf-8")
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert stored - named == set(), "its golden documents are read by no test"


def test_a_service_that_publishes_has_golden_events(service: str) -> None:
    publishes = load_all(tree.ROOT)[service].publishes
    if publishes:
        assert runs(f"services/{service}/tests", "OldEventsContract"), publishes.types


def test_a_service_with_a_queue_of_its_own_messages_has_golden_ones(service: str) -> None:
    direct = [queue.name for queue in load_all(tree.ROOT)[service].queues if not queue.subscribes]
    if direct:
        assert golden(f"services/{service}/tests/worker"), f"keep messages of {direct} as they are sent today"


def test_everything_that_the_chassis_keeps_in_a_table_has_golden_items() -> None:
    writers = {
        path.relative_to(tree.ROOT / "libs/chassis").as_posix()
        for path in tree.below("libs/chassis")
        if not tree.is_test(path) and _KEY.search(path.read_text(encoding="utf-8"))
    }
    kept = {name.rpartition("-")[0] for name in golden("libs/chassis/tests")}
    assert writers == set(_CHASSIS), "name the golden files of what it keeps"
    assert set(_CHASSIS.values()) <= kept
