"""Waiting until the cluster runs what it was told to, and saying why when it went back instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slipway.deploy.aws import AwsAccount
from slipway.deploy.reporting import note
from slipway.deploy.target import Service, Target
from slipway.deploy.waiting import poll
from slipway.terminal.problems import Problem

# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html: those that are over.
_OVER = {"SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"}


@dataclass(frozen=True)
class RolloutResult:
    """How a deployment of one role ended: the tag that runs, and why not the wanted one, else empty."""

    service: str
    role: str
    tag: str
    reason: str


def start_empty(aws: AwsAccount, target: Target, services: Mapping[str, Service]) -> None:
    """Give the floor of tasks to roles that run none: so they are made, and autoscaling starts from there."""
    for service in services.values():
        for role, name in service.services.items():
            if _described(aws, target, name)["desiredCount"] == 0 and service.floors.get(role, 0) > 0:
                # As a deployment of its own, so that the circuit breaker watches the first tasks too.
                aws.call(
                    "ecs",
                    "update_service",
                    cluster=target.cluster,
                    service=name,
                    desiredCount=service.floors[role],
                    forceNewDeployment=True,
                )


def restart(aws: AwsAccount, target: Target, services: Mapping[str, Service]) -> None:
    """Replace every task by one that runs the same, a few at a time, as in a deployment."""
    for service in services.values():
        for name in service.services.values():
            aws.call("ecs", "update_service", cluster=target.cluster, service=name, forceNewDeployment=True)


def wait(
    aws: AwsAccount, target: Target, services: Mapping[str, Service], *, timeout: float
) -> list[RolloutResult]:
    """Wait until every deployment is over, and return how each ended. Raises Problem when time is up."""
    waiting = {ecs: (name, role) for name, one in services.items() for role, ecs in one.services.items()}
    outcomes: list[RolloutResult] = []
    said: dict[str, str] = {}
    for _ in poll(timeout):
        for ecs, (name, role) in list(waiting.items()):
            deployment, service = _newest(aws, target, ecs), _described(aws, target, ecs)
            _say(ecs, deployment, said)
            if _is_over(deployment, service):
                del waiting[ecs]
                outcomes.append(_outcome(aws, name, role, deployment, service))
        if not waiting:
            return outcomes
    latest = [f"  {ecs}: {event}" for ecs in waiting for event in _events(_described(aws, target, ecs))]
    raise Problem(
        f"after {timeout / 60:.0f} minutes {', '.join(waiting)} {'is' if len(waiting) == 1 else 'are'} "
        + "\n".join(["still being deployed", *latest]),
        next_step="run the command again to go on waiting, or --rollback to give up",
    )


def _newest(aws: AwsAccount, target: Target, ecs: str) -> dict[str, Any] | None:
    """Return the latest deployment, None where AWS remembers none: nothing was deployed for months."""
    listed = aws.call("ecs", "list_service_deployments", cluster=target.cluster, service=ecs)
    briefs = sorted(listed["serviceDeployments"], key=lambda one: one["createdAt"])
    if not briefs:
        return None
    arn = briefs[-1]["serviceDeploymentArn"]
    found = aws.call("ecs", "describe_service_deployments", serviceDeploymentArns=[arn])
    return dict(found["serviceDeployments"][0])


def _say(ecs: str, deployment: dict[str, Any] | None, said: dict[str, str]) -> None:
    """Print a deployment's state whenever it is another than before."""
    state = "no deployment"
    if deployment:
        revision = deployment.get("targetServiceRevision", {})
        counts = f"{revision.get('runningTaskCount', 0)} of {revision.get('requestedTaskCount', 0)} tasks"
        state = f"{deployment['status']:<20} {counts}"
    if said.get(ecs) != state:
        said[ecs] = state
        note(f"{ecs:<16} {state}")


def _is_over(deployment: dict[str, Any] | None, service: dict[str, Any]) -> bool:
    """Say whether nothing will change any more.

    The list of deployments may be a little old, so the service itself must not be rolling either; and
    a deployment may be said to be successful while its tasks are still starting.
    """
    if any(one.get("rolloutState") == "IN_PROGRESS" for one in service.get("deployments", [])):
        return False
    if _ended_well(deployment):
        return bool(service["runningCount"] >= service["desiredCount"])
    return deployment is not None and deployment["status"] in _OVER


def _ended_well(deployment: dict[str, Any] | None) -> bool:
    return deployment is None or deployment["status"] == "SUCCESSFUL"


def _outcome(
    aws: AwsAccount, name: str, role: str, deployment: dict[str, Any] | None, service: dict[str, Any]
) -> RolloutResult:
    running = _definition(aws, service["taskDefinition"])
    latest = _definition(aws, running["family"])
    tag = running["containerDefinitions"][0]["image"].rpartition(":")[2]
    well = _ended_well(deployment) and running["taskDefinitionArn"] == latest["taskDefinitionArn"]
    return RolloutResult(name, role, tag, "" if well else _explained(deployment or {}, service))


def _definition(aws: AwsAccount, name: str) -> dict[str, Any]:
    """Return a task definition: the one of this ARN, or the latest of this family."""
    return dict(aws.call("ecs", "describe_task_definition", taskDefinition=name)["taskDefinition"])


def _explained(deployment: dict[str, Any], service: dict[str, Any]) -> str:
    breaker = deployment.get("deploymentCircuitBreaker", {})
    alarms = deployment.get("alarms", {}).get("triggeredAlarmNames", [])
    parts = [
        f"the deployment ended as {deployment.get('status', 'unknown')}",
        deployment.get("statusReason", ""),
        f"circuit breaker: {breaker['failureCount']} of {breaker['threshold']} failures"
        if breaker.get("status") == "TRIGGERED"
        else "",
        f"alarms: {', '.join(alarms)}" if alarms else "",
        *_events(service),
    ]
    return "\n  ".join(part for part in parts if part)


def _events(service: dict[str, Any]) -> list[str]:
    """Return what the cluster has said last about a service."""
    return [event["message"] for event in service.get("events", [])[:3]]


def _described(aws: AwsAccount, target: Target, ecs: str) -> dict[str, Any]:
    found = aws.call("ecs", "describe_services", cluster=target.cluster, services=[ecs])
    if not found["services"]:
        raise Problem(
            f"there is no service {ecs} on the cluster {target.cluster}",
            next_step="deploy with --apply first",
        )
    return dict(found["services"][0])
