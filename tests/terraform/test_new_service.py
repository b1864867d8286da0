"""Adding a service is adding a folder: everything it needs appears in the plan, and no `.tf` file changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.terraform import test_properties
from tests.terraform.plans import Plan

from slipway.manifest import load_all

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
def with_notes(grown: Callable[[str], tuple[Plan, Path]]) -> tuple[Plan, Path]:
    """Production's plan with that folder more and the longest names, and the folder above the services."""
    return grown("prod")


def test_everything_of_it_appears(with_notes: tuple[Plan, Path]) -> None:
    plan, _ = with_notes
    assert set(_WANTED) - plan.resources.keys() == set()


def test_nothing_of_the_others_changes(with_notes: tuple[Plan, Path], plan_of: Callable[[str], Plan]) -> None:
    plan, _ = with_notes
    others = {address.replace("slipway-prod", "longwinded-verbosed") for address in plan_of("prod").resources}
    # Of so many hosts there is one wildcard on the certificate.
    single = {one for one in others if one.startswith("module.domain.aws_route53_record.validation[")}
    assert others - single - plan.resources.keys() == set()


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
