"""What cannot be made again is in a further region too, and where that is said services stand by."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.terraform.conftest import Once
from tests.terraform.plans import Plan, Resource, applied
from tests.terraform.terraform import ACCOUNT, Terraform
from tests.terraform.test_properties import OF_POLICIES

from slipway.deploy import target
from slipway.manifest import Manifest

_REGION = "eu-central-1"


@pytest.fixture
def options(plan_of: Callable[[str], Plan]) -> Plan:
    return plan_of("options")


def _there(plan: Plan, *types: str) -> list[Resource]:
    return [one for one in plan.of(*types) if one["region"] == _REGION]


def test_every_table_has_a_replica_there(options: Plan) -> None:
    tables = options.of("aws_dynamodb_table")
    assert tables
    for table in tables:
        assert _REGION in {one["region_name"] for one in table["replica"]}, table.address
        assert table["stream_view_type"] == "NEW_AND_OLD_IMAGES"


def test_every_database_is_followed_there_by_one_that_has_no_master_of_its_own(
    options: Plan, manifests: dict[str, Manifest]
) -> None:
    kept = {name for name, one in manifests.items() if one.stores.postgres}
    assert {one.address for one in options.of("aws_rds_global_cluster")} == {
        f'aws_rds_global_cluster.this["{name}"]' for name in kept
    }
    following = _there(options, "aws_rds_cluster")
    assert {one["cluster_identifier"] for one in following} == {f"slipway-options-{name}" for name in kept}
    for cluster in following:
        assert cluster.given("global_cluster_identifier")
        assert cluster["master_username"] is None
    members = _there(options, "aws_rds_cluster_instance")
    assert len(members) == len(kept), "one that follows can be promoted only with an instance in it"


def test_what_a_service_has_generated_is_copied_there(options: Plan) -> None:
    generated = [
        one
        for one in options.of("aws_secretsmanager_secret")
        if one.address.startswith("module.generated_secret[")
    ]
    assert generated
    for secret in generated:
        assert [one["region"] for one in secret["replica"]] == [_REGION], secret.address


def test_every_image_is_copied_there(options: Plan, manifests: dict[str, Manifest]) -> None:
    repositories = _there(options, "aws_ecr_repository")
    assert {one["name"] for one in repositories} == {f"slipway-options/{name}" for name in manifests}
    assert {one["image_tag_mutability"] for one in repositories} == {"IMMUTABLE"}
    assert options.of("aws_ecr_replication_configuration") == [], "the account has one, which is bootstrap's"


def test_every_file_is_copied_there_and_somebody_is_told_when_one_is_late(
    options: Plan, manifests: dict[str, Manifest]
) -> None:
    buckets = [bucket for one in manifests.values() for bucket in one.stores.buckets]
    kept = {bucket.name for bucket in buckets if bucket.expire_days is None}
    assert len(kept) < len(buckets), "what expires is not copied"
    assert {one["bucket"] for one in _there(options, "aws_s3_bucket")} == {
        f"slipway-options-{name}-{_REGION}-{ACCOUNT}"
        for name in {*(one.name for one in buckets), "access-logs"}
    }
    replications = options.of("aws_s3_bucket_replication_configuration")
    assert len(replications) == len(kept)
    for replication in replications:
        [rule] = replication["rule"]
        assert rule["delete_marker_replication"][0]["status"] == "Enabled"
        assert rule["source_selection_criteria"][0]["sse_kms_encrypted_objects"][0]["status"] == "Enabled"
    assert {one.address for one in options.under("module.copy_alarms", "aws_cloudwatch_metric_alarm")} == {
        f'module.copy_alarms.aws_cloudwatch_metric_alarm.this["{name}-bucket-late-{_REGION}"]'
        for name in kept
    }


def test_a_database_that_does_not_follow_says_so_in_its_own_region(
    options: Plan, manifests: dict[str, Manifest]
) -> None:
    alarms = [
        one
        for one in _there(options, "aws_cloudwatch_metric_alarm")
        if one["metric_name"] == "AuroraGlobalDBReplicationLag"
    ]
    assert len(alarms) == len([one for one in manifests.values() if one.stores.postgres])
    assert {one["treat_missing_data"] for one in alarms} == {"breaching"}
    assert _there(options, "aws_sns_topic_subscription"), "an alarm tells a topic of its own region only"


def test_every_role_stands_by_there_on_fargate_and_no_worker_runs(
    options: Plan, manifests: dict[str, Manifest]
) -> None:
    services = {one["name"]: one for one in _there(options, "aws_ecs_service")}
    roles = {
        f"{name}-{role}": spec.kind for name, one in manifests.items() for role, spec in one.roles.items()
    }
    assert services.keys() == {name for name, kind in roles.items() if kind != "task"}
    for name, service in services.items():
        assert service["desired_count"] == int(roles[name] == "web"), name
        used = {one["capacity_provider"] for one in service["capacity_provider_strategy"]}
        assert used <= {"FARGATE", "FARGATE_SPOT"}, name
    scaled = {one.address.rpartition("[")[2] for one in _there(options, "aws_appautoscaling_target")}
    assert scaled == {'"api"]'}, "what is scaled would be started by autoscaling"


def test_every_host_answers_there_behind_a_firewall_with_a_certificate_of_that_region(
    options: Plan, manifests: dict[str, Manifest]
) -> None:
    [balancer], [_firewall] = _there(options, "aws_lb"), _there(options, "aws_wafv2_web_acl_association")
    assert not balancer["internal"]
    [certificate] = _there(options, "aws_acm_certificate")
    [own] = [one for one in options.of("aws_acm_certificate") if one.address.endswith(".regional")]
    assert certificate["subject_alternative_names"] == own["subject_alternative_names"]
    hosts = {
        host
        for rule in _there(options, "aws_lb_listener_rule")
        for condition in rule["condition"]
        for block in condition["host_header"]
        for host in block["values"]
    }
    assert {f"{one.subdomain}.options.example.com" for one in manifests.values() if one.subdomain} <= hosts


def test_names_lead_there_only_when_the_first_load_balancer_does_not_answer(options: Plan) -> None:
    records = [one for one in options.of("aws_route53_record") if one["failover_routing_policy"]]
    places = {
        (one["name"], one["failover_routing_policy"][0]["type"]): one for one in records if one["type"] == "A"
    }
    names = {name for name, _ in places}
    hosts = {
        one["name"]
        for one in options.of("aws_route53_record")
        if one.address.startswith("aws_route53_record.host[")
    }
    assert names == {*hosts, "*.origin.options.example.com", "blog.origin.options.example.com"}
    for name in names:
        first, second = places[name, "PRIMARY"], places[name, "SECONDARY"]
        assert (first["set_identifier"], second["set_identifier"]) == ("eu-west-1", _REGION)
        assert first.given("health_check_id"), name
        assert not second.given("health_check_id"), "a name without any place is no better than a wrong one"
    [check] = options.of("aws_route53_health_check")
    assert (check["type"], check["port"]) == ("HTTP", 80)
    assert not check["disabled"]
    assert not check["invert_healthcheck"]


def test_roles_of_that_region_have_names_of_their_own(options: Plan, manifests: dict[str, Manifest]) -> None:
    names = [one["name"] for one in options.of("aws_iam_role")]
    assert len(names) == len(set(names))
    own = {f"slipway-options-{name}" for name in manifests}
    assert {f"slipway-options-euc1-{name}" for name in manifests} <= set(names)
    assert own <= set(names)


def test_the_databases_login_is_copied_there_for_a_proxy_of_that_region(
    options: Plan, manifests: dict[str, Manifest]
) -> None:
    kept = {name for name, one in manifests.items() if one.stores.postgres}
    assert {one["name"] for one in _there(options, "aws_db_proxy")} == {
        f"slipway-options-{name}-euc1" for name in kept
    }
    logins = [one for one in options.of("aws_secretsmanager_secret") if one["name"].endswith("/login")]
    assert len(logins) == len(kept), "a second secret would have another password"
    for login in logins:
        assert [one["region"] for one in login["replica"]] == [_REGION]


def test_every_queue_and_topic_is_there_too(options: Plan) -> None:
    for kind in ("aws_sqs_queue", "aws_sns_topic"):
        here = {one["name"] for one in options.of(kind) if one["region"] == "eu-west-1"}
        there = {one["name"] for one in _there(options, kind)}
        assert {name for name in here if not name.endswith("notices")} <= there


def test_an_environment_without_a_further_region_has_nothing_of_it(plan_of: Callable[[str], Plan]) -> None:
    plan = plan_of("prod")
    assert plan.of("aws_rds_global_cluster", "aws_ecr_replication_configuration") == []
    assert _there(plan, "aws_vpc", "aws_ecr_repository", "aws_kms_key") == []


@pytest.fixture(scope="module")
def applied_options(
    applying: Terraform, plan_of: Callable[[str], Plan], applied_folder: Callable[[str], Path], once: Once
) -> Plan:
    """The environment as applied, with everything known."""

    def show(kept: Path) -> None:
        kept.write_text(applying.must(applied_folder("options"), "show", "-json"))

    return applied(json.loads(once("options.state.json", show).read_text()), plan_of("options"))


@pytest.mark.long
def test_what_runs_there_needs_nothing_of_the_first_region(applied_options: Plan) -> None:
    """Images, secrets, stores, queues and logs are that region's: the first one may be away."""
    tasks = _there(applied_options, "aws_ecs_task_definition")
    assert tasks
    for task in tasks:
        assert "eu-west-1" not in task["container_definitions"], task.address
    roles = [
        one
        for one in applied_options.of("aws_iam_role_policy")
        if one.address.startswith(("module.task_identity_elsewhere", "module.assumed_role_elsewhere"))
    ]
    assert roles
    assert [one.address for one in roles if "eu-west-1" in one["policy"]] == []


@pytest.mark.long
def test_no_policy_there_allows_more_than_one_here(applied_options: Plan) -> None:
    resources = [one for one in applied_options.resources.values() if _REGION in one.address]
    assert [found for holds in OF_POLICIES for found in holds(resources)] == []


@pytest.mark.long
def test_a_release_finds_what_stands_by(applied_options: Plan, manifests: dict[str, Manifest]) -> None:
    found = target.parse(applied_options.outputs["deployment"])
    assert found is not None
    _, services = found.there(_REGION, found.services)
    assert services.keys() == manifests.keys()
    for name, one in services.items():
        assert _REGION in one.repository
        assert one.services == {role: f"{name}-{role}" for role in ("api", "worker")}
        assert one.floors == {"api": 1}, "a release would start a worker"
