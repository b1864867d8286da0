"""Each choice of `./slipway new` is in the plan of every environment, with what its manifest asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.terraform.grown import CHOICES
from tests.terraform.plans import Plan

from slipway.manifest import load_all


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_every_choice_has_what_its_manifest_asks_for(
    name: str, grown: Callable[[str], tuple[Plan, Path]]
) -> None:
    plan, root = grown(name)
    manifests = load_all(root)
    wanted = set()
    for choice in CHOICES:
        manifest = manifests[choice]
        wanted |= {
            f'module.service["{choice}"].aws_ecs_task_definition.role["{role}"]' for role in manifest.roles
        }
        wanted |= {
            f'module.service["{choice}"].aws_ecs_service.role["{role}"]'
            for role, told in manifest.roles.items()
            if told.kind != "task"
        }
        wanted |= {f'module.queue["{queue.name}"].aws_sqs_queue.this' for queue in manifest.queues}
        wanted |= {
            f'module.table["{table.name}"].aws_dynamodb_table.this' for table in manifest.stores.tables
        }
        if manifest.stores.postgres:
            wanted.add(f'module.database_preparation["{choice}"].aws_ecs_task_definition.this')
        if manifest.publishes:
            wanted.add(f'module.topic["{manifest.publishes.topic}"].aws_sns_topic.this')
    assert wanted - plan.resources.keys() == set()
