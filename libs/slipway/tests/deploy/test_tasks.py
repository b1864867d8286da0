"""One-off tasks of a release: started once, their log shown, their end judged."""

from collections.abc import Mapping
from typing import Any

import pytest
from libs.slipway.tests.deploy.fakes import FakeAws, refused
from libs.slipway.tests.deploy.samples import TARGET, TODOS

from slipway.deploy import tasks
from slipway.deploy.tasks import OneOffTask
from slipway.terminal.problems import Problem

MIGRATE = OneOffTask("migrate of todos", "todos-migrate", "sg-1", "/shop/todos/migrate", "migrate/todos")


class Account:
    """An account in which tasks end as they are told to, and print lines."""

    def __init__(self) -> None:
        self.running: dict[str, str] = {}
        self.ends: dict[str, dict[str, Any]] = {}
        self.failures: list[dict[str, str]] = []
        self.pages: list[list[str]] = []
        self.log_refusal = ""

    def aws(self) -> FakeAws:
        return FakeAws(
            answers={
                "list_tasks": lambda _asked: {"taskArns": list(self.running)},
                "describe_tasks": self._describe,
                "describe_task_definition": lambda _asked: {"taskDefinition": {"taskDefinitionArn": "d:2"}},
                "run_task": self._run,
                "get_log_events": self._log,
            }
        )

    def _describe(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        found = [
            {"taskArn": arn, "taskDefinitionArn": self.running.get(arn, ""), **self._end(arn)}
            for arn in asked["tasks"]
        ]
        return {"tasks": [one for one in found if one["lastStatus"] != "GONE"]}

    def _end(self, arn: str) -> dict[str, Any]:
        return {"lastStatus": "STOPPED", "containers": [{"exitCode": 0}], **self.ends.get(arn, {})}

    def _run(self, _asked: Mapping[str, Any]) -> dict[str, Any]:
        return {"failures": self.failures, "tasks": [] if self.failures else [{"taskArn": "t/new"}]}

    def _log(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        if self.log_refusal:
            raise refused(self.log_refusal)
        place = int(asked.get("nextToken", "0"))
        events = [{"message": line} for line in (self.pages[place] if place < len(self.pages) else [])]
        return {"events": events, "nextForwardToken": str(min(place + 1, len(self.pages)))}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account that is asked three times at most, without pauses."""
    monkeypatch.setattr(tasks, "poll", lambda _seconds: iter((0.0, 1.0, 2.0)))
    return Account()


def started(aws: FakeAws) -> int:
    return len(aws.asked_for("run_task"))


def test_a_task_runs_in_the_private_subnets_and_ends_well(account: Account) -> None:
    aws = account.aws()
    tasks.run(aws, TARGET, MIGRATE, timeout=60)
    (asked,) = aws.asked_for("run_task")
    network = asked["networkConfiguration"]["awsvpcConfiguration"]
    assert network == {
        "subnets": ["subnet-a", "subnet-b"],
        "securityGroups": ["sg-1"],
        "assignPublicIp": "DISABLED",
    }
    assert "overrides" not in asked


def test_the_same_task_of_an_interrupted_deployment_is_awaited_and_not_run_again(account: Account) -> None:
    account.running = {"t/old": "d:2"}
    aws = account.aws()
    tasks.run(aws, TARGET, MIGRATE, timeout=60)
    assert started(aws) == 0


def test_a_task_of_another_release_is_awaited_and_then_the_right_one_is_run(account: Account) -> None:
    account.running = {"t/old": "d:1"}
    account.ends = {"t/old": {"containers": [{"exitCode": 1}]}}
    aws = account.aws()
    tasks.run(aws, TARGET, MIGRATE, timeout=60)
    assert started(aws) == 1


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ({"containers": [{"exitCode": 3}]}, "exit code 3"),
        ({"containers": [{"reason": "CannotPullContainerError"}]}, "never ran: CannotPullContainerError"),
        ({"containers": [], "stoppedReason": "no capacity"}, "never ran: no capacity"),
        ({"containers": []}, "never ran: AWS gives no reason"),
        ({"lastStatus": "GONE"}, "never ran: AWS gives no reason"),
    ],
)
def test_a_task_that_does_not_end_well_says_why_and_that_nothing_has_changed(
    account: Account, end: dict[str, Any], words: str
) -> None:
    account.ends = {"t/new": end}
    with pytest.raises(Problem, match=words) as caught:
        tasks.run(account.aws(), TARGET, MIGRATE, timeout=60)
    assert "what was in service still is" in caught.value.next_step


def test_a_task_that_cannot_be_started_says_why(account: Account) -> None:
    account.failures = [{"reason": "RESOURCE:MEMORY"}]
    with pytest.raises(Problem, match="could not be started: RESOURCE:MEMORY"):
        tasks.run(account.aws(), TARGET, MIGRATE, timeout=60)


def test_a_task_that_still_runs_when_time_is_up_says_where_its_log_is(account: Account) -> None:
    account.ends = {"t/new": {"lastStatus": "RUNNING"}}
    with pytest.raises(Problem, match="still runs after 1 minutes") as caught:
        tasks.run(account.aws(), TARGET, MIGRATE, timeout=60)
    assert "/shop/todos/migrate" in caught.value.next_step


def test_its_log_is_shown_whole_and_each_line_once(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    account.pages = [["one", "two"], ["three"]]
    tasks.run(account.aws(), TARGET, MIGRATE, timeout=60)
    shown = [line.strip() for line in capsys.readouterr().out.splitlines() if "|" in line]
    assert shown == ["| one", "| two", "| three"]


def test_a_log_that_is_not_there_yet_is_no_trouble(account: Account) -> None:
    account.log_refusal = "ResourceNotFoundException"
    tasks.run(account.aws(), TARGET, MIGRATE, timeout=60)


def test_a_log_that_may_not_be_read_is_said(account: Account) -> None:
    account.log_refusal = "AccessDeniedException"
    with pytest.raises(Problem, match="AccessDeniedException"):
        tasks.run(account.aws(), TARGET, MIGRATE, timeout=60)


def test_a_command_runs_in_the_services_own_task_in_place_of_its_command(account: Account) -> None:
    aws = account.aws()
    command = ("grant", "anna@example.com", "posts:write")
    tasks.run_command(aws, TARGET, tasks.of_command("todos", TODOS, command), timeout=60)
    (asked,) = aws.asked_for("run_task")
    assert asked["overrides"] == {"containerOverrides": [{"name": "todos", "command": list(command)}]}


def test_a_service_without_a_task_has_no_commands() -> None:
    bare = TODOS.model_copy(update={"one_off_tasks": {}})
    with pytest.raises(Problem, match="no one-off task") as caught:
        tasks.of_command("todos", bare, ("grant",))
    assert "--apply" in caught.value.next_step


def test_databases_are_prepared_before_they_are_migrated() -> None:
    prepared = TARGET.model_copy(update={"preparations": {"todos": _Preparation(), "users": _Preparation()}})
    titles = [one.title for one in tasks.of_release(prepared, {"todos": TODOS})]
    assert titles == ["prepare the database of todos", "migrate of todos"]


class _Preparation:
    task, security_group, log_group = "todos-prepare", "sg-2", "/shop/prepare"
