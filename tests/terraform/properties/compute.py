"""How tasks run: hardened, scaled, rolled back, with secrets by reference."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.terraform.plans import Plan, Resource
from tests.terraform.properties.functions import on_lambda
from tests.terraform.terraform import ROOT

_SECRET_VALUE = re.compile(r"://[^/@:]*:[^/@]+@|BEGIN [A-Z ]*PRIVATE KEY")
_SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN(?!_PROFILE)|_KEY$|DATABASE_URL|REDIS_URL")


def containers(plan: Plan) -> Iterator[tuple[Resource, dict[str, Any]]]:
    """Yield every container with its task definition."""
    for task in plan.of("aws_ecs_task_definition"):
        if task["container_definitions"] is not None:
            for container in json.loads(task["container_definitions"]):
                yield task, container


def containers_are_hardened(plan: Plan) -> list[str]:
    """No root, no capabilities, nothing to write to, an init, a log."""
    found = []
    for task, container in containers(plan):
        linux = container["linuxParameters"]
        if container["readonlyRootFilesystem"] is not True:
            found.append(f"{task.address} can write")
        if linux["capabilities"]["drop"] != ["ALL"] or linux["initProcessEnabled"] is not True:
            found.append(f"{task.address} has capabilities or no init")
        if container["user"].split(":")[0] in ("", "0", "root"):
            found.append(f"{task.address} is root")
        if container.get("privileged") or container["logConfiguration"]["logDriver"] != "awslogs":
            found.append(f"{task.address} is privileged or silent")
    return found


def running_containers_are_looked_after(plan: Plan) -> list[str]:
    """What keeps running has time to stop, and its image's health check, which was seen to work."""
    return [
        f"{task.address} has another health check than its image, or no time to stop"
        for task, container in containers(plan)
        if task.address.replace("aws_ecs_task_definition", "aws_ecs_service") in plan.resources
        and not (
            container.get("healthCheck", {}).get("command") == _health_check()
            and container.get("stopTimeout")
        )
    ]


def _health_check() -> list[str]:
    """Return the health check of the services' Dockerfile as ECS writes it."""
    dockerfile = (ROOT / "services" / "Dockerfile").read_text()
    found = re.search(r"^HEALTHCHECK .*CMD (\[.*\])$", dockerfile, re.MULTILINE)
    assert found, "services/Dockerfile has no health check"
    return ["CMD", *json.loads(found[1])]


def secrets_are_references(plan: Plan) -> list[str]:
    """No secret stands in a task definition: neither by its name nor by its look."""
    found = []
    for task, container in containers(plan):
        for variable in container["environment"]:
            if _SECRET_NAME.search(variable["name"]) or _SECRET_VALUE.search(str(variable["value"])):
                found.append(f"{task.address} has {variable['name']} in the open")
        for secret in container.get("secrets", []):
            # RDS names its own secret when it has made it; what stands in for AWS here never does.
            if secret["valueFrom"] is not None and not secret["valueFrom"].startswith("arn:"):
                found.append(f"{task.address} has {secret['name']} by value")
    return found


def no_local_addresses(plan: Plan) -> list[str]:
    """No AWS endpoint and no static key reaches the cloud."""
    return [
        f"{task.address} has {variable['name']}"
        for task, container in containers(plan)
        for variable in [*container["environment"], *container.get("secrets", [])]
        if variable["name"].startswith(("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY", "AWS_SECRET", "AWS_SESSION"))
        or any(local in str(variable.get("value")) for local in ("localhost", "127.0.0.1"))
    ]


def bad_versions_are_rolled_back(plan: Plan) -> list[str]:
    """Every service has a circuit breaker that rolls back; web roles roll back on alarms too."""
    found = []
    for service in plan.of("aws_ecs_service"):
        breaker = service["deployment_circuit_breaker"]
        if not any(one["enable"] and one["rollback"] for one in breaker):
            found.append(f"{service.address} has no circuit breaker")
        alarms = service["alarms"] or []
        if service["load_balancer"] and not any(one["enable"] and one["rollback"] for one in alarms):
            found.append(f"{service.address} ignores alarms")
    return found


def every_service_scales(plan: Plan) -> list[str]:
    """Every role that runs has a scaling target and a policy of each kind that its manifest asks for."""
    text = {one.address for one in plan.of("aws_appautoscaling_target")}
    policies = {one.address for one in plan.of("aws_appautoscaling_policy")}
    found = []
    for name, manifest in plan.outputs["manifests"].items():
        for role, spec in manifest["roles"].items():
            if spec["kind"] == "task" or name in on_lambda(plan):
                continue
            place = f'module.service["{name}"].aws_appautoscaling'
            if f'{place}_target.role["{role}"]' not in text:
                found.append(f"{name}-{role} does not scale")
            for key, policy in {
                "cpu_percent": "cpu",
                "requests_per_target": "requests",
                "messages_per_task": "messages",
            }.items():
                if (
                    spec["scaling"]
                    and spec["scaling"][key]
                    and f'{place}_policy.{policy}["{role}"]' not in policies
                ):
                    found.append(f"{name}-{role} does not scale on {policy}")
    return found


def a_store_that_is_away_kills_no_task(plan: Plan) -> list[str]:
    """ECS kills what the load balancer finds unwell: that is asked of the process, never of its stores."""
    return [
        f"{group.address} asks {check['path']}"
        for group in plan.of("aws_lb_target_group")
        for check in group["health_check"]
        if check["path"] != "/livez"
    ]


def images_never_move(plan: Plan) -> list[str]:
    """Tags are immutable, images scanned, and no task runs `latest`."""
    found = [
        one.address
        for one in plan.of("aws_ecr_repository")
        if one["image_tag_mutability"] != "IMMUTABLE"
        or not one["image_scanning_configuration"][0]["scan_on_push"]
    ]
    return found + [
        f"{task.address} runs {container['image']}"
        for task, container in containers(plan)
        if container["image"].endswith(":latest") or ":" not in container["image"].rsplit("/", 1)[-1]
    ]


def one_cluster(plan: Plan) -> list[str]:
    """All services of a region share a cluster."""
    regions = [one["region"] for one in plan.of("aws_ecs_cluster")]
    return [] if regions and len(regions) == len(set(regions)) else [f"there are clusters in {regions}"]
