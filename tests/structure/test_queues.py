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
    """Return every place in the service's code where a Consumer is made."""
    return [
        node
        for path in tree.below(f"services/{name}/{name}")
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Consumer"
    ]


def attributes(node: ast.AST) -> set[str]:
    return {found.attr for found in ast.walk(node) if isinstance(found, ast.Attribute)}


def consumer_of(name: str, queue: Queue) -> ast.Call:
    [found] = [call for call in consumers_in(name) if queue.env.lower() in attributes(call)]
    return found


def dead_letter_variable(queue: Queue) -> str:
    return queue.env.replace("_QUEUE_URL", "_DLQ_URL")


def allowed(manifest: Manifest, resource: str) -> set[str]:
    return {
        action
        for permission in manifest.permissions
        if resource in permission.on
        for action in permission.allow
    }


@each_queue
def test_every_queue_has_a_consumer_in_the_role_that_the_manifest_names(name: str, queue: Queue) -> None:
    module = module_of(name, queue.consumer)
    assert module.exists()
    assert load_all(tree.ROOT)[name].roles[queue.consumer].kind == "worker"
    assert consumer_of(name, queue) in list(ast.walk(tree.parsed(module)))


@each_queue
def test_every_queue_has_a_dead_letter_queue_that_its_consumer_uses(name: str, queue: Queue) -> None:
    assert queue.env.endswith("_QUEUE_URL")
    variable = dead_letter_variable(queue)
    assert variable in description.of(name).environment
    assert variable.lower() in attributes(consumer_of(name, queue))


@each_queue
def test_a_consumer_has_the_visibility_timeout_of_its_queue(name: str, queue: Queue) -> None:
    given = {keyword.arg: keyword.value for keyword in consumer_of(name, queue).keywords}
    timeout = given.get("visibility_timeout", ast.Constant(60))
    assert isinstance(timeout, ast.Constant)
    assert timeout.value == queue.visibility_timeout


@each_queue
def test_a_consumer_may_do_what_it_must(name: str, queue: Queue) -> None:
    manifest = load_all(tree.ROOT)[name]
    assert allowed(manifest, f"queue/{queue.name}") >= _CONSUMER_NEEDS
    assert "sqs:SendMessage" in allowed(manifest, f"queue/{queue.name}-dlq")


def test_every_consumer_has_a_queue_in_the_manifest(service: str) -> None:
    queues = [queue for name, queue in QUEUES if name == service]
    assert len(consumers_in(service)) == len(queues)
