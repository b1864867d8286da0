"""Every service that keeps something takes part when an account is erased, and when it is exported."""

from __future__ import annotations

import ast

from tests.structure import tree

from chassis.accounts import ACCOUNT_DELETED, EXPORT_REQUESTED
from slipway.manifest import Manifest, Queue, load_all

_CONTRACTS = {"AccountErasureContract", "AccountExportContract", "GoneAccountContract"}


def publishes_the_end(manifest: Manifest) -> bool:
    return manifest.publishes is not None and ACCOUNT_DELETED in manifest.publishes.types


def queue_of_the_end(manifest: Manifest) -> Queue | None:
    """Return the queue in which the service hears of an account's end."""
    return next(
        (
            queue
            for queue in manifest.queues
            for subscription in queue.subscribes
            if ACCOUNT_DELETED in subscription.types
        ),
        None,
    )


def calls(service: str, name: str) -> list[ast.Call]:
    return [
        node
        for path in tree.below(f"services/{service}/{service}")
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == name
    ]


def contracts_run_by(service: str) -> set[str]:
    return {
        ast.unparse(base)
        for path in tree.below(f"services/{service}/tests")
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test")
        for base in node.bases
    } & _CONTRACTS


def test_one_service_publishes_the_end_of_accounts() -> None:
    publishers = [name for name, manifest in load_all(tree.ROOT).items() if publishes_the_end(manifest)]
    assert len(publishers) == 1


def test_every_service_that_keeps_something_hears_of_the_end_of_accounts(service: str) -> None:
    manifest = load_all(tree.ROOT)[service]
    if publishes_the_end(manifest) or not manifest.keeps_something:
        return
    queue = queue_of_the_end(manifest)
    assert queue is not None, f"services/{service}/service.yaml: no queue subscribes to {ACCOUNT_DELETED}"
    assert calls(service, "AccountEvents"), f"{service}'s worker makes no chassis.accounts.AccountEvents"
    prefix = queue.env.removesuffix("_QUEUE_URL").lower()
    assert any(ast.unparse(call.args[1]) == repr(prefix) for call in calls(service, "Consumer.of"))


def test_every_service_that_hears_of_the_end_of_accounts_hears_of_exports(service: str) -> None:
    manifest = load_all(tree.ROOT)[service]
    queue = queue_of_the_end(manifest)
    if not manifest.keeps_something or queue is None:
        return
    heard = {kind for subscription in queue.subscribes for kind in subscription.types}
    assert EXPORT_REQUESTED in heard, f"{queue.name} does not subscribe to {EXPORT_REQUESTED}"
    [parts] = calls(service, "S3ExportParts")
    assert ast.unparse(parts.args[2]) == repr(service)
    assert contracts_run_by(service) >= {"AccountExportContract"}


def test_who_publishes_requests_of_exports_waits_for_whoever_hears_them() -> None:
    for name, manifest in load_all(tree.ROOT).items():
        asks = manifest.publishes is not None and EXPORT_REQUESTED in manifest.publishes.types
        awaited = f"subscribers/{EXPORT_REQUESTED}" in manifest.shares.values()
        assert asks == awaited, name


def test_every_service_that_keeps_something_refuses_accounts_that_are_gone(service: str) -> None:
    manifest = load_all(tree.ROOT)[service]
    if publishes_the_end(manifest):
        assert contracts_run_by(service) >= {"GoneAccountContract"}
    elif manifest.keeps_something:
        [build] = calls(service, "build")
        assert "accounts" in {keyword.arg for keyword in build.keywords}
        assert contracts_run_by(service) >= {"AccountErasureContract"}


def test_no_service_has_its_own_word_for_the_event_or_the_problem(service: str) -> None:
    names = {
        node.name
        for path in tree.below(f"services/{service}/{service}")
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.ClassDef)
    }
    texts = {
        node.value
        for path in tree.below(f"services/{service}/{service}")
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert names & {"AccountErased", "AccountEvents", "AccountExports"} == set()
    assert {ACCOUNT_DELETED, EXPORT_REQUESTED} & texts == set()
