from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from libs.chassis.tests.fake_sqs import FakeSqs

from chassis.errors import Conflict, Denied, Gone, Invalid, Malformed, NotFound, Stale, TooMany, Transient
from chassis.messages.consumer import Consumer
from chassis.messages.worker import Worker
from chassis.process.background import Periodic
from chassis.telemetry import trace_context
from slipway.testing.aws import EmulatedAws

QUEUE, DEAD = "https://queue", "https://queue-dlq"


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> FakeSqs:
    monkeypatch.setattr("chassis.messages.worker._WAIT_SECONDS", 0.2)
    return FakeSqs()


def consumer(handle: Callable[[str], None], **options: int) -> Consumer:
    return Consumer("jobs", QUEUE, DEAD, handle, **options)


def deal(sqs: FakeSqs, handle: Callable[[str], None]) -> None:
    assert Worker(sqs.client(), []).handle_next(consumer(handle)) == 1


def failing(error: Exception) -> Callable[[str], None]:
    def handle(_: str) -> None:
        raise error

    return handle


@contextmanager
def running(worker: Worker) -> Iterator[threading.Event]:
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(120)
        assert not thread.is_alive()


def eventually(condition: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def test_an_empty_queue_gives_nothing_to_do(sqs: FakeSqs) -> None:
    assert Worker(sqs.client(), []).handle_next(consumer(failing(AssertionError()))) == 0


def test_what_was_dealt_with_is_gone(sqs: FakeSqs) -> None:
    seen: list[str] = []
    sqs.put(QUEUE, "hello")
    deal(sqs, seen.append)
    assert (seen, sqs.queues[QUEUE]) == (["hello"], [])


@pytest.mark.parametrize("error", [NotFound("x"), Gone("x")])
def test_what_is_about_something_that_is_gone_is_dealt_with(sqs: FakeSqs, error: Exception) -> None:
    sqs.put(QUEUE, "hello")
    deal(sqs, failing(error))
    assert sqs.queues[QUEUE] == []
    assert DEAD not in sqs.queues


@pytest.mark.parametrize(
    "error", [Transient("x"), Conflict("x"), Stale("x"), TooMany("x"), ZeroDivisionError("a bug")]
)
def test_what_may_succeed_later_comes_again_after_a_pause(sqs: FakeSqs, error: Exception) -> None:
    message = sqs.put(QUEUE, "hello")
    deal(sqs, failing(error))
    assert message.pauses == [1]
    assert DEAD not in sqs.queues


def test_the_pause_grows_and_is_bounded(sqs: FakeSqs) -> None:
    message = sqs.put(QUEUE, "hello")
    for _ in range(14):
        message.visible_at = 0
        deal(sqs, failing(Transient("x")))
    assert message.pauses[4] >= 8
    assert sum(message.pauses[:11]) > 900
    assert all(1 <= pause <= 900 for pause in message.pauses)


@pytest.mark.parametrize("error", [Invalid("bad field"), Malformed("no JSON"), Denied("not yours")])
def test_what_can_never_succeed_is_a_dead_letter_with_its_reason(sqs: FakeSqs, error: Exception) -> None:
    sqs.put(QUEUE, "hello")
    deal(sqs, failing(error))
    assert sqs.queues[QUEUE] == []
    [letter] = sqs.queues[DEAD]
    assert (letter.body, letter.reason) == ("hello", f"{type(error).__name__}: {error}")


@pytest.mark.parametrize("text", ["", "nul \0 bell \a", "half a pair \ud800", "\ufffe", "x" * 5000])
def test_a_reason_is_made_fit_to_be_sent(sqs: FakeSqs, text: str) -> None:
    sqs.put(QUEUE, "hello")
    deal(sqs, failing(Invalid(text)))
    reason = sqs.queues[DEAD][0].reason
    assert reason is not None
    assert reason.startswith("Invalid: ")
    assert len(reason) <= 1000
    assert not {"\0", "\a", "\ufffe"} & set(reason)


def test_a_message_is_kept_when_its_dead_letter_cannot_be_sent(sqs: FakeSqs) -> None:
    sqs.put(QUEUE, "hello")
    sqs.failing = {"send_message"}
    with running(Worker(sqs.client(), [consumer(failing(Invalid("x")))])):
        assert eventually(lambda: "send_message" in sqs.calls)
    assert len(sqs.queues[QUEUE]) == 1


def test_a_long_job_keeps_its_message(sqs: FakeSqs) -> None:
    handled: list[str] = []

    def handle(body: str) -> None:
        time.sleep(2.2)
        handled.append(body)

    sqs.put(QUEUE, "long")
    with running(Worker(sqs.client(), [consumer(handle, visibility_timeout=1, threads=2)])):
        assert eventually(lambda: not sqs.queues[QUEUE])
    assert handled == ["long"]


def test_a_job_goes_on_when_its_message_cannot_be_renewed(sqs: FakeSqs) -> None:
    sqs.put(QUEUE, "long")
    sqs.failing = {"change_message_visibility"}
    worker = Worker(sqs.client(), [])
    assert worker.handle_next(consumer(lambda _: time.sleep(0.6), visibility_timeout=1)) == 1
    assert "change_message_visibility" in sqs.calls
    assert sqs.queues[QUEUE] == []


def test_a_stop_lets_what_is_in_hand_finish(sqs: FakeSqs) -> None:
    begun, finished = threading.Event(), threading.Event()

    def handle(_: str) -> None:
        begun.set()
        time.sleep(0.5)
        finished.set()

    sqs.put(QUEUE, "one")
    with running(Worker(sqs.client(), [consumer(handle)])) as stop:
        assert begun.wait(60)
        sqs.put(QUEUE, "two")
        stop.set()
    assert finished.is_set()
    assert [message.body for message in sqs.queues[QUEUE]] == ["two"]


def test_a_queue_that_is_away_is_waited_for(sqs: FakeSqs) -> None:
    seen: list[str] = []
    sqs.away = True
    with running(Worker(sqs.client(), [consumer(seen.append)])):
        assert eventually(lambda: len(sqs.calls) >= 2)
        sqs.away = False
        sqs.put(QUEUE, "hello")
        assert eventually(lambda: seen == ["hello"])


def test_an_answer_that_makes_no_sense_does_not_end_the_consumer(
    sqs: FakeSqs, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[object] = [{"Messages": [{"Nonsense": 1}]}]
    seen: list[str] = []
    real = sqs.receive_message
    monkeypatch.setattr(
        sqs, "receive_message", lambda **request: answers.pop() if answers else real(**request)
    )
    sqs.put(QUEUE, "hello")
    with running(Worker(sqs.client(), [consumer(seen.append)])):
        assert eventually(lambda: seen == ["hello"])


def test_several_queues_and_periodic_work_go_on_side_by_side(sqs: FakeSqs) -> None:
    seen: list[str] = []
    swept = threading.Event()
    other = Consumer("other", "https://other", DEAD, seen.append)
    sqs.put(QUEUE, "a")
    sqs.put("https://other", "b")
    with running(Worker(sqs.client(), [consumer(seen.append), other], [Periodic("sweep", 60, swept.set)])):
        assert eventually(lambda: sorted(seen) == ["a", "b"])
        assert swept.wait(60)


@pytest.mark.parametrize(
    ("body", "known"),
    [
        (json.dumps({"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}), True),
        (json.dumps({"traceparent": 7}), False),
        ("[]", False),
        ("no json", False),
        ("[" * 100_000, False),
    ],
    ids=["event", "number", "list", "text", "deep"],
)
def test_a_message_carries_its_trace_where_it_has_one(sqs: FakeSqs, body: str, known: bool) -> None:
    traces: list[str] = []

    def handle(_: str) -> None:
        trace = trace_context.current()
        assert trace is not None
        traces.append(trace.trace_id)

    sqs.put(QUEUE, body)
    deal(sqs, handle)
    assert (traces == ["a" * 32]) is known
    assert trace_context.current() is None


_PROGRAM = """
import sys, time
from libs.chassis.tests.fake_sqs import FakeSqs
from chassis.messages.consumer import Consumer
from chassis.messages.worker import Worker

def handle(body):
    print("begun", flush=True)
    time.sleep(1)
    print("finished", flush=True)

sqs = FakeSqs()
sqs.put("q", "hello")
Worker(sqs.client(), [Consumer("jobs", "q", "d", handle)]).run()
print("stopped", len(sqs.queues["q"]), flush=True)
"""


def test_sigterm_stops_the_process_after_what_is_in_hand() -> None:
    process = subprocess.Popen([sys.executable, "-c", _PROGRAM], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=120)
    assert output.split("\n")[:2] == ["finished", "stopped 0"]
    assert process.returncode == 0


def test_on_the_real_queue_a_message_is_retried_dealt_with_or_dead(aws: EmulatedAws) -> None:
    sqs = aws.client("sqs")
    name = f"worker-{uuid4().hex[:8]}"
    urls = [sqs.create_queue(QueueName=f"{name}{suffix}")["QueueUrl"] for suffix in ("", "-dlq")]
    tries: list[str] = []

    def handle(body: str) -> None:
        tries.append(body)
        if body == "bad":
            raise Invalid("It \a is bad.")
        if tries.count("later") == 1 and body == "later":
            raise Transient("Not yet.")

    for body in ("good", "bad", "later"):
        sqs.send_message(QueueUrl=urls[0], MessageBody=body)
    with running(Worker(sqs, [Consumer("jobs", urls[0], urls[1], handle, visibility_timeout=30)])):
        assert eventually(lambda: len(tries) == 4, 20)
    assert sorted(tries) == ["bad", "good", "later", "later"]
    [letter] = sqs.receive_message(QueueUrl=urls[1], MessageAttributeNames=["All"])["Messages"]
    assert letter["MessageAttributes"]["reason"]["StringValue"] == "Invalid: It \ufffd is bad."
