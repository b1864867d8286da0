"""Somebody is told."""

from __future__ import annotations

import json

from tests.terraform.plans import Plan
from tests.terraform.properties.functions import on_lambda

from slipway.manifest import Manifest


def logs_end_some_day(plan: Plan) -> list[str]:
    """Every log group has a retention."""
    return [one.address for one in plan.of("aws_cloudwatch_log_group") if not one["retention_in_days"]]


def alarms_tell_somebody(plan: Plan) -> list[str]:
    """Every alarm tells a topic when it begins and when it ends, and every topic of alarms has a reader."""
    found = [
        f"{one.address} is silent"
        for one in plan.of("aws_cloudwatch_metric_alarm")
        if not (one.given("alarm_actions") and one.given("ok_actions"))
    ]
    for module in ("module.notices", "module.edge_notices"):
        if not plan.under(module, "aws_sns_topic_subscription"):
            found.append(f"nobody reads {module}")
    return found


def everything_that_can_go_wrong_has_an_alarm(plan: Plan, manifests: dict[str, Manifest]) -> list[str]:
    """Errors and latency of services, load of roles, lag of what has copies, certificates, the budget."""
    alarms = plan.of("aws_cloudwatch_metric_alarm")
    names = {one["alarm_name"] for one in alarms}
    metrics = {one["metric_name"] for one in alarms}
    prefix = f"{plan.variables['project']}-{plan.variables['environment']}-"
    found = []
    for name, manifest in manifests.items():
        is_function = name in on_lambda(plan)
        wanted = [
            f"{role}-{kind}"
            for role, spec in manifest.roles.items()
            if spec.kind != "task"
            for kind in (("throttled",) if is_function else ("cpu", "memory"))
        ]
        if manifest.visibility == "public":
            way = "api-function" if is_function else "api-blue"
            wanted += [f"{way}-errors", f"{way}-slow"]
        found += [f"{name} has no alarm {one}" for one in wanted if f"{prefix}{name}-{one}" not in names]
    has_readers = len(plan.of("aws_rds_cluster_instance")) > len(plan.of("aws_rds_cluster"))
    lags = {"ReplicationLag"} | ({"AuroraReplicaLagMaximum"} if has_readers else set())
    found += [f"there is no alarm on {one}" for one in sorted((lags | {"DaysToExpiry"}) - metrics)]
    certificates = [one for one in alarms if one["metric_name"] == "DaysToExpiry"]
    if len(certificates) != len(plan.of("aws_acm_certificate")):
        found.append("not every certificate has an alarm")
    return found if plan.of("aws_budgets_budget") else [*found, "there is no budget"]


def every_service_has_a_dashboard(plan: Plan, manifests: dict[str, Manifest]) -> list[str]:
    """One for each service, one for the suite with a row for each."""
    name = f"{plan.variables['project']}-{plan.variables['environment']}"
    boards = {one["dashboard_name"] for one in plan.of("aws_cloudwatch_dashboard")}
    wanted = {name, *(f"{name}-{service}" for service in manifests)}
    return [f"there is no dashboard {one}" for one in sorted(wanted - boards)]


def no_alarm_on_a_standbys_lag(plan: Plan) -> list[str]:
    """An instance's standby is no replica: it has no lag, and an alarm on it would never go off."""
    return [
        one.address for one in plan.of("aws_cloudwatch_metric_alarm") if one["metric_name"] == "ReplicaLag"
    ]


def dashboards_are_readable(plan: Plan) -> list[str]:
    """What is known of a dashboard is JSON whose graphs lie inside its width and show something."""
    found = []
    for board in plan.of("aws_cloudwatch_dashboard"):
        if board["dashboard_body"] is not None:
            for widget in json.loads(board["dashboard_body"])["widgets"]:
                if widget["x"] + widget["width"] > 24:
                    found.append(f"{board.address}: a graph at {widget['x']} is {widget['width']} wide")
                if widget["type"] == "metric" and not widget["properties"]["metrics"]:
                    found.append(f"{board.address}: {widget['properties']['title']} shows nothing")
    return found


def production_keeps_a_year_of_logs(plan: Plan) -> list[str]:
    """What happened in production can be looked up for a year."""
    return [
        f"{one.address} forgets after {one['retention_in_days']} days"
        for one in plan.of("aws_cloudwatch_log_group")
        if (one["retention_in_days"] or 0) < 365
    ]
