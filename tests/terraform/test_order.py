"""What AWS refuses before something else is there comes after it."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest
from tests.terraform.conftest import Once
from tests.terraform.terraform import Terraform

# Address in the configuration, and what has to be finished before it is made.
_ORDER = (
    ("module.load_balancer.aws_lb.this", "module.network.aws_internet_gateway.this"),
    ("module.load_balancer.aws_lb.this", "module.access_logs.module.bucket.aws_s3_bucket_policy.this"),
    ("module.load_balancer.aws_lb_listener.https", "module.domain.aws_acm_certificate_validation.regional"),
    ("module.site.aws_cloudfront_distribution.this", "module.domain.aws_acm_certificate_validation.global"),
    ("module.front.aws_cloudfront_distribution.this", "module.domain.aws_acm_certificate_validation.global"),
    ("module.delivery.aws_cloudfront_distribution.this", "module.global_firewall.aws_wafv2_web_acl.this"),
    (
        "module.access_logs.aws_cloudwatch_log_delivery_destination.this",
        "module.access_logs.module.bucket.aws_s3_bucket_policy.this",
    ),
    ("module.bucket.aws_s3_bucket_policy.this", "module.bucket.aws_s3_bucket_public_access_block.this"),
    ("module.bucket.aws_s3_bucket_notification.this", "module.topic.aws_sns_topic_policy.this"),
    ("module.queue.aws_sns_topic_subscription.this", "module.queue.aws_sqs_queue_policy.this"),
    (
        "module.mail.aws_sesv2_configuration_set_event_destination.told",
        "module.topic.aws_sns_topic_policy.this",
    ),
    (
        "module.mail.aws_sesv2_configuration_set_event_destination.this",
        "module.notices.module.topic.aws_sns_topic_policy.this",
    ),
    ("module.budget.aws_budgets_budget.month", "module.notices.module.topic.aws_sns_topic_policy.this"),
    ("module.network.aws_nat_gateway.this", "module.network.aws_internet_gateway.this"),
    # A host rule takes the next free priority; these two have theirs.
    ("module.service.aws_lb_listener_rule.web", "module.load_balancer.aws_lb_listener_rule.preflight"),
    ("module.service.aws_lb_listener_rule.web", "module.load_balancer.aws_lb_listener_rule.inside_only"),
    ("module.cluster.aws_ecs_cluster.this", "module.cluster.aws_cloudwatch_log_group.insights"),
    ("module.service.aws_ecs_service.role", "module.cluster.aws_ecs_cluster_capacity_providers.this"),
    ("module.service.aws_ecs_service.role", "module.service.aws_lb_listener_rule.web"),
    ("module.service.aws_ecs_service.role", "module.service.aws_iam_role_policy.shift"),
    ("module.service.aws_ecs_service.role", "module.task_identity.aws_iam_role_policy.execution"),
    ("module.service.aws_ecs_service.role", "module.service.aws_cloudwatch_log_group.role"),
    ("module.service.aws_appautoscaling_target.role", "module.service.aws_ecs_service.role"),
    ("module.postgres.aws_db_instance.this", "module.postgres.aws_cloudwatch_log_group.exported"),
    (
        "module.postgres.aws_db_instance.this",
        "module.database_place.aws_iam_role_policy_attachment.monitoring",
    ),
    ("module.aurora.aws_rds_cluster.this", "module.aurora.aws_cloudwatch_log_group.exported"),
    (
        "module.aurora.aws_rds_cluster_instance.this",
        "module.database_place.aws_iam_role_policy_attachment.monitoring",
    ),
    ("module.database_proxy.aws_db_proxy_target.this", "module.postgres.aws_db_instance.this"),
    ("module.database_proxy.aws_db_proxy_target.this", "module.aurora.aws_rds_cluster_instance.this"),
    ("module.database_proxy.aws_db_proxy.this", "module.database_proxy.aws_cloudwatch_log_group.this"),
    ("module.database_proxy.aws_db_proxy.this", "module.database_proxy.aws_iam_role_policy.this"),
    (
        "module.database_proxy.aws_secretsmanager_secret_version.login",
        "module.database_proxy.aws_db_proxy.this",
    ),
    ("module.cache.aws_elasticache_replication_group.this", "module.cache.aws_cloudwatch_log_group.slow"),
    # Where the services stand by.
    ("aws_route53_record.secondary", "aws_route53_record.host"),
    ("aws_route53_record.secondary", "aws_route53_record.origin"),
    ("module.load_balancer_elsewhere.aws_lb.this", "module.network_elsewhere.aws_internet_gateway.this"),
    (
        "module.load_balancer_elsewhere.aws_lb_listener.https",
        "module.domain.aws_acm_certificate_validation.further",
    ),
    (
        "module.database_proxy_elsewhere.aws_db_proxy_target.this",
        "module.aurora_elsewhere.aws_rds_cluster_instance.this",
    ),
    (
        "module.service_elsewhere.aws_ecs_service.role",
        "module.task_identity_elsewhere.aws_iam_role_policy.execution",
    ),
    ("module.assumed_role.aws_iam_role.this", "module.task_identity.aws_iam_role.task"),
    (
        "module.assumed_role.aws_iam_role.web",
        "module.identity_provider.aws_iam_openid_connect_provider.this",
    ),
)

_EDGE = re.compile(r'"([^"]+)" -> "([^"]+)"')


@pytest.fixture(scope="module")
def needs(terraform: Terraform, suite: Path, once: Once) -> dict[str, set[str]]:
    """What each resource waits for directly, by Terraform's own graph."""
    graph = once("graph", lambda kept: kept.write_text(terraform.must(suite, "graph")))
    found = defaultdict(set)
    for later, sooner in _EDGE.findall(graph.read_text()):
        found[later].add(sooner)
    return found


@pytest.mark.parametrize(("later", "sooner"), _ORDER)
def test_one_waits_for_the_other(needs: dict[str, set[str]], later: str, sooner: str) -> None:
    assert later in needs
    waited_for: set[str] = set()
    ahead = [later]
    while ahead:
        new = needs.get(ahead.pop(), set()) - waited_for
        waited_for |= new
        ahead += new
    assert sooner in waited_for
