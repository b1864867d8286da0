"""ECS, Lambda, images, alarms and logs in memory: what a deployment asks besides S3, SSM, STS.

Operations take and return what botocore's service models say. A test tells what is to become of the next
deployments and tasks; time passes with every question that is asked about them.
"""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from typing import Any

from botocore import xform_name

from slipway.testing.lambdas import Lambdas

_ACCOUNT = "000000000000"
_EPOCH = 1_780_000_000


class Refusal(Exception):
    """An error as AWS would answer it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Task:
    """A one-off task: it runs for as many questions as it has lines left, unless it is held."""

    arn: str
    family: str
    definition: str
    exit_code: int | None
    reason: str
    lines: list[str]
    asked: int = 0
    held: bool = False

    def is_over(self) -> bool:
        return not self.held and self.asked > len(self.lines)


@dataclass
class Service:
    """A service on the cluster. `ends` is what becomes of its next deployment."""

    name: str
    definition: str
    desired: int
    ends: str = "SUCCESSFUL"
    before: str = ""
    status: str = "SUCCESSFUL"
    asked: int = 0
    number: int = 0
    held: bool = False
    starting: int = 0  # how often its tasks are still asked for before they run


@dataclass
class Cluster:
    """What a test may look at, too: `calls` are the operations in their order, `alarms` are on."""

    definitions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    images: dict[tuple[str, str], str] = field(default_factory=dict)
    lambdas: Lambdas = field(default_factory=Lambdas)
    alarms: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    next_task: dict[str, Any] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)
    holds: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    _numbers: Any = field(default_factory=itertools.count)

    def register(self, family: str, containers: list[dict[str, Any]]) -> str:
        """Add a revision unless the latest is the same, as Terraform's provider does; return its ARN."""
        revisions = self.definitions.setdefault(family, [])
        if not revisions or revisions[-1]["containerDefinitions"] != containers:
            arn = f"arn:aws:ecs:eu-west-1:{_ACCOUNT}:task-definition/{family}:{len(revisions) + 1}"
            revisions.append({"taskDefinitionArn": arn, "family": family, "containerDefinitions": containers})
        return str(revisions[-1]["taskDefinitionArn"])

    def run(self, name: str, definition: str, desired: int) -> None:
        """Make a service, or deploy another definition to it."""
        service = self.services.setdefault(name, Service(name, definition, desired))
        if service.definition != definition or service.number == 0:
            self._begin(service, definition)

    def serving(self, name: str) -> str:
        """Return the tag of the image that a service runs, on the cluster or as a function."""
        if name in self.services:
            definition = self.services[name].definition
            return str(self._definition(definition)["containerDefinitions"][0]["image"].rpartition(":")[2])
        [made] = [one for full, one in self.lambdas.functions.items() if full.endswith(f"-{name}")]
        digest = made.image_of(made.serving).rpartition("@")[2]
        return next(tag for (_, tag), known in self.images.items() if known == digest)

    def push(self, repository: str, tag: str) -> None:
        """Put an image into the registry."""
        self.images[repository, tag] = f"sha256:{abs(hash((repository, tag))):064x}"

    def answer(self, operation: str, given: dict[str, Any]) -> dict[str, Any]:
        """Answer one call. Raises Refusal."""
        with self.lock:
            self.calls.append(operation)
            found: dict[str, Any] = getattr(self, f"_{xform_name(operation)}")(given)
            return found

    def answer_of_functions(self, operation: str, given: dict[str, Any]) -> dict[str, Any]:
        """Answer one call to Lambda."""
        with self.lock:
            self.calls.append(operation)
            return self.lambdas.answer(operation, given)

    # ECR

    def _describe_images(self, given: dict[str, Any]) -> dict[str, Any]:
        digest = self.images.get((given["repositoryName"], given["imageIds"][0]["imageTag"]))
        if digest is None:
            raise Refusal("ImageNotFoundException", "The image does not exist")
        return {"imageDetails": [{"imageDigest": digest, "imageTags": [given["imageIds"][0]["imageTag"]]}]}

    def _batch_get_image(self, given: dict[str, Any]) -> dict[str, Any]:
        digest = self.images.get((given["repositoryName"], given["imageIds"][0]["imageTag"]))
        if digest is None:
            return {"images": [], "failures": [{"failureCode": "ImageNotFound"}]}
        return {"images": [{"imageId": {"imageDigest": digest}, "imageManifest": "{}"}], "failures": []}

    def _list_images(self, given: dict[str, Any]) -> dict[str, Any]:
        return {
            "imageIds": [
                {"imageTag": tag, "imageDigest": digest}
                for (repository, tag), digest in self.images.items()
                if repository == given["repositoryName"]
            ]
        }

    def _get_authorization_token(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"authorizationData": [{"authorizationToken": "QVdTOnBhc3N3b3JkLW9mLWVjcg=="}]}

    # Alarms

    def _describe_alarms(self, given: dict[str, Any]) -> dict[str, Any]:
        found = [name for name in given["AlarmNames"] if name in self.alarms]
        return {"MetricAlarms": [{"AlarmName": name, "StateValue": "ALARM"} for name in found]}

    # Logs

    def _get_log_events(self, given: dict[str, Any]) -> dict[str, Any]:
        task = self.tasks.get(given["logStreamName"].rpartition("/")[2])
        if task is None or task.asked == 0:
            raise Refusal("ResourceNotFoundException", "The specified log stream does not exist.")
        begin = int(given.get("nextToken", "0"))
        lines = task.lines[begin : task.asked]
        events = [{"timestamp": _EPOCH, "message": f"{line}\n"} for line in lines]
        return {"events": events, "nextForwardToken": str(begin + len(lines))}

    # Tasks of ECS

    def _run_task(self, given: dict[str, Any]) -> dict[str, Any]:
        if failure := self.next_task.get("failure"):
            return {"tasks": [], "failures": [{"reason": failure}]}
        number = f"{next(self._numbers):032x}"
        arn = f"arn:aws:ecs:eu-west-1:{_ACCOUNT}:task/cluster/{number}"
        is_migration = given["taskDefinition"].endswith("-migrate")
        wanted = self.next_task if is_migration else {}
        self.tasks[number] = Task(
            arn,
            given["taskDefinition"],
            self._definition(given["taskDefinition"])["taskDefinitionArn"],
            wanted.get("exit_code", 0),
            wanted.get("reason", ""),
            wanted.get("lines", [f"{given['taskDefinition']} is done"]),
            held=wanted.get("held", False),
        )
        return {"tasks": [{"taskArn": arn, "lastStatus": "PENDING"}], "failures": []}

    def _list_tasks(self, given: dict[str, Any]) -> dict[str, Any]:
        return {
            "taskArns": [
                t.arn for t in self.tasks.values() if t.family == given["family"] and not t.is_over()
            ]
        }

    def _describe_tasks(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"tasks": [self._task(arn.rpartition("/")[2]) for arn in given["tasks"]], "failures": []}

    def _task(self, number: str) -> dict[str, Any]:
        task = self.tasks[number]
        task.asked += 1
        described: dict[str, Any] = {
            "taskArn": task.arn,
            "taskDefinitionArn": task.definition,
            "lastStatus": "RUNNING",
            "containers": [{"name": "c"}],
        }
        if task.is_over():
            ended = {"name": "c", "exitCode": task.exit_code} if task.exit_code is not None else {"name": "c"}
            described |= {"lastStatus": "STOPPED", "stoppedReason": task.reason, "containers": [ended]}
        return described

    # Services of ECS

    def _describe_task_definition(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"taskDefinition": self._definition(given["taskDefinition"])}

    def _update_service(self, given: dict[str, Any]) -> dict[str, Any]:
        service = self.services[given["service"]]
        service.starting = 3 if given.get("desiredCount", 0) > service.desired else 0
        service.desired = given.get("desiredCount", service.desired)
        if given.get("forceNewDeployment"):
            self._begin(service, service.definition)
        return {"service": self._described(self.services[given["service"]])}

    def _describe_services(self, given: dict[str, Any]) -> dict[str, Any]:
        return {
            "services": [self._described(self.services[name]) for name in given["services"]],
            "failures": [],
        }

    def _list_service_deployments(self, given: dict[str, Any]) -> dict[str, Any]:
        found = self.services[given["service"]]
        arn = f"arn:aws:ecs:eu-west-1:{_ACCOUNT}:service-deployment/cluster/{found.name}/{found.number}"
        brief = {"serviceDeploymentArn": arn, "status": found.status, "createdAt": _EPOCH + found.number}
        return {"serviceDeployments": [brief]}

    def _describe_service_deployments(self, given: dict[str, Any]) -> dict[str, Any]:
        arn = given["serviceDeploymentArns"][0]
        service = self.services[arn.split("/")[2]]
        service.asked += 1
        if service.status == "IN_PROGRESS" and service.asked > 1 and not service.held:
            self._end(service)
        rolled_back = service.status.startswith("ROLLBACK")
        deployment: dict[str, Any] = {
            "serviceDeploymentArn": arn,
            "status": service.status,
            "createdAt": _EPOCH + service.number,
            "targetServiceRevision": {
                "arn": f"{arn}/revision",
                "requestedTaskCount": service.desired,
                "runningTaskCount": 0 if rolled_back else service.desired,
                "pendingTaskCount": 0,
            },
        }
        if rolled_back:
            deployment["statusReason"] = (
                "Service deployment rolled back because the circuit breaker threshold was exceeded."
            )
            deployment["deploymentCircuitBreaker"] = {
                "status": "TRIGGERED",
                "failureCount": 3,
                "threshold": 3,
            }
            deployment["alarms"] = {
                "status": "TRIGGERED",
                "triggeredAlarmNames": ["slipway-dev-users-api-errors"],
            }
        return {"serviceDeployments": [deployment], "failures": []}

    def _begin(self, service: Service, definition: str) -> None:
        service.before, service.definition = service.definition, definition
        service.number, service.status, service.asked = next(self._numbers) + 1, "IN_PROGRESS", 0
        service.ends, service.held = self.ends.get(service.name, "SUCCESSFUL"), service.name in self.holds

    def _end(self, service: Service) -> None:
        service.status = service.ends
        if service.ends.startswith("ROLLBACK"):
            service.definition = service.before

    def _described(self, service: Service) -> dict[str, Any]:
        service.starting = max(0, service.starting - 1)
        is_down = service.starting > 0 or service.status == "STOPPED"
        rollout = "IN_PROGRESS" if service.status == "IN_PROGRESS" else "COMPLETED"
        return {
            "serviceName": service.name,
            "taskDefinition": service.definition,
            "desiredCount": service.desired,
            "runningCount": 0 if is_down else service.desired,
            "pendingCount": 0,
            "deployments": [{"id": str(service.number), "status": "PRIMARY", "rolloutState": rollout}],
            "events": [{"id": "1", "createdAt": _EPOCH, "message": f"(service {service.name}) has begun"}],
        }

    def _definition(self, name: str) -> dict[str, Any]:
        family, _, revision = name.rpartition("/")[2].partition(":")
        return self.definitions[family][int(revision or 0) - 1]
