"""One-off tasks of a release: run in AWS, their log shown, their exit code awaited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slipway.deploy.aws import AwsAccount, Refused
from slipway.deploy.reporting import note
from slipway.deploy.target import Service, Target
from slipway.deploy.waiting import poll
from slipway.terminal.problems import Problem


@dataclass(frozen=True)
class OneOffTask:
    """A task to run once: what it is called, its definition, where its log goes."""

    title: str
    family: str
    security_group: str
    log_group: str
    stream: str  # prefix of the log's stream, without the task's id
    container: str = ""  # whose command is replaced by `command`, where there is one
    command: tuple[str, ...] = ()


def preparations(target: Target, services: Mapping[str, Service]) -> list[OneOffTask]:
    """Return the tasks that make databases and give their roles the present passwords."""
    return [
        OneOffTask(
            f"prepare the database of {name}", one.task, one.security_group, one.log_group, "prepare/prepare"
        )
        for name, one in target.preparations.items()
        if name in services
    ]


def of_release(target: Target, services: Mapping[str, Service]) -> list[OneOffTask]:
    """Return the one-off tasks of a release in their order: databases are prepared, then migrated."""
    migrated = [
        OneOffTask(f"{role} of {name}", family, one.security_group, one.log_groups[role], f"{role}/{name}")
        for name, one in services.items()
        for role, family in one.one_off_tasks.items()
    ]
    return [*preparations(target, services), *migrated]


def of_command(service: str, one: Service, command: tuple[str, ...]) -> OneOffTask:
    """Return the task that runs a command of the service: the first of its one-off tasks, told otherwise.

    Raises Problem for a service that has no one-off task.
    """
    for role, family in one.one_off_tasks.items():
        title, stream = f"{command[0]} of {service}", f"{role}/{service}"
        return OneOffTask(title, family, one.security_group, one.log_groups[role], stream, service, command)
    raise Problem(
        f"{service} has no one-off task in this environment", next_step="deploy it with --apply first"
    )


def run_command(aws: AwsAccount, target: Target, task: OneOffTask, *, timeout: float) -> None:
    """Run a command's task and wait for its end, whatever else runs. Raises Problem unless it ends with 0."""
    _judge(task, _ended(aws, target, task, _start(aws, target, task), timeout))


def run(aws: AwsAccount, target: Target, task: OneOffTask, *, timeout: float) -> None:
    """Run the task and wait for its end. Raises Problem unless it ends with exit code 0.

    What an interrupted deployment has left running is awaited first: when it is this very task, its
    end is the answer; when it is another release's, the task is run after it.
    """
    for arn, definition in _running(aws, target, task).items():
        ended = _ended(aws, target, task, arn, timeout)
        if definition == _latest(aws, task):
            _judge(task, ended)
            return
    arn = _start(aws, target, task)
    _judge(task, _ended(aws, target, task, arn, timeout))


def _ended(aws: AwsAccount, target: Target, task: OneOffTask, arn: str, timeout: float) -> dict[str, Any]:
    """Return how a task has ended, after showing its log. Raises Problem when time is up."""
    log = _Log(aws, task.log_group, f"{task.stream}/{arn.rpartition('/')[2]}")
    note(f"{task.title}: task {arn}")
    for _ in poll(timeout):
        found = aws.call("ecs", "describe_tasks", cluster=target.cluster, tasks=[arn])["tasks"]
        log.show()
        if not found or found[0]["lastStatus"] == "STOPPED":
            log.show()
            return dict(found[0]) if found else {}
    raise Problem(
        f"{task.title} still runs after {timeout / 60:.0f} minutes",
        next_step=f"look at its log in {task.log_group}; then run the command again, it goes on waiting",
    )


def _running(aws: AwsAccount, target: Target, task: OneOffTask) -> dict[str, str]:
    """Return the tasks of this kind that run already, by ARN: the task definition of each."""
    arns = aws.call("ecs", "list_tasks", cluster=target.cluster, family=task.family, desiredStatus="RUNNING")
    if not arns["taskArns"]:
        return {}
    found = aws.call("ecs", "describe_tasks", cluster=target.cluster, tasks=arns["taskArns"])["tasks"]
    return {one["taskArn"]: one["taskDefinitionArn"] for one in found}


def _latest(aws: AwsAccount, task: OneOffTask) -> str:
    answer = aws.call("ecs", "describe_task_definition", taskDefinition=task.family)
    return str(answer["taskDefinition"]["taskDefinitionArn"])


def _start(aws: AwsAccount, target: Target, task: OneOffTask) -> str:
    answer = aws.call(
        "ecs",
        "run_task",
        cluster=target.cluster,
        taskDefinition=task.family,
        launchType="FARGATE",
        startedBy="slipway-deploy",
        **_overrides(task),
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": list(target.subnets),
                "securityGroups": [task.security_group],
                "assignPublicIp": "DISABLED",
            }
        },
    )
    if answer.get("failures") or not answer.get("tasks"):
        reasons = ", ".join(str(one.get("reason")) for one in answer.get("failures", [])) or "no reason given"
        raise Problem(
            f"{task.title} could not be started: {reasons}",
            next_step="correct that and run the command again",
        )
    return str(answer["tasks"][0]["taskArn"])


def _overrides(task: OneOffTask) -> dict[str, Any]:
    if not task.command:
        return {}
    return {"overrides": {"containerOverrides": [{"name": task.container, "command": list(task.command)}]}}


def _judge(task: OneOffTask, ended: dict[str, Any]) -> None:
    container: dict[str, Any] = next(iter(ended.get("containers", [])), {})
    code = container.get("exitCode")
    if code == 0:
        note(f"{task.title}: exit code 0")
        return
    reason = container.get("reason") or ended.get("stoppedReason") or "AWS gives no reason"
    what = f"exit code {code}" if code is not None else f"it never ran: {reason}"
    raise Problem(
        f"{task.title} failed: {what}",
        next_step=f"its log is above and in {task.log_group}; what was in service still is. "
        "Correct the cause and deploy again",
    )


@dataclass
class _Log:
    """A log stream, shown as it grows; it appears only when the task has something to say."""

    aws: AwsAccount
    group: str
    stream: str
    _position: dict[str, str] = field(default_factory=dict)

    def show(self) -> None:
        while True:
            # Shown once: the same line with a position says no more.
            ask = self.aws.ask if self._position else self.aws.call
            try:
                page = ask(
                    "logs",
                    "get_log_events",
                    logGroupName=self.group,
                    logStreamName=self.stream,
                    startFromHead=True,
                    **self._position,
                )
            except Refused as error:
                if error.reason != "ResourceNotFoundException":
                    raise
                return
            for event in page["events"]:
                note(f"| {event['message'].rstrip()}")
            token = page.get("nextForwardToken", "")
            if not page["events"] or token == self._position.get("nextToken"):
                return
            self._position = {"nextToken": token}
