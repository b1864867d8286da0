"""What stands by in a region takes over: names lead there, and its workers run.

Nothing is asked of the region that is lost: the cluster there has the environment's name, and Route 53 is in
no region. Terraform says the same from then on with `owner_region`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slipway.deploy.aws import AwsAccount, Refused
from slipway.deploy.waiting import poll
from slipway.manifest import Manifest
from slipway.terminal.problems import Problem

_NO_CLUSTER = {"ClusterNotFoundException", "ServiceNotFoundException"}


def waiting_workers(aws: AwsAccount, cluster: str, manifests: Mapping[str, Manifest]) -> dict[str, int]:
    """Return how many tasks each worker needs that is there, by its service; empty: nothing stands by."""
    floors = {
        f"{name}-{role}": max(1, spec.scaling.min if spec.scaling else 1)
        for name, manifest in manifests.items()
        for role, spec in manifest.roles.items()
        if spec.kind == "worker"
    }
    return {name: floor for name, floor in floors.items() if _described(aws, cluster, name)}


def start_workers(aws: AwsAccount, cluster: str, floors: Mapping[str, int], *, timeout: float) -> None:
    """Start those that do not run, and wait until all do. Raises Problem when time is up."""
    for name, floor in floors.items():
        if _described(aws, cluster, name)["desiredCount"] == 0:
            aws.call("ecs", "update_service", cluster=cluster, service=name, desiredCount=floor)
    waiting = list(floors)
    for _ in poll(timeout):
        waiting = [name for name in waiting if _described(aws, cluster, name)["runningCount"] < 1]
        if not waiting:
            return
    raise Problem(
        f"{', '.join(waiting)} {'does' if len(waiting) == 1 else 'do'} not run after {timeout:.0f} s",
        next_step=f"look at their events (aws ecs describe-services --cluster {cluster}), then run the "
        "same command again: it goes on",
    )


def lead_names(aws: AwsAccount, name: str) -> bool:
    """Let names lead past the load balancer whose health check is called `name`; False without one."""
    for check in _health_checks(aws):
        if _name(aws, check["Id"]) == name:
            config = check["HealthCheckConfig"]
            if not (config.get("Disabled") and config.get("Inverted")):
                aws.call(
                    "route53",
                    "update_health_check",
                    HealthCheckId=check["Id"],
                    Disabled=True,
                    Inverted=True,
                )
            return True
    return False


def _described(aws: AwsAccount, cluster: str, name: str) -> dict[str, Any]:
    """Return a service; empty where there is none."""
    try:
        found = aws.ask("ecs", "describe_services", cluster=cluster, services=[name])["services"]
    except Refused as refusal:
        if refusal.reason in _NO_CLUSTER:
            return {}
        raise
    return next((dict(one) for one in found if one["status"] == "ACTIVE"), {})


def _health_checks(aws: AwsAccount) -> Iterator[dict[str, Any]]:
    marker: dict[str, str] = {}
    while True:
        page = aws.ask("route53", "list_health_checks", **marker)
        yield from page["HealthChecks"]
        if not page.get("IsTruncated"):
            return
        marker = {"Marker": page["NextMarker"]}


def _name(aws: AwsAccount, check: str) -> str | None:
    """Return what a health check is called, which is a tag."""
    answer = aws.ask("route53", "list_tags_for_resource", ResourceType="healthcheck", ResourceId=check)
    tags = {tag["Key"]: tag["Value"] for tag in answer["ResourceTagSet"]["Tags"]}
    return tags.get("Name")
