"""What happens to an environment that is there when its variables and the manifests change."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.terraform import changing, manifest_changes
from tests.terraform.conftest import Once
from tests.terraform.plans import Plan, made_first, planned
from tests.terraform.terraform import CONFIGURATION, Terraform, plan_arguments

from slipway.checkout.module_readmes import declared
from slipway.deploy.destruction import losses
from slipway.manifest import Manifest

Edit = Callable[[manifest_changes.Manifests], None]
Replan = Callable[..., Plan]  # name, environment, variables, edit of the manifests, options of the plan
Refused = Callable[[str, Plan], list[str]]


@pytest.fixture(scope="module")
def replan(
    applying: Terraform,
    applied_folder: Callable[[str], Path],
    to_apply_in: Callable[[Path], Path],
    manifests: dict[str, Manifest],
    once: Once,
) -> Replan:
    """Plans an environment again that has been applied and lived on, with other variables and manifests."""

    def plan(name: str, environment: str, variables: dict[str, Any], edit: Edit, *options: str) -> Plan:
        def make(folder: Path) -> None:
            suite = to_apply_in(folder)
            shutil.copy(applied_folder(environment) / "terraform.tfstate", suite)
            _shift(suite / "terraform.tfstate")
            given = [f"-var={key}={_written(value)}" for key, value in variables.items()]
            services = _edited(folder / "services", edit, manifests)
            arguments = [*plan_arguments(environment, services=services), *options]
            applying.must(suite, "plan", "-refresh=false", f"-out={folder / 'plan'}", *arguments, *given)
            (folder / "plan.json").write_text(json.dumps(applying.show(suite, folder / "plan")))

        return planned(json.loads((once(f"{name}-{environment}", make) / "plan.json").read_text()))

    return plan


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _edited(services: Path, edit: Edit, manifests: dict[str, Manifest]) -> Path:
    """Change the copied manifests; what is JSON is YAML too."""
    changed = {name: manifest_changes.written(manifest) for name, manifest in manifests.items()}
    edit(changed)
    for name, manifest in changed.items():
        (services / name / "service.yaml").write_text(json.dumps(manifest))
    return services


def _shift(state: Path) -> None:
    """Leave the traffic of every web role where a canary has moved it: in the green group."""
    held = json.loads(state.read_text())
    for resource in held["resources"]:
        if resource["type"] == "aws_lb_listener_rule" and resource["name"] == "web":
            for instance in resource["instances"]:
                blue, green = instance["attributes"]["action"][0]["forward"][0]["target_group"]
                blue["weight"], green["weight"] = green["weight"], blue["weight"]
    state.write_text(json.dumps(held))


@pytest.fixture(scope="module")
def refused(applied_folder: Callable[[str], Path]) -> Refused:
    """Returns what AWS would refuse of a plan for an environment that has been applied."""

    def find(environment: str, plan: Plan) -> list[str]:
        state = json.loads((applied_folder(environment) / "terraform.tfstate").read_text())
        return [*plan.taken_names(), *plan.deleted_in_use(made_first(state))]

    return find


@pytest.fixture(scope="module")
def changed(replan: Replan) -> Plan:
    """Production with another value of each variable and of each key that it takes in place."""
    return replan("in-place", "prod", changing.changes("prod"), manifest_changes.in_place)


def _gone(plan: Plan) -> dict[str, str]:
    """Return the types of what a plan deletes or replaces, by address."""
    return {address: plan.before[address].type for address in plan.changes["delete"]}


def _is_of_blog(address: str) -> bool:
    """Whether it is of the service that moves from tasks to functions or back."""
    return '["blog' in address or address == "module.front[0].aws_cloudfront_function.elsewhere[0]"


def test_every_variable_is_in_the_table() -> None:
    named = {one.name for one in declared(CONFIGURATION / "suite", "variable")}
    assert named == {*changing.IN_PLACE, *changing.REPLACES, *changing.ANOTHER}


def test_every_key_of_a_manifest_is_changed(manifests: dict[str, Manifest]) -> None:
    tried: set[str] = set()
    for edit in (manifest_changes.in_place, manifest_changes.replacing):
        edited = {name: manifest_changes.written(manifest) for name, manifest in manifests.items()}
        edit(edited)
        for name, manifest in manifests.items():
            tried |= manifest_changes.changed_keys(manifest, edited[name])
    assert manifest_changes.every_key() - tried == manifest_changes.ANOTHER


@pytest.mark.parametrize(
    "name",
    ["prod", *(pytest.param(name, marks=pytest.mark.long) for name in ("dev", "staging", "options"))],
)
def test_every_environment_takes_each_change_in_place(
    name: str, replan: Replan, refused: Refused, plan_of: Callable[[str], Plan]
) -> None:
    given = changing.changes(name)
    before = plan_of(name).variables
    assert [one for one, value in given.items() if before[one] == value] == []
    plan = replan("in-place", name, given, manifest_changes.in_place)
    gone = _gone(plan)
    assert set(losses(gone)) <= changing.FRONT
    goes = {one: changing.GOES | (changing.MOVES if _is_of_blog(one) else set()) for one in gone}
    assert sorted(f"{kind} {one}" for one, kind in gone.items() if kind not in goes[one]) == []
    assert refused(name, plan) == []


def test_the_edge_waits_for_the_slowest_service_as_its_manifest_says(
    replan: Replan, plan_of: Callable[[str], Plan]
) -> None:
    """One distribution asks all: the 20 seconds of users end no other call, the 45 of blog are waited."""
    plans = plan_of("prod"), replan("in-place", "prod", changing.changes("prod"), manifest_changes.in_place)
    waits = [
        origin["custom_origin_config"][0]["origin_read_timeout"]
        for plan in plans
        for one in plan.of("aws_cloudfront_distribution")
        for origin in one["origin"]
        if origin["custom_origin_config"]
    ]
    assert set(waits) == {30, 45}


def test_of_the_load_balancers_rules_only_the_answer_to_preflights_goes(changed: Plan) -> None:
    gone = _gone(changed)
    rules = [one for one, kind in gone.items() if kind == "aws_lb_listener_rule" and not _is_of_blog(one)]
    assert rules == ["module.load_balancer.aws_lb_listener_rule.preflight[0]"]


def test_whoever_scales_a_role_goes_on_doing_it(changed: Plan) -> None:
    """Floors that go change scheduled actions: the target of a role stays, and its policies."""
    gone = _gone(changed).items()
    kinds = {kind for one, kind in gone if "appautoscaling" in kind and not _is_of_blog(one)}
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


def test_a_service_that_moves_to_functions_leaves_the_load_balancer_and_keeps_what_it_has(
    changed: Plan,
) -> None:
    gone, service = _gone(changed), 'module.service["blog"].'
    for address in (
        'aws_ecs_service.role["api"]',
        'aws_ecs_service.role["worker"]',
        'aws_lb_listener_rule.web["api"]',
        'aws_lb_target_group.this["api/blue"]',
        'aws_appautoscaling_target.role["worker"]',
    ):
        assert service + address in gone
    assert 'module.function["blog"].aws_lambda_function.role["api"]' in changed.changes["create"]
    assert losses({one: kind for one, kind in gone.items() if _is_of_blog(one)}) == []
    assert 'aws_route53_record.host["blog.example.com/A"]' not in gone


def test_another_way_in_takes_no_hosts_record_away(changed: Plan) -> None:
    gone = [one for one, kind in _gone(changed).items() if kind == "aws_route53_record"]
    assert gone
    assert all(address.endswith('/AAAA"]') for address in gone)


@pytest.mark.long
def test_cloudfront_can_stand_before_hosts_until_the_load_balancer_closes(replan: Replan) -> None:
    """As docs/operations.md has it done: the distribution alone, which takes minutes, and the rest later."""
    plan = replan("front-first", "dev", {"open_to": "cloudfront"}, lambda _: None, "-target=module.front")
    assert plan.changes["delete"] == frozenset()
    assert {plan.before[one].type for one in plan.changes["update"]} <= {"aws_wafv2_web_acl"}
    assert "module.front[0].aws_cloudfront_distribution.this" in plan.changes["create"]


def test_another_zone_and_another_order_of_zones_move_no_way_out(changed: Plan) -> None:
    kept = ("aws_nat_gateway", "aws_eip", "aws_db_proxy", "aws_subnet", "aws_route")
    touched = changed.changes["delete"] | changed.changes["update"]
    moved = [one for one in touched if changed.before[one].type in kept]
    assert moved == []
    assert 'module.network.aws_nat_gateway.this["eu-west-1d"]' in changed.changes["create"]


def test_a_distribution_that_stays_lets_go_of_what_a_manifest_no_longer_asks_for(
    replan: Replan, refused: Refused
) -> None:
    plan = replan("fewer", "prod", {}, manifest_changes.fewer)
    kinds = {"aws_cloudfront_cache_policy", "aws_cloudfront_response_headers_policy"}
    assert kinds <= set(_gone(plan).values())
    assert refused("prod", plan) == []


@pytest.mark.long
def test_a_region_where_services_no_longer_stand_by_keeps_its_copies(
    replan: Replan, refused: Refused
) -> None:
    """What goes is what stood by; the same is added, and nothing else, where services begin to stand by."""
    copies = {"eu-central-1": {"cidr": "10.51.0.0/16", "zones": ["eu-central-1a", "eu-central-1b"]}}
    plan = replan("copies", "options", {"regions": copies}, lambda _: None)
    gone = _gone(plan)
    assert [one for one in gone if not changing.STOOD_BY.match(one)] == []
    kept = ("aws_dynamodb_table", "aws_rds_cluster", "aws_rds_global_cluster", "aws_s3_bucket", "aws_kms_key")
    assert {one for one, kind in gone.items() if kind in kept} == {
        'module.access_logs_elsewhere["eu-central-1"].module.bucket.aws_s3_bucket.this',
        'module.bucket_elsewhere["eu-central-1/exports"].aws_s3_bucket.this',  # of what expires
    }
    assert plan.changes["create"] == set()
    assert refused("options", plan) == []
    elsewhere = ('["eu-central-1', 'module.replica_key["eu-central-1"]')
    others = [one for one in plan.changes["update"] if not any(part in one for part in elsewhere)]
    assert {plan.before[one].type for one in others} == {
        "aws_cloudfront_response_headers_policy",  # pages send files to one region again
        "aws_route53_record",
        "aws_secretsmanager_secret",
    }


@pytest.fixture(scope="module")
def replaced(replan: Replan) -> Plan:
    given = {name: value for name, (value, _) in changing.REPLACES.items()}
    return replan("replaces", "prod", given, manifest_changes.replacing)


def test_what_holds_data_goes_only_where_the_table_says_so(replaced: Plan) -> None:
    lost = losses(_gone(replaced))
    wanted = {one for _, addresses in changing.REPLACES.values() for one in addresses}
    assert set(lost) == {*wanted, *manifest_changes.LOST}


def test_a_zone_that_keeps_records_has_none_of_ours_in_their_place(replaced: Plan) -> None:
    """Where it has them already, making them would fail half-way."""
    gone = _gone(replaced)
    apex = {f'module.site.aws_route53_record.host["example.com/{kind}"]' for kind in ("A", "AAAA")}
    assert {*apex, "module.mail.aws_route53_record.dmarc[0]"} <= gone.keys()
    assert not {one for one in replaced.changes["create"] if one in apex}


def test_another_engine_is_made_beside_the_one_that_goes(replaced: Plan, refused: Refused) -> None:
    assert 'module.aurora["users"].aws_rds_cluster.this' in replaced.changes["create"]
    assert refused("prod", replaced) == []
