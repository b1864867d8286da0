"""What an apply leaves alone: what others decide, and what more zones do not concern."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.terraform.conftest import Once
from tests.terraform.plans import Plan, planned
from tests.terraform.terraform import ACCOUNT, Terraform, plan_arguments, workspace


def test_a_second_plan_is_empty(applying: Terraform, production_folder: Path) -> None:
    done = applying.run(production_folder, "plan", "-detailed-exitcode", *plan_arguments("prod"))
    assert done.returncode == 0, done.stdout[-4000:]


def test_no_secret_is_in_the_state(production_folder: Path) -> None:
    """But the header between CloudFront and the load balancer, which whoever plans reads from both."""
    text = (production_folder / "terraform.tfstate").read_text()
    assert not re.search(r"://[^/@\"]*:[^/@\"]+@", text)
    state = json.loads(text)
    random = {one["name"] for one in state["resources"] if one["type"] in ("random_password", "random_bytes")}
    assert random == {"origin"}
    versions = [
        instance["attributes"]
        for one in state["resources"]
        if one["type"] == "aws_secretsmanager_secret_version"
        for instance in one["instances"]
    ]
    assert versions
    assert {one[key] for one in versions for key in ("secret_string", "secret_string_wo")} == {None}
    [cache] = [one for one in state["resources"] if one["type"] == "aws_elasticache_replication_group"]
    assert cache["instances"][0]["attributes"]["auth_token"] is None


@pytest.fixture(scope="module")
def later(
    applying: Terraform, production_folder: Path, to_apply_in: Callable[[Path], Path], once: Once
) -> Plan:
    """The plan after a deployment of users, a busy evening and half of a canary's way."""

    def make(folder: Path) -> None:
        suite = to_apply_in(folder)
        state = json.loads((production_folder / "terraform.tfstate").read_text())
        for resource in state["resources"]:
            for instance in resource["instances"]:
                _live_on(resource, instance["attributes"])
        (suite / "terraform.tfstate").write_text(json.dumps(state))
        applying.must(suite, "plan", f"-out={folder / 'plan'}", *plan_arguments("prod"))
        (folder / "plan.json").write_text(json.dumps(applying.show(suite, folder / "plan")))

    return planned(json.loads((once("later", make) / "plan.json").read_text()))


def _live_on(resource: dict[str, Any], attributes: dict[str, Any]) -> None:
    """Change what others than Terraform change."""
    service = resource.get("module", "")
    if resource["type"] == "aws_ssm_parameter" and '["users"]' in service:
        attributes["insecure_value"] = "1.1.0-4567def"
    if resource["type"] == "aws_ecs_service":
        attributes["desired_count"] = 7
    if resource["type"] == "aws_appautoscaling_target" and resource["name"] == "role":
        attributes["min_capacity"] = 3
    if resource["type"] == "aws_lb_listener_rule" and resource["name"] == "web":
        blue, green = attributes["action"][0]["forward"][0]["target_group"]
        blue["weight"], green["weight"] = green["weight"], blue["weight"]


def test_what_others_decide_is_left_alone(later: Plan) -> None:
    users = ('module.service["users"].', 'module.database_preparation["users"].')
    assert later.changes["create"] == later.changes["delete"]
    assert all(
        ".aws_ecs_task_definition." in one and one.startswith(users) for one in later.changes["create"]
    )
    assert all(one.startswith('module.service["users"].aws_ecs_service.') for one in later.changes["update"])


def test_a_release_reaches_every_task_of_its_service(later: Plan) -> None:
    roles = ("api", "worker", "migrate")
    assert later.changes["create"] >= {
        f'module.service["users"].aws_ecs_task_definition.role["{role}"]' for role in roles
    }
    assert not any('["todos"]' in address for address in later.changes["update"] | later.changes["create"])


@pytest.fixture(scope="module")
def network(applying: Terraform, once: Once) -> Callable[..., Plan]:
    """Plans the network with some zones, after it has been applied with the two in the middle."""

    def arguments(*zones: str) -> list[str]:
        given = {
            "name": "n",
            "cidr": "10.9.0.0/16",
            "zones": json.dumps(zones),
            "nat": "per_az",
            "context": json.dumps({"account_id": ACCOUNT, "log_key_arn": "arn:aws:kms:eu-west-1:1:key/1"}),
        }
        return [*(f"-var={name}={value}" for name, value in given.items()), "-input=false", "-lock=false"]

    def apply(folder: Path) -> None:
        made = workspace(folder).parent / "modules" / "network"
        shutil.rmtree(made / "tests")
        applying.must(made, "init")
        applying.must(made, "apply", "-auto-approve", *arguments(*_ZONES))

    folder = once("network", apply) / "infra" / "terraform" / "modules" / "network"

    def plan(*zones: str) -> Plan:
        saved = f"{'-'.join(zones)}.plan"
        applying.must(folder, "plan", "-refresh=false", f"-out={saved}", *arguments(*zones))
        return planned(applying.show(folder, Path(saved)))

    return plan


_ZONES = ("eu-west-1b", "eu-west-1c")


@pytest.mark.parametrize("third", ["eu-west-1a", "eu-west-1d"], ids=["before", "after"])
def test_a_third_zone_moves_nothing_that_is_there(network: Callable[..., Plan], third: str) -> None:
    plan = network(*_ZONES, third)
    kept = ("aws_subnet", "aws_nat_gateway", "aws_eip", "aws_route_table", "aws_route")
    touched = plan.changes["update"] | plan.changes["delete"]
    assert [one for one in touched if plan.before[one].type in kept] == []
    assert plan.changes["delete"] == frozenset()
    assert {address.rsplit(".", 1)[0] for address in plan.changes["update"]} <= {"aws_network_acl"}
    assert sum(f'["{third}"]' in address for address in plan.changes["create"]) >= 8
