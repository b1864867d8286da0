"""What `./slipway deploy` reads of an environment, and what the tests of it stand on."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.structure.aws_program import complaints
from tests.terraform.plans import Plan
from tests.terraform.terraform import ROOT

from slipway.deploy import standing, target
from slipway.deploy.deployment import OF_A_FIRST_RELEASE, OF_A_RELEASE
from slipway.manifest import Manifest

_MINIATURE = ROOT / "tests" / "deploy" / "miniature"


def test_a_deployment_reads_what_the_suite_puts_out(production: Plan, manifests: dict[str, Manifest]) -> None:
    found = target.parse(production.outputs["deployment"])
    assert found is not None
    assert found.services.keys() == manifests.keys()
    for name, service in found.services.items():
        roles = manifests[name].roles
        running = {role for role, spec in roles.items() if spec.kind != "task"}
        assert service.services.keys() == service.floors.keys() == running
        assert service.one_off_tasks.keys() == roles.keys() - running
        assert service.log_groups.keys() == roles.keys()
        assert service.url == f"https://{manifests[name].subdomain}.example.com"
    assert found.preparations.keys() == {name for name, one in manifests.items() if one.stores.postgres}


def test_the_miniature_puts_out_the_same(production: Plan) -> None:
    """The tests of deploying use a suite in small; its output has every field of the real one."""
    real = production.outputs["deployment"]
    small = "".join(path.read_text() for path in _MINIATURE.rglob("*.tf"))
    fields = set(re.findall(r"^\s+(\w+)\s+=", small, re.MULTILINE))
    needed = set(target.Target.model_fields) | set(target.Service.model_fields)
    assert needed | set(target.Function.model_fields) <= fields
    assert needed <= set(real) | set(next(iter(real["services"].values())))


def test_the_aws_program_understands_the_commands_of_one_off_tasks(production: Plan) -> None:
    commands = production.outputs["commands"]
    assert {"migrate of users", "prepare the database of users"} <= commands.keys()
    assert {name: complaints(line) for name, line in commands.items() if complaints(line)} == {}


def test_what_waits_for_the_first_image_of_functions_is_what_a_release_may_make(
    plan_of: Callable[[str], Plan],
) -> None:
    plan = plan_of("options")
    kinds = {
        one.type for one in plan.resources.values() if one.address.startswith('module.function["blog"].aws_')
    }
    there_before = {
        "aws_apigatewayv2_api",
        "aws_apigatewayv2_api_mapping",
        "aws_apigatewayv2_domain_name",
        "aws_apigatewayv2_integration",
        "aws_apigatewayv2_route",
        "aws_apigatewayv2_stage",
        "aws_cloudwatch_event_rule",
    }
    assert kinds == there_before | OF_A_FIRST_RELEASE


def test_services_are_where_a_release_looks_for_them(
    production: Plan, manifests: dict[str, Manifest]
) -> None:
    for kind in ("aws_ecs_service", "aws_ecs_task_definition", "aws_appautoscaling_target"):
        assert kind in OF_A_RELEASE
        for resource in production.of(kind):
            assert re.match(r'module\.(service|database_preparation)\["\w+"\]\.', resource.address)


def test_what_a_release_changes_where_services_stand_by_is_told_from_the_rest(
    plan_of: Callable[[str], Plan], manifests: dict[str, Manifest]
) -> None:
    for kind in ("aws_ecs_service", "aws_ecs_task_definition", "aws_appautoscaling_target"):
        there = [one.address for one in plan_of("options").of(kind) if one["region"] == "eu-central-1"]
        assert there
        assert [one for one in there if not standing.is_of(one, manifests)] == []
