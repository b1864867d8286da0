from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tests.structure import description, tree

from slipway.manifest import Manifest, Queue, load_all

_CONSUMER_NEEDS = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"}
QUEUES = [(name, queue) for name, manifest in load_all(tree.ROOT).items() for queue in manifest.queues]

each_queue = pytest.mark.parametrize(("name", "queue"), QUEUES, ids=[queue.name for _, queue in QUEUES])


def module_of(name: str, role: str) -> Path:
    return tree.ROOT / "services" / name / name / f"{role.replace('-', '_')}.py"


def consumers_in(name: str) -> list[ast.Call]:
    """Return every place in the service's code where `Consumer.of` is called."""
    return [
        node
        for path in tree.below(f"services/{name}/{name}")
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Consumer.of"
    ]


def prefix(queue: Queue) -> str:
    """Return what the settings of a queue begin with: `users_events`."""
    return queue.env.removesuffix("_QUEUE_URL").lower()


def consumer_of(name: str, queue: Queue) -> ast.Call:
    [found] = [call for call in consumers_in(name) if ast.unparse(call.args[1]) == repr(prefix(queue))]
    return found


def allowed(manifest: Manifest, resource: str) -> set[str]:
    return {
        action for permission in manifest.granted if resource in permission.on for action in permission.allow
    }


@each_queue
def test_every_queue_has_a_consumer_in_the_role_that_the_manifest_names(name: str, queue: Queue) -> None:
    module = module_of(name, queue.consumer)
    assert module.exists()
    assert load_all(tree.ROOT)[name].roles[queue.consumer].kind == "worker"
    assert consumer_of(name, queue) in list(ast.walk(tree.parsed(module)))


@each_queue
def test_a_consumer_is_told_what_the_manifest_says_of_its_queue(name: str, queue: Queue) -> None:
    told = description.of(name)
    for variable in ("QUEUE_URL", "DLQ_URL", "VISIBILITY_TIMEOUT"):
        field = told.fields[f"{prefix(queue).upper()}_{variable}"]
        assert field["default"] == "required"
    assert told.environment[f"{prefix(queue).upper()}_VISIBILITY_TIMEOUT"] == str(queue.visibility_timeout)


def test_no_service_says_again_what_the_manifest_says_of_its_queues(service: str) -> None:
    made = [
        f"{tree.name_of(path)}:{node.lineno}"
        for path in tree.below(f"services/{service}/{service}")
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Consumer"
    ]
    assert made == []


@each_queue
def test_a_consumer_may_do_what_it_must(name: str, queue: Queue) -> None:
    manifest = load_all(tree.ROOT)[name]
    assert allowed(manifest, f"queue/{queue.name}") >= _CONSUMER_NEEDS
    assert "sqs:SendMessage" in allowed(manifest, f"queue/{queue.name}-dlq")


def test_every_consumer_has_a_queue_in_the_manifest(service: str) -> None:
    queues = [queue for name, queue in QUEUES if name == service]
    assert len(consumers_in(service)) == len(queues)
