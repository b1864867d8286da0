"""How each property of a plan is broken on purpose: the property, and what is done to production's plan."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.terraform.breaking import Break, adding, changing, ungiven, with_statement, within, without
from tests.terraform.plans import Plan
from tests.terraform.properties import (
    compute,
    edge,
    encryption,
    limits,
    messaging,
    network,
    stores,
    watch,
)

_OPEN = {"cidr_ipv4": "0.0.0.0/0", "from_port": 5432, "to_port": 5432, "prefix_list_id": None}


def _a_rate(name: str, limit: int) -> dict[str, Any]:
    return {"name": name, "statement": [{"rate_based_statement": [{"limit": limit}]}]}


def _refuse_all(values: dict[str, Any]) -> None:
    for rule in values["rule"]:
        for group in rule["statement"][0]["managed_rule_group_statement"]:
            group["rule_action_override"] = []


def _told(less: str) -> Callable[[dict[str, Any]], None]:
    """Leave origins that begin so out of what the web app may call."""

    def rewrite(values: dict[str, Any]) -> None:
        [header] = values["security_headers_config"][0]["content_security_policy"]
        told = header["content_security_policy"]
        header["content_security_policy"] = re.sub(rf" {re.escape(less)}[^ ;]*", "", told)

    return rewrite


PLAN_CASES: tuple[tuple[Callable[[Plan], list[str]], Break], ...] = (
    (network.only_the_edge_is_open, adding("module.x.rule", "aws_vpc_security_group_ingress_rule", **_OPEN)),
    (network.rules_are_resources, adding("module.x.rule", "aws_security_group_rule", cidr_blocks=["::/0"])),
    (network.rules_are_resources, changing("aws_security_group", ingress=[{"cidr_blocks": ["0.0.0.0/0"]}])),
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
    (
        network.every_conversation_gets_its_answers,
        without("aws_network_acl_rule", '"isolated/ingress/answers-high'),
    ),
    (network.every_conversation_gets_its_answers, without("aws_network_acl_rule", '"private/egress/https')),
    (network.the_network_is_watched, without("aws_flow_log")),
    (network.what_is_not_encrypted_is_shown, changing("aws_flow_log", log_format=None)),
    (encryption.keys_can_be_replaced_at_once, with_statement("aws_kms_key", Action=["kms:Decrypt"])),
    (
        stores.marks_of_deletion_go,
        within(
            "aws_s3_bucket_lifecycle_configuration",
            lambda v: [rule.update(expiration=[]) for rule in v["rule"]],
        ),
    ),
    (network.what_is_too_long_is_told, without("aws_network_acl_rule", "private/ingress/too-long")),
    (network.what_is_too_long_is_told, without("aws_vpc_security_group_ingress_rule", ".edge_too_long")),
    (network.what_leaves_by_a_gateway_stays_ours, changing("aws_vpc_endpoint", policy=None)),
    (network.what_leaves_by_a_gateway_stays_ours, without("aws_vpc_endpoint", ".gateway[")),
    (
        network.what_leaves_by_a_gateway_stays_ours,
        with_statement("aws_vpc_endpoint", Action=["s3:PutObject"], Resource="*", Principal="*"),
    ),
    (
        edge.preflights_are_answered_at_cdn,
        within(
            "aws_cloudfront_distribution",
            lambda v: v["ordered_cache_behavior"][0].update(allowed_methods=["GET", "HEAD"]),
            ".delivery[",
        ),
    ),
    (
        edge.preflights_are_answered_at_cdn,
        within(
            "aws_cloudfront_distribution",
            lambda v: v["ordered_cache_behavior"][0].update(origin_request_policy_id=None),
            ".delivery[",
        ),
    ),
    (
        edge.preflights_are_answered_at_cdn,
        within("aws_cloudfront_response_headers_policy", lambda v: v.update(cors_config=[]), ".delivery["),
    ),
    (edge.preflights_are_answered_at_cdn, without("aws_s3_bucket_cors_configuration")),
    (
        edge.pages_may_send_files_where_they_are_told_to,
        within("aws_cloudfront_response_headers_policy", _told("https://*.s3-accelerate."), ".site."),
    ),
    (
        edge.pages_may_send_files_where_they_are_told_to,
        within("aws_cloudfront_response_headers_policy", _told("https://*.s3.eu-west-1."), ".site."),
    ),
    (limits.names_in_all_of_aws_are_free, changing("aws_s3_bucket", bucket="slipway-prod-site")),
    (
        network.the_edge_is_open_for_the_web_alone,
        within("aws_vpc_security_group_ingress_rule", lambda v: v.update(to_port=-1), ".edge_too_long"),
    ),
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
    (encryption.database_logs_hold_no_values, changing("aws_db_parameter_group", parameter=[])),
    (
        encryption.database_logs_hold_no_values,
        within(
            "aws_db_parameter_group",
            lambda v: v["parameter"].append({"name": "log_min_duration_statement", "value": "500"}),
        ),
    ),
    (edge.the_suites_own_hosts_are_there, without("aws_route53_record", '"app.example.com/A"')),
    (edge.every_alias_is_certified, changing("aws_cloudfront_distribution", aliases=["other.example.com"])),
    (
        edge.nobody_passes_by_cloudfront,
        within(
            "aws_lb_listener_rule",
            lambda v: v.update(condition=[one for one in v["condition"] if not one["http_header"]]),
            "module.service[",
        ),
    ),
    (edge.the_firewall_stands_before_everything, ungiven("aws_cloudfront_distribution", "web_acl_id")),
    (edge.the_firewall_stands_before_everything, without("aws_wafv2_web_acl_association")),
    (edge.the_firewall_stands_before_everything, changing("aws_wafv2_web_acl", rule=[])),
    (
        edge.calls_are_never_cached,
        within("aws_cloudfront_distribution", lambda v: v.update(custom_error_response=[]), ".site."),
    ),
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
    (
        edge.what_nobody_serves_is_not_there,
        within("aws_cloudfront_distribution", lambda v: v["ordered_cache_behavior"].pop(), ".site."),
    ),
    (edge.connections_are_closed_by_who_asks, changing("aws_lb", idle_timeout=60)),
    (edge.connections_are_closed_by_who_asks, changing("aws_lb", idle_timeout=75)),
    (edge.the_load_balancer_is_careful, changing("aws_lb", drop_invalid_header_fields=None)),
    (
        edge.the_load_balancer_is_careful,
        adding(
            "module.x.aws_lb.second",
            "aws_lb",
            drop_invalid_header_fields=True,
            access_logs=[{"enabled": True}],
            region="eu-west-1",
        ),
    ),
    (edge.what_people_write_is_not_refused, within("aws_wafv2_web_acl", _refuse_all)),
    (
        edge.refusals_are_problems,
        within("aws_wafv2_web_acl", lambda v: v.update(custom_response_body=[])),
    ),
    (messaging.every_queue_has_a_dead_letter_queue, without("aws_sqs_queue", ".dead")),
    (messaging.every_queue_has_a_dead_letter_queue, ungiven("aws_sqs_queue", "redrive_policy", ".this")),
    (messaging.every_queue_is_watched, without("aws_cloudwatch_metric_alarm", "dead-letters")),
    (
        stores.tables_can_be_restored,
        changing("aws_dynamodb_table", point_in_time_recovery=[{"enabled": False}]),
    ),
    (stores.no_change_waits_for_a_window, changing("aws_db_instance", apply_immediately=None)),
    (
        stores.no_last_snapshot_has_a_name_that_is_taken,
        changing("aws_db_instance", final_snapshot_identifier="slipway-prod-users-final"),
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
    (
        compute.a_store_that_is_away_kills_no_task,
        within("aws_lb_target_group", lambda v: v["health_check"][0].update(path="/readyz")),
    ),
    (compute.every_service_scales, without("aws_appautoscaling_policy", "messages")),
    (
        compute.one_cluster,
        adding("module.x.aws_ecs_cluster.other", "aws_ecs_cluster", region="eu-west-1"),
    ),
    (limits.names_are_as_aws_takes_them, changing("aws_iam_role", name="x" * 65)),
    (limits.names_are_as_aws_takes_them, changing("aws_db_instance", identifier="slipway-prod-my_notes")),
    (limits.names_are_as_aws_takes_them, changing("aws_security_group", description="the users' tasks")),
    (
        limits.names_stand_once,
        adding(
            "module.x.aws_sqs_queue.this",
            "aws_sqs_queue",
            name="slipway-prod-media-uploads",
            region="eu-west-1",
        ),
    ),
    (
        limits.firewalls_can_be_made,
        within("aws_wafv2_web_acl", lambda v: v["rule"][0].update(priority=v["rule"][1]["priority"])),
    ),
    (
        limits.firewalls_can_be_made,
        within(
            "aws_wafv2_web_acl", lambda v: v["rule"].append({"name": "a/b", "priority": 9, "rule_label": []})
        ),
    ),
    (
        limits.firewalls_can_be_made,
        within(
            "aws_wafv2_web_acl",
            lambda v: v["rule"][0].update(statement=[{"single_header": [{"name": "X-Origin-Secret"}]}]),
        ),
    ),
    (
        limits.firewalls_count_few_rates,
        within("aws_wafv2_web_acl", lambda v: v["rule"].append(_a_rate("host-users", 12000))),
    ),
    (
        limits.firewalls_count_few_rates,
        within("aws_wafv2_web_acl", lambda v: v["rule"].extend(_a_rate(f"r{n}", 60) for n in range(9))),
    ),
    (
        limits.certificates_have_room,
        changing("aws_acm_certificate", subject_alternative_names=[f"s{n}.example.com" for n in range(10)]),
    ),
    (watch.production_keeps_a_year_of_logs, changing("aws_cloudwatch_log_group", retention_in_days=30)),
    (watch.logs_end_some_day, changing("aws_cloudwatch_log_group", retention_in_days=None)),
    (
        watch.no_alarm_on_a_standbys_lag,
        changing("aws_cloudwatch_metric_alarm", metric_name="ReplicaLag"),
    ),
    (watch.alarms_tell_somebody, ungiven("aws_cloudwatch_metric_alarm", "alarm_actions")),
    (watch.alarms_tell_somebody, without("aws_sns_topic_subscription", "module.notices.")),
)
