"""Each property is broken on purpose once: a check that cannot fail says nothing.

A case is a property and what is done to production's plan (or its applied state) so that it no longer holds.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.terraform import test_properties
from tests.terraform.breaking import (
    Break,
    adding,
    changing,
    in_container,
    ungiven,
    with_statement,
    within,
    without,
)
from tests.terraform.plans import Plan
from tests.terraform.properties import compute, edge, encryption, messaging, network, policies, stores, watch

from slipway.manifest import Manifest

_OPEN = {"cidr_ipv4": "0.0.0.0/0", "from_port": 5432, "to_port": 5432, "prefix_list_id": None}

PLAN_CASES: tuple[tuple[Callable[[Plan], list[str]], Break], ...] = (
    (network.only_the_edge_is_open, adding("module.x.rule", "aws_vpc_security_group_ingress_rule", **_OPEN)),
    (
        network.the_edge_is_open_for_the_web_alone,
        within("aws_vpc_security_group_ingress_rule", lambda v: v.update(from_port=22), ".edge["),
    ),
    (
        network.the_edge_is_open_for_the_web_alone,
        within("aws_vpc_security_group_ingress_rule", lambda v: v.update(cidr_ipv4="0.0.0.0/0"), ".edge["),
    ),
    (
        network.tiers_know_one_another_by_group,
        changing("aws_vpc_security_group_ingress_rule", cidr_ipv4="10.40.0.0/20"),
    ),
    (
        network.tiers_know_one_another_by_group,
        changing("aws_vpc_security_group_egress_rule", cidr_ipv4="0.0.0.0/0", from_port=0),
    ),
    (network.nothing_else_has_a_public_address, changing("aws_subnet", map_public_ip_on_launch=True)),
    (network.nothing_else_has_a_public_address, changing("aws_db_instance", publicly_accessible=True)),
    (network.nothing_else_has_a_public_address, adding("module.x.aws_lb.other", "aws_lb", internal=False)),
    (
        network.nothing_else_has_a_public_address,
        within("aws_ecs_service", lambda v: v["network_configuration"][0].update(assign_public_ip=True)),
    ),
    (network.buckets_are_private, changing("aws_s3_bucket_public_access_block", block_public_policy=False)),
    (network.buckets_are_private, without("aws_s3_bucket_public_access_block", "site_bucket")),
    (network.every_tier_has_rules_of_its_own, without("aws_network_acl_rule", '"isolated/')),
    (
        network.every_tier_has_rules_of_its_own,
        within(
            "aws_network_acl_rule",
            lambda v: v.update(cidr_block="0.0.0.0/0", from_port=443),
            '"isolated/ingress',
        ),
    ),
    (network.the_network_is_watched, without("aws_flow_log")),
    (encryption.everything_kept_has_a_key, ungiven("aws_sqs_queue", "kms_master_key_id")),
    (encryption.everything_kept_has_a_key, changing("aws_dynamodb_table", server_side_encryption=[])),
    (encryption.what_must_be_on_is_on, changing("aws_db_proxy", require_tls=False)),
    (
        encryption.what_must_be_on_is_on,
        changing("aws_elasticache_replication_group", transit_encryption_enabled=None),
    ),
    (
        encryption.every_bucket_is_encrypted,
        without("aws_s3_bucket_server_side_encryption_configuration", "site_bucket"),
    ),
    (
        encryption.listeners_speak_tls,
        within("aws_lb_listener", lambda v: v.update(ssl_policy="ELBSecurityPolicy-2016-08"), ".https"),
    ),
    (
        encryption.listeners_speak_tls,
        within("aws_lb_listener", lambda v: v["default_action"][0].update(type="forward"), ".http"),
    ),
    (
        encryption.cloudfront_speaks_tls,
        within(
            "aws_cloudfront_distribution",
            lambda v: v["viewer_certificate"][0].update(minimum_protocol_version="TLSv1"),
        ),
    ),
    (
        encryption.cloudfront_speaks_tls,
        within(
            "aws_cloudfront_distribution",
            lambda v: v["default_cache_behavior"][0].update(viewer_protocol_policy="allow-all"),
        ),
    ),
    (encryption.databases_refuse_plain_connections, changing("aws_db_parameter_group", parameter=[])),
    (edge.the_suites_own_hosts_are_there, without("aws_route53_record", '"app.example.com/A"')),
    (edge.every_alias_is_certified, changing("aws_cloudfront_distribution", aliases=["other.example.com"])),
    (edge.the_firewall_stands_before_everything, ungiven("aws_cloudfront_distribution", "web_acl_id")),
    (edge.the_firewall_stands_before_everything, without("aws_wafv2_web_acl_association")),
    (edge.the_firewall_stands_before_everything, changing("aws_wafv2_web_acl", rule=[])),
    (
        edge.calls_are_never_cached,
        within(
            "aws_cloudfront_distribution",
            lambda v: v["ordered_cache_behavior"][0].update(
                cache_policy_id="658327ea-f89d-4fab-a63d-7e88639e58f6"
            ),
            ".site.",
        ),
    ),
    (edge.the_load_balancer_is_careful, changing("aws_lb", drop_invalid_header_fields=None)),
    (
        edge.the_load_balancer_is_careful,
        adding(
            "module.x.aws_lb.second",
            "aws_lb",
            drop_invalid_header_fields=True,
            access_logs=[{"enabled": True}],
        ),
    ),
    (messaging.every_queue_has_a_dead_letter_queue, without("aws_sqs_queue", ".dead")),
    (messaging.every_queue_has_a_dead_letter_queue, ungiven("aws_sqs_queue", "redrive_policy", ".this")),
    (messaging.every_queue_is_watched, without("aws_cloudwatch_metric_alarm", "dead-letters")),
    (
        stores.tables_can_be_restored,
        changing("aws_dynamodb_table", point_in_time_recovery=[{"enabled": False}]),
    ),
    (stores.databases_are_backed_up, changing("aws_db_instance", backup_retention_period=0)),
    (stores.buckets_keep_versions, without("aws_s3_bucket_versioning", "site_bucket")),
    (stores.production_cannot_be_deleted_by_mistake, changing("aws_lb", enable_deletion_protection=False)),
    (
        stores.production_cannot_be_deleted_by_mistake,
        changing("aws_dynamodb_table", deletion_protection_enabled=False),
    ),
    (stores.production_cannot_be_deleted_by_mistake, changing("aws_s3_bucket", force_destroy=True)),
    (stores.production_survives_a_zone, changing("aws_db_instance", multi_az=False)),
    (stores.production_survives_a_zone, without("aws_nat_gateway", "eu-west-1b")),
    (stores.production_survives_a_zone, without("aws_subnet", '.isolated["eu-west-1c"]')),
    (stores.production_survives_a_zone, changing("aws_elasticache_replication_group", num_cache_clusters=1)),
    (
        stores.production_survives_a_zone,
        within("aws_appautoscaling_target", lambda v: v.update(min_capacity=1), '["api"]'),
    ),
    (
        compute.bad_versions_are_rolled_back,
        changing("aws_ecs_service", deployment_circuit_breaker=[{"enable": True, "rollback": False}]),
    ),
    (
        compute.bad_versions_are_rolled_back,
        within("aws_ecs_service", lambda v: v.update(alarms=[]), '.role["api"]'),
    ),
    (compute.every_service_scales, without("aws_appautoscaling_target", "media")),
    (compute.every_service_scales, without("aws_appautoscaling_policy", "messages")),
    (compute.one_cluster, adding("module.x.aws_ecs_cluster.other", "aws_ecs_cluster", name="other")),
    (watch.production_keeps_a_year_of_logs, changing("aws_cloudwatch_log_group", retention_in_days=30)),
    (watch.logs_end_some_day, changing("aws_cloudwatch_log_group", retention_in_days=None)),
    (watch.alarms_tell_somebody, ungiven("aws_cloudwatch_metric_alarm", "alarm_actions")),
    (watch.alarms_tell_somebody, without("aws_sns_topic_subscription", "module.notices.")),
)

MANIFEST_CASES: tuple[tuple[Callable[[Plan, dict[str, Manifest]], list[str]], Break], ...] = (
    (edge.every_host_has_rule_record_and_certificate, without("aws_lb_listener_rule", "todos")),
    (edge.every_host_has_rule_record_and_certificate, without("aws_route53_record", "todos.example.com/A")),
    (
        edge.every_host_has_rule_record_and_certificate,
        within("aws_acm_certificate", lambda v: v.update(subject_alternative_names=[]), ".global"),
    ),
    (
        edge.private_files_need_a_signature,
        within(
            "aws_cloudfront_distribution",
            lambda v: v["ordered_cache_behavior"].append(
                {"path_pattern": "/private/*", "trusted_key_groups": []}
            ),
            ".delivery[",
        ),
    ),
    (messaging.the_manifests_queues_are_there, without("aws_ecs_service", '"worker"')),
    (
        messaging.the_manifests_queues_are_there,
        within("aws_sqs_queue", lambda v: v.update(visibility_timeout_seconds=1), ".this"),
    ),
    (messaging.the_manifests_queues_are_there, without("aws_sns_topic_subscription", "module.queue")),
    (stores.table_keys_are_the_stores, changing("aws_dynamodb_table", hash_key="id")),
    (stores.table_keys_are_the_stores, changing("aws_dynamodb_table", ttl=[])),
    (watch.everything_that_can_go_wrong_has_an_alarm, without("aws_cloudwatch_metric_alarm", "errors")),
    (watch.everything_that_can_go_wrong_has_an_alarm, without("aws_cloudwatch_metric_alarm", "edge_alarms")),
    (watch.everything_that_can_go_wrong_has_an_alarm, without("aws_budgets_budget")),
    (watch.every_service_has_a_dashboard, without("aws_cloudwatch_dashboard", "todos")),
)

APPLIED_CASES: tuple[tuple[Callable[[Plan], list[str]], Break], ...] = (
    (compute.containers_are_hardened, in_container(lambda one: one.update(user="0:0"))),
    (compute.containers_are_hardened, in_container(lambda one: one.update(readonlyRootFilesystem=False))),
    (
        compute.containers_are_hardened,
        in_container(lambda one: one["linuxParameters"]["capabilities"].update(drop=[])),
    ),
    (compute.running_containers_are_looked_after, in_container(lambda one: one.pop("healthCheck"))),
    (
        compute.secrets_are_references,
        in_container(lambda one: one["environment"].append({"name": "DATABASE_URL", "value": "x"})),
    ),
    (
        compute.secrets_are_references,
        in_container(lambda one: one["environment"].append({"name": "X", "value": "redis://:pw@host"})),
    ),
    (
        compute.secrets_are_references,
        in_container(lambda one: one["secrets"].append({"name": "X", "valueFrom": "hunter2"})),
    ),
    (
        compute.no_local_addresses,
        in_container(lambda one: one["environment"].append({"name": "AWS_ENDPOINT_URL_S3", "value": "x"})),
    ),
    (
        compute.no_local_addresses,
        in_container(lambda one: one["environment"].append({"name": "X", "value": "http://127.0.0.1:1"})),
    ),
    (compute.images_never_move, in_container(lambda one: one.update(image="registry.example/users:latest"))),
    (compute.images_never_move, changing("aws_ecr_repository", image_tag_mutability="MUTABLE")),
    (
        watch.dashboards_are_readable,
        changing("aws_cloudwatch_dashboard", dashboard_body='{"widgets": [{"x": 20, "width": 8}]}'),
    ),
)

POLICY_CASES: tuple[tuple[Callable[..., list[str]], Break], ...] = (
    (
        policies.no_wildcard_action,
        with_statement("aws_iam_role_policy", Action=["s3:*"], Resource=["arn:aws:s3:::x"]),
    ),
    (
        policies.no_wildcard_action,
        with_statement("aws_iam_role_policy", NotAction=["iam:CreateUser"], Resource=["arn:aws:s3:::x"]),
    ),
    (
        policies.everything_only_where_there_is_no_less,
        with_statement("aws_iam_role_policy", Action=["s3:GetObject"], Resource="*"),
    ),
    (
        policies.nobody_unknown_is_let_in,
        with_statement("aws_sqs_queue_policy", Action="sqs:SendMessage", Resource="x", Principal="*"),
    ),
    (
        policies.nobody_unknown_is_let_in,
        with_statement(
            "aws_sqs_queue_policy",
            Action="sqs:SendMessage",
            Resource="x",
            Principal={"Service": "sns.amazonaws.com"},
        ),
    ),
    (
        policies.only_tls,
        with_statement(
            "aws_s3_bucket_policy",
            Action="s3:GetObject",
            Resource="x",
            Principal={"AWS": "arn:aws:iam::1:root"},
        ),
    ),
)


@pytest.mark.parametrize(("holds", "breaking"), PLAN_CASES)
def test_a_broken_plan_is_noticed(
    holds: Callable[[Plan], list[str]], breaking: Break, plan_of: Callable[[str], Plan]
) -> None:
    assert holds(breaking(plan_of("prod")))


@pytest.mark.parametrize(("holds", "breaking"), MANIFEST_CASES)
def test_a_plan_that_leaves_the_manifests_is_noticed(
    holds: Callable[[Plan, dict[str, Manifest]], list[str]],
    breaking: Break,
    plan_of: Callable[[str], Plan],
    manifests: dict[str, Manifest],
) -> None:
    assert holds(breaking(plan_of("prod")), manifests)


@pytest.mark.parametrize(("holds", "breaking"), APPLIED_CASES)
def test_broken_production_is_noticed(
    holds: Callable[[Plan], list[str]], breaking: Break, production: Plan
) -> None:
    assert holds(breaking(production))


@pytest.mark.parametrize(("holds", "breaking"), POLICY_CASES)
def test_a_broken_policy_is_noticed(
    holds: Callable[..., list[str]], breaking: Break, production: Plan
) -> None:
    assert holds(breaking(production).resources.values())


def test_every_property_has_been_broken() -> None:
    cases = (*PLAN_CASES, *MANIFEST_CASES, *APPLIED_CASES, *POLICY_CASES)
    checked = {
        *test_properties.OF_EVERY_PLAN,
        *test_properties.OF_PLAN_AND_MANIFESTS,
        *test_properties.OF_PRODUCTION,
        *test_properties.OF_PRODUCTION_APPLIED,
        *test_properties.OF_POLICIES,
    }
    assert checked == {holds for holds, _ in cases}
