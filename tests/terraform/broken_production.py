"""How what follows the manifests, applied production and its policies are broken on purpose."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.terraform.breaking import Break, adding, changing, in_container, with_statement, within, without
from tests.terraform.plans import Plan
from tests.terraform.properties import compute, edge, encryption, messaging, policies, stores, watch

from slipway.manifest import Manifest


def _a_graph(x: int, metrics: list[list[str]]) -> str:
    graph = {"type": "metric", "x": x, "width": 8, "properties": {"title": "x", "metrics": metrics}}
    return json.dumps({"widgets": [graph]})


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
    (
        edge.private_files_need_a_signature,
        within(
            "aws_cloudfront_distribution",
            lambda v: v["ordered_cache_behavior"].append(
                {"path_pattern": "/private/*", "trusted_key_groups": None}
            ),
            ".delivery[",
        ),
    ),
    (
        edge.every_limit_holds_on_every_way_in,
        within(
            "aws_wafv2_web_acl",
            lambda v: v.update(
                rule=[one for one in v["rule"] if not one["name"].startswith("mark-users-v1")]
            ),
            ".global_firewall.",
        ),
    ),
    (messaging.the_manifests_queues_are_there, without("aws_ecs_service", '"worker"')),
    (
        messaging.the_manifests_queues_are_there,
        within("aws_sqs_queue", lambda v: v.update(visibility_timeout_seconds=1), ".this"),
    ),
    (messaging.the_manifests_queues_are_there, without("aws_sns_topic_subscription", "module.queue")),
    (
        stores.objects_expire_as_the_manifests_say,
        changing("aws_s3_bucket_lifecycle_configuration", rule=[]),
    ),
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
        compute.running_containers_are_looked_after,
        in_container(lambda one: one["healthCheck"].update(command=["CMD", "python", "-m", "x", "health"])),
    ),
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
        changing("aws_cloudwatch_dashboard", dashboard_body=_a_graph(x=20, metrics=[["AWS/ECS", "x"]])),
    ),
    (
        watch.dashboards_are_readable,
        changing("aws_cloudwatch_dashboard", dashboard_body=_a_graph(x=0, metrics=[])),
    ),
    (
        encryption.keys_are_ours,
        changing("aws_dynamodb_table", server_side_encryption=[{"kms_key_arn": None}]),
    ),
    (
        encryption.keys_are_ours,
        changing("aws_ecr_repository", encryption_configuration=[{"kms_key": "arn:aws:kms:x:1:key/x"}]),
    ),
    (
        messaging.every_queue_gives_up_to_its_own,
        within("aws_sqs_queue", lambda v: v.update(redrive_policy='{"deadLetterTargetArn": "x"}'), ".this"),
    ),
    (
        messaging.every_queue_gives_up_to_its_own,
        without("aws_sqs_queue_redrive_allow_policy", "media-uploads"),
    ),
    (stores.everything_stands_in_every_zone, within("aws_lb", lambda v: v.update(subnets=v["subnets"][:2]))),
    (
        stores.everything_stands_in_every_zone,
        within("aws_ecs_service", lambda v: v["network_configuration"][0].update(subnets=["subnet-1"])),
    ),
    (
        stores.everything_stands_in_every_zone,
        adding("module.x.endpoint", "aws_vpc_endpoint", vpc_endpoint_type="Interface", subnet_ids=[]),
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
        policies.no_policy_that_is_not_written_here,
        changing("aws_iam_role_policy_attachment", policy_arn="arn:aws:iam::aws:policy/AdministratorAccess"),
    ),
    (
        policies.no_policy_that_is_not_written_here,
        changing("aws_iam_role", managed_policy_arns=["arn:aws:iam::aws:policy/PowerUserAccess"]),
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
        policies.conditions_can_be_met,
        with_statement(
            "aws_s3_bucket_policy",
            Action="s3:PutObject",
            Resource="x",
            Principal={"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
            Condition={"StringEquals": {"aws:SourceAccount": "1"}},
        ),
    ),
    (policies.only_tls, without("aws_sqs_queue_policy", '["dead"]')),
    (policies.only_tls, without("aws_sns_topic_policy", "notices")),
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
