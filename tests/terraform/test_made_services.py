"""Each choice of `./slipway new` is in the plan of every environment, with what its manifest asks for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.terraform.conftest import Once
from tests.terraform.plans import Plan, planned
from tests.terraform.terraform import Terraform, copy_manifests, plan_arguments

from slipway.manifest import load_all
from slipway.scaffold import Choices, Naming
from slipway.scaffold.rendering import render

_HEARD = {"users-events": ("users.account.created.v1",)}
_CHOICES: dict[str, dict[str, Any]] = {
    "orders": {},
    "parcels": {"cache": True, "publishes": True, "public": True, "subscribes": _HEARD},
    "receipts": {"store": "postgres", "publishes": True},
    "quotes": {"store": "none"},
    "tariffs": {"store": "none", "subscribes": _HEARD},
}


def manifest_of(name: str) -> str:
    choices = Choices(Naming.of(name, None), f"The {name} of each account.", **_CHOICES[name])
    return next(text for path, text in render(choices.for_template()) if path.name == "service.yaml")


@pytest.fixture(
    scope="module",
    params=[
        "dev",
        pytest.param("staging", marks=pytest.mark.long),
        pytest.param("prod", marks=pytest.mark.long),
    ],
)
def with_made_services(
    terraform: Terraform, suite: Path, once: Once, request: pytest.FixtureRequest
) -> tuple[Plan, Path]:
    """An environment's plan with a service of each choice more, and the folder above the services."""

    def make(root: Path) -> None:
        services = copy_manifests(root)
        for name in _CHOICES:
            (services / name).mkdir()
            (services / name / "service.yaml").write_text(manifest_of(name), encoding="utf-8")
        terraform.must(
            suite, "plan", f"-out={root / 'plan'}", *plan_arguments(request.param, services=services)
        )
        (root / "plan.json").write_text(json.dumps(terraform.show(suite, root / "plan")))

    root = once(f"with-made-services-{request.param}", make)
    return planned(json.loads((root / "plan.json").read_text())), root


def test_every_choice_has_what_its_manifest_asks_for(with_made_services: tuple[Plan, Path]) -> None:
    plan, root = with_made_services
    manifests = load_all(root)
    wanted = set()
    for name in _CHOICES:
        manifest = manifests[name]
        wanted |= {
            f'module.service["{name}"].aws_ecs_task_definition.role["{role}"]' for role in manifest.roles
        }
        wanted |= {
            f'module.service["{name}"].aws_ecs_service.role["{role}"]'
            for role, told in manifest.roles.items()
            if told.kind != "task"
        }
        wanted |= {f'module.queue["{queue.name}"].aws_sqs_queue.this' for queue in manifest.queues}
        wanted |= {
            f'module.table["{table.name}"].aws_dynamodb_table.this' for table in manifest.stores.tables
        }
        if manifest.stores.postgres:
            wanted.add(f'module.database_preparation["{name}"].aws_ecs_task_definition.this')
        if manifest.publishes:
            wanted.add(f'module.topic["{manifest.publishes.topic}"].aws_sns_topic.this')
    assert wanted - plan.resources.keys() == set()
