"""What a change of each variable does to an environment that is there.

`IN_PLACE`: resources are changed or added, and what goes is in `GOES`. `REPLACES`: something that holds
data or addresses goes, which a deployment refuses unless it is told to by address. `ANOTHER`: it makes
another environment.
"""

from __future__ import annotations

import re
from typing import Any

_SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:slipway-{}-edge-key/k-AbCdEf"
_DATABASE = {"instance_class": "db.t4g.large", "storage_gib": 80, "multi_az": True, "backup_days": 30}
_CIDR = "10.40.0.0/16"
_ZONES = ["eu-west-1d", "eu-west-1c", "eu-west-1b", "eu-west-1a"]

# All at once: one does not undo another. Where an environment has a value already, it gets another one below.
IN_PLACE: dict[str, Any] = {
    "architecture": "X86_64",
    "browser_origins": ["https://other.example.com"],
    "compute": {"blog": "lambda"},
    "cache": {"node_type": "cache.t4g.medium", "nodes": 3},
    "content_security_policy": "default-src 'self'",
    "database": _DATABASE,
    "deletion_protection": False,
    "delivery_public_keys": {"k": "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"},
    "delivery_signing_key": {"name": "k", "secret_arn": _SECRET.format("prod")},
    "first_release": {},
    "floor_cap": 1,
    "floors": {},
    "function_concurrency": {"blog": {"api": -1, "worker": 5}},
    "inner_names": True,
    "issuer": {"audience": "others"},
    "log_level": "DEBUG",
    "log_retention_days": 731,
    "machines": {"services": ["todos"]},
    "monthly_budget_usd": 2000,
    "network": {
        "cidr": _CIDR,
        "zones": _ZONES,
        "nat": "per_az",
        "endpoints": ["sqs"],
        "encryption_control": "none",
    },
    "notice_emails": ["others@example.com"],
    "open_to": "internet",
    "owner_region": "eu-west-1",
    "price_class": "PriceClass_100",
    "requests_per_minute": 6000,
    "role_boundary": False,
    "secret_generation": 2,
    "service_settings": {"media": {"CLAMAV_HOST": "clamd.internal"}},
    "shell": True,
    "spot_percent": 100,
    "strategy": "rolling",
    "table_replicas": ["eu-central-1"],
    "upload_acceleration": False,
}

_HERE: dict[str, dict[str, Any]] = {
    "prod": {},
    "dev": {
        "database": {**_DATABASE, "instance_class": "db.t4g.medium"},
        "deletion_protection": True,
        "floor_cap": 2,
        "floors": {"morning": {"schedule": "cron(30 6 ? * MON-FRI *)", "min": 2}},
        "log_level": "ERROR",
        "network": {"cidr": "10.20.0.0/16", "zones": _ZONES[1:], "nat": "per_az", "endpoints": ["sqs"]},
        "open_to": "cloudfront",
        "price_class": "PriceClass_200",
        "role_boundary": False,
        "shell": False,
        "spot_percent": 0,
        "strategy": "canary",
        "upload_acceleration": True,
    },
    "staging": {
        "deletion_protection": True,
        "floor_cap": 2,
        "floors": {"morning": {"schedule": "cron(30 6 ? * MON-FRI *)", "min": 2}},
        "price_class": "PriceClass_200",
        "network": {"cidr": "10.30.0.0/16", "zones": _ZONES, "nat": "per_az", "nat_zone": "eu-west-1a"},
        "shell": False,
        "upload_acceleration": True,
    },
    "options": {
        "architecture": "ARM64",
        "browser_origins": [],
        "compute": {},
        "database": {
            "engine": "aurora",
            "multi_az": False,
            "backup_days": 30,
            "capacity": {"min": 1, "max": 9},
        },
        "deletion_protection": True,
        "floor_cap": 1,
        "floors": {"morning": {"schedule": "cron(30 6 ? * MON-FRI *)", "min": 2}},
        "inner_names": False,
        "machines": {"services": ["todos", "blog"], "min": 3},
        "network": {"cidr": "10.50.0.0/16", "zones": _ZONES[1:], "nat": "single", "endpoints": ["sqs"]},
        "open_to": "cloudfront",
        "price_class": "PriceClass_200",
        "role_boundary": True,
        "owner_region": "eu-central-1",
        "regions": {
            name: {"cidr": cidr, "zones": [f"{name}a", f"{name}b"], "standing": name == "eu-central-1"}
            for name, cidr in (("eu-central-1", "10.51.0.0/16"), ("eu-west-3", "10.52.0.0/16"))
        },
        "table_replicas": ["eu-north-1", "eu-south-1"],
        "upload_acceleration": True,
    },
}


def changes(environment: str) -> dict[str, Any]:
    """Return another value of each variable that an environment takes in place."""
    signing = {"name": "k", "secret_arn": _SECRET.format(environment)}
    return IN_PLACE | {"delivery_signing_key": signing} | _HERE[environment]


# What goes with them, and is made again or no longer needed: nothing in it is missed.
GOES = {
    "aws_appautoscaling_scheduled_action",  # floors
    "aws_cloudfront_cache_policy",  # of the front's paths that may be kept
    "aws_cloudfront_function",  # of the paths of that front that are answered by groups
    "aws_cloudfront_distribution",  # the front, where clients come to the load balancer directly
    "aws_cloudwatch_log_delivery",
    "aws_cloudwatch_log_delivery_source",
    "aws_cloudwatch_metric_alarm",  # of that front
    "aws_ecs_task_definition",  # a new revision
    "aws_flow_log",
    "aws_iam_role",  # with which ECS shifts traffic
    "aws_iam_role_policy",
    "aws_lb_listener_rule",  # the one answer to preflights, where several origins may call
    "aws_route53_record",  # addresses of IPv6, which the load balancer has not
    "aws_s3_bucket_accelerate_configuration",
    "aws_s3_bucket_cors_configuration",  # a manifest's browser_uploads
    "aws_secretsmanager_secret_version",  # another generation
    "aws_sns_topic_subscription",  # who is told
    "aws_vpc_encryption_control",
    "aws_cloudfront_response_headers_policy",  # of a prefix that is delivered no longer
    "aws_rds_cluster_instance",  # the reader of a cluster that keeps its writer
    "aws_cloudfront_public_key",  # no longer one of those that sign
    "aws_service_discovery_http_namespace",  # inner names
    "aws_vpc_endpoint",  # interfaces, which hold nothing
    "aws_vpc_security_group_egress_rule",  # of ways that are no longer gone
    "aws_vpc_security_group_ingress_rule",
}

# What a service leaves behind that goes to run as functions, or back to tasks. Its images, logs, queues and
# tables stay.
MOVES = {
    "aws_apigatewayv2_api",
    "aws_apigatewayv2_api_mapping",
    "aws_apigatewayv2_domain_name",
    "aws_apigatewayv2_integration",
    "aws_apigatewayv2_route",
    "aws_apigatewayv2_stage",
    "aws_appautoscaling_policy",
    "aws_appautoscaling_target",
    "aws_cloudfront_function",
    "aws_cloudwatch_event_rule",
    "aws_cloudwatch_event_target",
    "aws_ecr_repository_policy",
    "aws_ecs_service",
    "aws_lambda_alias",
    "aws_lambda_event_source_mapping",
    "aws_lambda_function",
    "aws_lambda_function_event_invoke_config",
    "aws_lambda_permission",
    "aws_lb_target_group",
}

# No data, but an address that others know; it goes where clients come to the load balancer from then on.
FRONT = {"module.front[0].aws_cloudfront_distribution.this"}

# What holds data and goes, by the variable that makes it go; docs/operations.md says how it is done then.
REPLACES: dict[str, tuple[Any, set[str]]] = {
    "database": (
        {"engine": "aurora", "multi_az": True, "backup_days": 35},
        {
            'module.postgres["users"].aws_db_instance.this',
            'module.postgres["users"].aws_cloudwatch_log_group.exported["postgresql"]',
            'module.postgres["users"].aws_cloudwatch_log_group.exported["upgrade"]',
        },
    ),
    "regions": (
        {"eu-central-1": {"cidr": "10.41.0.0/16", "zones": ["eu-central-1a", "eu-central-1b"]}},
        set(),
    ),
    "zone_id": ("Z0123456789ABCDEFGHIJ", {"module.domain.aws_route53_zone.this[0]"}),
    "zone_keeps": (["apex", "dmarc"], set()),
}

ANOTHER = {"account_id", "domain", "environment", "project", "region", "services_path"}

# What is made only where services stand by.
STOOD_BY = re.compile(
    r"aws_route53_(health_check\.answers|record\.secondary)\["
    r"|aws_iam_role_policy\.invalidations_elsewhere\["
    r"|module\.domain\.aws_acm_certificate(_validation)?\.further\["
    r"|module\.edge_alarms\..*region-away"
    r"|module\.standing_alarms\["
    r"|module\.network_elsewhere\[.*\.aws_(nat_gateway|eip|route|flow_log|vpc_encryption_control)\."
    r"|module\.bucket_elsewhere\[\"eu-central-1/exports\"\]\."
    r"|module\.bucket_elsewhere\[.*\.aws_s3_bucket_(cors_configuration|notification|logging|accelerate_configuration)\."
    r"|module\.(access_logs|assumed_role|cache|cluster|database_proxy|(gateway|interface)_endpoints|firewall|load_balancer|mail|queue"
    r"|regional_firewall|service|task_identity|topic)_elsewhere\["
)
