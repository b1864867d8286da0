"""What happens to production, as applied, when its variables and the manifests change."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.terraform import changing
from tests.terraform.conftest import Once
from tests.terraform.plans import Plan, planned
from tests.terraform.terraform import CONFIGURATION, Terraform, copy_manifests, plan_arguments, workspace

from slipway.checkout.module_readmes import declared
from slipway.deploy.destruction import losses

Edit = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def replan(applying: Terraform, production_folder: Path, once: Once) -> Callable[..., Plan]:
    """Plans production again, after it has been applied and lived on, with other variables and manifests."""

    def plan(name: str, variables: dict[str, Any], edits: dict[str, Edit] | None = None) -> Plan:
        def make(folder: Path) -> None:
            suite = workspace(folder)
            for kept in (".terraform", ".terraform.lock.hcl", "terraform.tfstate"):
                copy = shutil.copytree if (production_folder / kept).is_dir() else shutil.copy
                copy(production_folder / kept, suite / kept)
            _shift(suite / "terraform.tfstate")
            given = [f"-var={key}={_written(value)}" for key, value in variables.items()]
            arguments = plan_arguments("prod", services=_edited(folder, edits or {}))
            applying.must(suite, "plan", "-refresh=false", f"-out={folder / 'plan'}", *arguments, *given)
            (folder / "plan.json").write_text(json.dumps(applying.show(suite, folder / "plan")))

        return planned(json.loads((once(f"replan-{name}", make) / "plan.json").read_text()))

    return plan


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _edited(folder: Path, edits: dict[str, Edit]) -> Path:
    services = folder / "edited"
    copy_manifests(services)
    for name, edit in edits.items():
        path = services / "services" / name / "service.yaml"
        manifest = yaml.safe_load(path.read_text())
        edit(manifest)
        path.write_text(yaml.safe_dump(manifest))
    return services / "services"


def _shift(state: Path) -> None:
    """Leave the traffic of every web role where a canary has moved it: in the green group."""
    held = json.loads(state.read_text())
    for resource in held["resources"]:
        if resource["type"] == "aws_lb_listener_rule" and resource["name"] == "web":
            for instance in resource["instances"]:
                blue, green = instance["attributes"]["action"][0]["forward"][0]["target_group"]
                blue["weight"], green["weight"] = green["weight"], blue["weight"]
    state.write_text(json.dumps(held))


def _in_place(manifest: dict[str, Any]) -> None:
    """Change what may change: sizes, limits, times, and an index that AWS can add."""
    manifest["roles"]["api"] |= {"cpu": 1024, "memory": 2048, "stop_timeout": 45}
    manifest["roles"]["api"]["scaling"] |= {"min": 3, "max": 8, "requests_per_target": 100}
    manifest["queues"][0] |= {"visibility_timeout": 90, "max_receives": 5}
    manifest["stores"]["tables"][0].setdefault("indexes", []).append(
        {"name": "added", "partition": "added_to", "sort": "added_at"}
    )
    manifest["gateway"] |= {"max_body_kib": 2048, "per_second": 50}
    manifest["permissions"][0]["allow"].append("dynamodb:Scan")


@pytest.fixture(scope="module")
def changed(replan: Callable[..., Plan]) -> Plan:
    return replan("in-place", changing.IN_PLACE, {"media": _in_place, "todos": _in_place})


def _gone(plan: Plan) -> dict[str, str]:
    """Return the types of what a plan deletes or replaces, by address."""
    return {address: plan.before[address].type for address in plan.changes["delete"]}


def test_every_variable_is_in_the_table() -> None:
    named = {one.name for one in declared(CONFIGURATION / "suite", "variable")}
    assert named == {*changing.IN_PLACE, *changing.REPLACES, *changing.ANOTHER}


def test_no_variable_but_those_of_the_table_destroys_what_holds_data(changed: Plan) -> None:
    gone = _gone(changed)
    assert [one for one in losses(gone) if one != "module.front[0].aws_cloudfront_distribution.this"] == []
    assert set(gone.values()) - changing.GOES == set(), sorted(gone)
    rules = [address for address, kind in gone.items() if kind == "aws_lb_listener_rule"]
    assert rules == ["module.load_balancer.aws_lb_listener_rule.preflight[0]"]


def test_whoever_scales_a_role_goes_on_doing_it(changed: Plan) -> None:
    """Floors that go change scheduled actions: the target of a role stays, and its policies."""
    kinds = {kind for kind in _gone(changed).values() if "appautoscaling" in kind}
    assert kinds == {"aws_appautoscaling_scheduled_action"}
    assert (
        'module.service["media"].aws_appautoscaling_scheduled_action.floor["api/hourly"]'
        in (changed.changes["create"])
    )


def test_a_strategy_that_rolls_stays_with_the_group_that_has_the_traffic(changed: Plan) -> None:
    for name in ("media", "todos", "users"):
        green = changed.resources[f'module.service["{name}"].aws_lb_target_group.this["api/green"]']
        service = changed.resources[f'module.service["{name}"].aws_ecs_service.role["api"]']
        assert service["load_balancer"][0]["target_group_arn"] == green["arn"], name


def test_another_way_in_takes_no_hosts_record_away(changed: Plan) -> None:
    gone = [one for one, kind in _gone(changed).items() if kind == "aws_route53_record"]
    assert gone
    assert all(address.endswith('/AAAA"]') for address in gone)


def test_another_zone_and_another_order_of_zones_move_no_way_out(changed: Plan) -> None:
    kept = ("aws_nat_gateway", "aws_eip", "aws_db_proxy", "aws_subnet", "aws_route")
    touched = changed.changes["delete"] | changed.changes["update"]
    moved = [one for one in touched if changed.before[one].type in kept]
    assert moved == []
    assert 'module.network.aws_nat_gateway.this["eu-west-1d"]' in changed.changes["create"]


def test_what_is_made_while_another_has_its_name_is_not_called_like_it(changed: Plan) -> None:
    assert changed.taken_names() == []


@pytest.fixture(scope="module")
def replaced(replan: Callable[..., Plan]) -> Plan:
    given = {name: value for name, (value, _) in changing.REPLACES.items()}
    return replan("replaces", given, {"todos": _other_local_index})


def _other_local_index(manifest: dict[str, Any]) -> None:
    manifest["stores"]["tables"][0]["indexes"].append(
        {"name": "by_color", "partition": "pk", "sort": "color", "local": True}
    )


def test_what_holds_data_goes_only_where_the_table_says_so(replaced: Plan) -> None:
    lost = losses(_gone(replaced))
    wanted = {one for _, addresses in changing.REPLACES.values() for one in addresses}
    assert set(lost) == {*wanted, 'module.table["todos"].aws_dynamodb_table.this'}


def test_another_engine_is_made_beside_the_one_that_goes(replaced: Plan) -> None:
    assert 'module.aurora["users"].aws_rds_cluster.this' in replaced.changes["create"]
    assert replaced.taken_names() == []
