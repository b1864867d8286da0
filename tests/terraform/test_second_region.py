"""What cannot be made again is in a further region too, under its key, and nothing answers there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.terraform.plans import Plan, Resource
from tests.terraform.terraform import ACCOUNT

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
    kept = {bucket.name for one in manifests.values() for bucket in one.stores.buckets}
    assert {one["bucket"] for one in _there(options, "aws_s3_bucket")} == {
        f"slipway-options-{name}-{_REGION}-{ACCOUNT}" for name in kept
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


def test_nothing_answers_there_and_nobody_is_let_in(options: Plan) -> None:
    assert _there(options, "aws_lb", "aws_ecs_cluster", "aws_ecs_service", "aws_nat_gateway", "aws_eip") == []
    assert _there(options, "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule") == []


def test_an_environment_without_a_further_region_has_nothing_of_it(plan_of: Callable[[str], Plan]) -> None:
    plan = plan_of("prod")
    assert plan.of("aws_rds_global_cluster", "aws_ecr_replication_configuration") == []
    assert _there(plan, "aws_vpc", "aws_ecr_repository", "aws_kms_key") == []
