"""`dlq`, as the one who looks after the suite uses it, over real queues of the emulator."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from slipway import __main__ as entry
from slipway.commands import context
from slipway.deadletters.letters import DeadLetters
from slipway.deadletters.queues import DeadLetterQueue, named, queues_of
from slipway.local import resources
from slipway.local.suite import Suite
from slipway.manifest import load_all
from slipway.provision.accounts import Clients
from slipway.terminal.problems import FAILED, OK, USAGE

Dlq = Callable[..., int]
pytestmark = pytest.mark.xdist_group("running")


@pytest.fixture
def dlq(monkeypatch: pytest.MonkeyPatch, running: Suite) -> Dlq:
    """Runs `dlq` on the throwaway suite and returns its exit code."""
    monkeypatch.setattr(context, "ROOT", running.root)
    monkeypatch.setenv("SLIPWAY_STATE", str(running.state))

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["slipway", "dlq", *arguments])
        return entry._run()

    return run


class Queues:
    """Sends and receives beside the command."""

    def __init__(self, suite: Suite) -> None:
        self._target = resources.target(suite.emulator)
        self.sqs = Clients(self._target).sqs

    def url(self, name: str) -> str:
        return f"{self._target.endpoint_url}/{self._target.account}/{name}"

    def bury(self, body: str, reason: str | None = None) -> str:
        attributes = {"kind": {"DataType": "String", "StringValue": "job"}}
        if reason:
            attributes["reason"] = {"DataType": "String", "StringValue": reason}
        sent = self.sqs.send_message(
            QueueUrl=self.url("notes-jobs-dlq"),
            MessageBody=body,
            MessageAttributes=attributes,  # type: ignore[arg-type]
        )
        return sent["MessageId"]

    def received(self) -> list[tuple[str, list[str]]]:
        """Return what the worker would get next, and take it away: bodies, and names of attributes."""
        url = self.url("notes-jobs")
        found = []
        while messages := self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1, MessageAttributeNames=["All"]
        ).get("Messages"):
            for message in messages:
                found.append((message["Body"], sorted(message.get("MessageAttributes", {}))))
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return sorted(found)


@pytest.fixture
def queues(running: Suite) -> Iterator[Queues]:
    """The suite's queues, empty before and after."""
    queues = Queues(running)
    for name in ("notes-jobs", "notes-jobs-dlq"):
        queues.sqs.purge_queue(QueueUrl=queues.url(name))
    yield queues
    for name in ("notes-jobs", "notes-jobs-dlq"):
        queues.sqs.purge_queue(QueueUrl=queues.url(name))


def shown(dlq: Dlq, capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    capsys.readouterr()
    assert dlq(*arguments, "--json") == OK
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def test_every_dead_letter_queue_is_listed_with_its_messages(
    dlq: Dlq, queues: Queues, capsys: pytest.CaptureFixture[str]
) -> None:
    queues.bury("{}")
    expected = {"queue": "notes-jobs-dlq", "source": "notes-jobs", "service": "notes", "messages": 1}
    stream = {"queue": "notes-stream-dlq", "source": "notes-stream", "service": "notes", "messages": 0}
    assert shown(dlq, capsys, "list") == [expected, stream]
    assert dlq("list") == OK
    assert "notes-jobs-dlq" in capsys.readouterr().out


def test_messages_are_shown_with_their_reasons_as_often_as_one_asks(
    dlq: Dlq, queues: Queues, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = [queues.bury(f"job {number}", f"Invalid: no list {number}") for number in range(25)]
    ids.append(queues.bury("tried too often"))
    for _ in range(2):
        letters = shown(dlq, capsys, "show", "notes-jobs")
        assert {letter["id"] for letter in letters} == set(ids)
    reasons = {letter["body"]: letter["reason"] for letter in letters}
    assert reasons["job 7"] == "Invalid: no list 7"
    assert reasons["tried too often"] is None


def test_no_more_is_shown_than_asked_for(
    dlq: Dlq, queues: Queues, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(12):
        queues.bury(f"job {number}", "Invalid: [red]no[/red] list")
    assert len(shown(dlq, capsys, "show", "notes-jobs-dlq", "--limit", "5")) == 5
    assert dlq("show", "notes-jobs-dlq") == OK
    out = capsys.readouterr().out
    assert "[red]no[/red] list" in out
    assert "12 messages are shown." in out


def test_all_messages_are_sent_again_whole_but_for_the_reason(dlq: Dlq, queues: Queues) -> None:
    for number in range(12):
        queues.bury(f"job {number:02}", "Invalid: no list")
    assert dlq("redrive", "notes-jobs-dlq") == OK
    assert queues.received() == [(f"job {number:02}", ["kind"]) for number in range(12)]


def test_attributes_of_every_type_are_carried_along(dlq: Dlq, queues: Queues) -> None:
    queues.sqs.send_message(
        QueueUrl=queues.url("notes-jobs-dlq"),
        MessageBody="job",
        MessageAttributes={
            "kind": {"DataType": "String", "StringValue": "job"},
            "count": {"DataType": "Number.int", "StringValue": "7"},
            "trace": {"DataType": "Binary", "BinaryValue": bytes(range(256))},
        },
    )
    assert dlq("redrive", "notes-jobs-dlq") == OK
    [message] = queues.sqs.receive_message(
        QueueUrl=queues.url("notes-jobs"), WaitTimeSeconds=5, MessageAttributeNames=["All"]
    )["Messages"]
    assert {
        name: (one["DataType"], one.get("StringValue") or one.get("BinaryValue"))
        for name, one in message["MessageAttributes"].items()
    } == {
        "kind": ("String", "job"),
        "count": ("Number.int", "7"),
        "trace": ("Binary", bytes(range(256))),
    }


def test_only_the_messages_named_are_sent_again(
    dlq: Dlq, queues: Queues, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *others = [queues.bury(f"job {number}") for number in range(4)]
    assert dlq("redrive", "notes-jobs-dlq", first) == OK
    assert [body for body, _ in queues.received()] == ["job 0"]
    assert {letter["id"] for letter in shown(dlq, capsys, "show", "notes-jobs")} == set(others)


def test_an_unknown_id_moves_nothing(dlq: Dlq, queues: Queues, capsys: pytest.CaptureFixture[str]) -> None:
    known = queues.bury("job")
    assert dlq("redrive", "notes-jobs-dlq", known, "made-up") == USAGE
    assert "no message made-up" in capsys.readouterr().err
    assert queues.received() == []
    assert [letter["id"] for letter in shown(dlq, capsys, "show", "notes-jobs")] == [known]


def test_one_message_is_deleted_and_the_others_stay(
    dlq: Dlq, queues: Queues, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = queues.bury("job 1"), queues.bury("job 2")
    assert dlq("discard", "notes-jobs-dlq", first) == OK
    assert dlq("discard", "notes-jobs-dlq", first) == USAGE
    assert [letter["id"] for letter in shown(dlq, capsys, "show", "notes-jobs")] == [second]


class Records:
    """Parks records beside the command, as a reader of the table's stream does."""

    def __init__(self, suite: Suite) -> None:
        self._dynamodb = Clients(resources.target(suite.emulator)).dynamodb

    def park(self, reader: str, number: int) -> str:
        data = {"SequenceNumber": str(number), "ApproximateCreationDateTime": f"2026-01-0{number}"}
        self._dynamodb.put_item(
            TableName="notes",
            Item={
                "pk": {"S": f"STREAM#{reader}#ASIDE"},
                "sk": {"S": str(number)},
                "record": {"S": json.dumps({"dynamodb": data})},
                "reason": {"S": f"Invalid: no post {number}"},
            },
        )
        return f"{reader}:{number}"

    def kept(self) -> dict[str, list[str]]:
        """Return the sort keys of what is in the table by partition key."""
        found: dict[str, list[str]] = {}
        for item in self._dynamodb.scan(TableName="notes", ConsistentRead=True)["Items"]:
            found.setdefault(item["pk"]["S"], []).append(item["sk"]["S"])
        return {partition: sorted(sorts) for partition, sorts in found.items()}

    def clear(self) -> None:
        for partition, sorts in self.kept().items():
            for sort in sorts:
                self._dynamodb.delete_item(TableName="notes", Key={"pk": {"S": partition}, "sk": {"S": sort}})


@pytest.fixture
def records(running: Suite) -> Iterator[Records]:
    records = Records(running)
    yield records
    records.clear()


def test_records_of_a_stream_that_were_parked_are_shown_with_their_reasons(
    dlq: Dlq, records: Records, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = [records.park("upkeep", 2), records.park("mails", 1)]
    counts = {one["queue"]: one["messages"] for one in shown(dlq, capsys, "list")}
    assert counts["notes-stream-dlq"] == 2
    letters = shown(dlq, capsys, "show", "notes-stream")
    assert [(one["id"], one["reason"]) for one in letters] == [
        (ids[1], "Invalid: no post 1"),
        (ids[0], "Invalid: no post 2"),
    ]
    assert len(shown(dlq, capsys, "show", "notes-stream-dlq", "--limit", "1")) == 1


def test_a_parked_record_is_moved_to_where_its_reader_hears_of_it(
    dlq: Dlq, records: Records, capsys: pytest.CaptureFixture[str]
) -> None:
    first, _second, third = (records.park("mails", number) for number in (1, 2, 3))
    assert dlq("redrive", "notes-stream", first, "mails:9") == USAGE
    assert "no record mails:9" in capsys.readouterr().err
    assert dlq("redrive", "notes-stream", first) == OK
    assert dlq("discard", "notes-stream", third) == OK
    assert records.kept() == {"STREAM#mails#AGAIN": ["1"], "STREAM#mails#ASIDE": ["2"]}
    assert dlq("redrive", "notes-stream-dlq") == OK
    assert records.kept() == {"STREAM#mails#AGAIN": ["1", "2"]}


def test_an_unknown_queue_lists_what_there_is(
    dlq: Dlq, queues: Queues, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dlq("show", "nothing") == USAGE
    assert "one of: notes-jobs-dlq" in capsys.readouterr().err


def test_while_the_suite_is_down_it_says_what_to_do(
    dlq: Dlq, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLIPWAY_STATE", str(tmp_path))
    assert dlq("list") == FAILED
    assert "next: start it: ./slipway up" in capsys.readouterr().err


def test_a_message_that_comes_back_at_once_is_sent_again_only_once(queues: Queues) -> None:
    """A worker may bury it again before the command is done: that one is for another time."""
    queue = DeadLetterQueue("notes-jobs-dlq", "notes-jobs-dlq", "notes", "worker")
    for number in range(3):
        queues.bury(f"job {number}")
    assert DeadLetters(queues.sqs, queue, queues.url).redrive() == 3


def test_every_queue_of_every_service_has_its_dead_letters_listed() -> None:
    manifests = load_all(Path(__file__).parents[4])
    queues = queues_of(manifests)
    sources = {queue.name for manifest in manifests.values() for queue in manifest.queues}
    assert {"media-uploads", "todos-users-events"} <= sources
    assert {queue.source for queue in queues} == sources
    assert named(queues, "todos-users-events-dlq").service == "todos"
