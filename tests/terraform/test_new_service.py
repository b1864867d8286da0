"""Adding a service is adding a folder: everything it needs appears in the plan, and no `.tf` file changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.terraform import test_properties
from tests.terraform.conftest import Once
from tests.terraform.plans import Plan, planned
from tests.terraform.terraform import Terraform, copy_manifests, plan_arguments

from slipway.manifest import load_all

_MANIFEST = """
name: field_notes_of_people
description: Notes, which exist to be added to the suite by a test.
subdomain: notes
roles:
  api: {kind: web, scaling: {min: 2, max: 4, requests_per_target: 50}}
  worker: {kind: worker, scaling: {min: 1, max: 3, messages_per_task: 10}}
  migrate: {kind: task}
stores:
  postgres: {database: notes}
  redis: {}
  tables:
    - name: notes
      env: NOTES_TABLE
      partition: pk
      sort: sk
      ttl: expires_at
      stream: NEW_IMAGE
      indexes:
        - {name: by_tag, partition: tag, sort: sk}
  buckets:
    - {name: notes, env: NOTES_BUCKET, browser_uploads: true}
publishes:
  topic: notes-events
  types: [notes.note.created.v1]
queues:
  - name: notes-users-events
    env: USERS_EVENTS_QUEUE_URL
    consumer: worker
    subscribes:
      - {topic: users-events, types: [users.account.deleted.v1]}
permissions:
  - {allow: ["dynamodb:GetItem"], on: [table/notes]}
secrets:
  - {env: NOTES_KEY}
gateway:
  per_second: 20
  limits:
    - {path: /v1/notes, per_second: 5, burst: 5}
"""

_SERVICE = 'module.service["field_notes_of_people"]'

_WANTED = (
    f'{_SERVICE}.aws_ecs_task_definition.role["api"]',
    f'{_SERVICE}.aws_ecs_task_definition.role["worker"]',
    f'{_SERVICE}.aws_ecs_task_definition.role["migrate"]',
    f'{_SERVICE}.aws_ecs_service.role["api"]',
    f'{_SERVICE}.aws_ecs_service.role["worker"]',
    f'{_SERVICE}.aws_lb_target_group.this["api/blue"]',
    f'{_SERVICE}.aws_lb_listener_rule.web["api"]',
    f'{_SERVICE}.aws_appautoscaling_policy.requests["api"]',
    f'{_SERVICE}.aws_appautoscaling_policy.messages["worker"]',
    f'{_SERVICE}.aws_cloudwatch_log_group.role["api"]',
    f'{_SERVICE}.module.release_alarms.aws_cloudwatch_metric_alarm.this["api-blue-errors"]',
    'module.service_alarms["field_notes_of_people"].aws_cloudwatch_metric_alarm.this["notes-users-events-dead-letters"]',
    'module.service_dashboard["field_notes_of_people"].aws_cloudwatch_dashboard.this',
    'module.registry["field_notes_of_people"].aws_ecr_repository.this',
    'module.queue["notes-users-events"].aws_sqs_queue.this',
    'module.queue["notes-users-events"].aws_sqs_queue.dead',
    'module.topic["notes-events"].aws_sns_topic.this',
    'module.table["notes"].aws_dynamodb_table.this',
    'module.bucket["notes"].aws_s3_bucket.this',
    'module.postgres["field_notes_of_people"].aws_db_instance.this',
    'module.database_proxy["field_notes_of_people"].aws_db_proxy.this',
    'module.database_preparation["field_notes_of_people"].aws_ecs_task_definition.this',
    'module.task_identity["field_notes_of_people"].aws_iam_role.task',
    'module.task_identity["field_notes_of_people"].aws_iam_role.execution',
    'module.generated_secret["field_notes_of_people/NOTES_KEY"].module.secret.aws_secretsmanager_secret.this',
    'module.firewall.aws_security_group.task["field_notes_of_people"]',
)


@pytest.fixture(scope="module")
def with_notes(terraform: Terraform, suite: Path, once: Once) -> tuple[Plan, Path]:
    """Production's plan with one folder more, and the folder above the services."""

    def make(root: Path) -> None:
        services = copy_manifests(root)
        (services / "field_notes_of_people").mkdir()
        (services / "field_notes_of_people" / "service.yaml").write_text(_MANIFEST)
        # The longest names there may be, all at once.
        long = ["-var=project=longwinded", "-var=environment=verbosed"]
        arguments = [*plan_arguments("prod", services=services), *long]
        terraform.must(suite, "plan", f"-out={root / 'plan'}", *arguments)
        (root / "plan.json").write_text(json.dumps(terraform.show(suite, root / "plan")))

    root = once("with-notes", make)
    return planned(json.loads((root / "plan.json").read_text())), root


def test_everything_of_it_appears(with_notes: tuple[Plan, Path]) -> None:
    plan, _ = with_notes
    assert set(_WANTED) - plan.resources.keys() == set()


def test_nothing_of_the_others_changes(with_notes: tuple[Plan, Path], plan_of: Callable[[str], Plan]) -> None:
    plan, _ = with_notes
    others = {address.replace("slipway-prod", "longwinded-verbosed") for address in plan_of("prod").resources}
    assert others - plan.resources.keys() == set()


@pytest.mark.parametrize("holds", test_properties.OF_PLAN_AND_MANIFESTS, ids=lambda one: one.__name__)
def test_the_properties_hold_for_it_too(
    with_notes: tuple[Plan, Path], holds: Callable[..., list[str]]
) -> None:
    plan, root = with_notes
    assert holds(plan, load_all(root)) == []


@pytest.mark.parametrize(
    "holds",
    [*test_properties.OF_EVERY_PLAN, *test_properties.OF_PRODUCTION],
    ids=lambda one: one.__name__,
)
def test_nothing_is_left_open_by_it(
    with_notes: tuple[Plan, Path], holds: Callable[[Plan], list[str]]
) -> None:
    assert holds(with_notes[0]) == []
