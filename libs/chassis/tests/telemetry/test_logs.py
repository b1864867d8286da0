from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.telemetry import logs, trace_context
from chassis.telemetry.request_recorder import RequestRecorder


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_is_json_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("notes")
    before = datetime.now(UTC)
    logging.getLogger("notes.store").info("note written", extra={"note": "n1", "count": 3})
    [line] = lines(capsys)
    moment = datetime.fromisoformat(line.pop("time"))
    assert before - timedelta(milliseconds=1) <= moment <= datetime.now(UTC)
    assert line == {
        "level": "INFO",
        "logger": "notes.store",
        "message": "note written",
        "service": "notes",
        "note": "n1",
        "count": 3,
    }


def test_times_are_utc_with_milliseconds(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("notes")
    logging.getLogger("x").info("one")
    time = lines(capsys)[0]["time"]
    assert time.endswith("Z")
    assert len(time) == len("2026-01-31T12:00:00.000Z")


def test_a_line_in_a_trace_carries_its_ids(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("notes")
    with trace_context.active(trace_context.start(request_id="request-1")) as trace:
        logging.getLogger("x").info("inside")
    logging.getLogger("x").info("outside")
    inside, outside = lines(capsys)
    assert (inside["request_id"], inside["trace_id"]) == ("request-1", trace.trace_id)
    assert "request_id" not in outside


def test_a_text_cannot_make_a_second_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("notes")
    logging.getLogger("x").info("a", extra={"name_of_note": 'x\n{"level": "ERROR"}\r\u2028'})
    assert len(lines(capsys)) == 1


@pytest.mark.parametrize(
    "name", ["password", "new_password", "access_token", "Authorization", "set_cookie", "signature", "SECRET"]
)
def test_a_field_with_a_telling_name_is_masked(capsys: pytest.CaptureFixture[str], name: str) -> None:
    logs.configure("notes")
    logging.getLogger("x").info("a", extra={name: "hunter2"})
    assert lines(capsys)[0][name] == "***"


def test_so_is_one_inside_another_field(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("notes")
    headers = {"Authorization": "Bearer hunter2", "Accept": "text/html"}
    logging.getLogger("x").info("a", extra={"sent": [{"headers": headers}]})
    assert lines(capsys)[0]["sent"] == [{"headers": {"Authorization": "***", "Accept": "text/html"}}]


def test_what_is_no_json_is_written_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("notes")
    logging.getLogger("x").info("a", extra={"odd": object(), "raw": b"\xff"})
    assert len(lines(capsys)) == 1


def test_an_exception_is_one_field_of_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("notes")
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        logging.getLogger("x").exception("failed")
    [line] = lines(capsys)
    assert "ZeroDivisionError: division by zero" in line["exc_info"]


def test_configuring_twice_does_not_write_twice(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("notes")
    logs.configure("notes")
    logging.getLogger("x").info("a")
    assert len(lines(capsys)) == 1


def test_the_level_is_kept_and_chatty_libraries_are_quieter(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("notes", "INFO")
    logging.getLogger("x").debug("a")
    logging.getLogger("botocore.credentials").info("found credentials")
    logging.getLogger("botocore").warning("careful")
    assert [line["message"] for line in lines(capsys)] == ["careful"]


def test_a_value_that_contains_itself_does_not_end_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("notes")
    loop: dict[str, object] = {}
    loop["self"] = loop
    logging.getLogger("x").info("a", extra={"loop": loop})
    logging.getLogger("x").info("b")
    assert "b" in capsys.readouterr().out


def test_a_requests_line_is_the_same_whether_logging_writes_it_or_it_is_written_directly(
    capfd: pytest.CaptureFixture[str],
) -> None:
    logs.configure("notes")
    trace = trace_context.start(request_id="request-1")
    odd = '/käse/"\\\n\u2028/' + "x" * 600
    lines = []
    for _ in ("directly", "by logging"):
        with trace_context.active(trace):
            RequestRecorder().record(trace, "GET", "/v1/<word>", odd, 404, 0.0012345)
        lines.append(json.loads(capfd.readouterr().out))
        assert datetime.fromisoformat(lines[-1].pop("time")).utcoffset() == timedelta()
        logging.root.addHandler(logging.NullHandler())  # another one listens, too
    assert lines[0] == lines[1]
    assert lines[0]["duration_ms"] == 1.23
    assert list(lines[0])[:3] == ["level", "logger", "message"]


def test_of_what_went_well_a_share_is_logged_and_of_what_failed_all(
    capfd: pytest.CaptureFixture[str],
) -> None:
    logs.configure("notes")
    recorder = RequestRecorder(share=0.25)
    trace = trace_context.start()
    for _ in range(400):
        recorder.record(trace, "GET", "/v1/notes", "/v1/notes", 200, 0.001)
    assert 20 < len(capfd.readouterr().out.splitlines()) < 200
    for status in (400, 404, 500):
        recorder.record(trace, "GET", "/v1/notes", "/v1/notes", status, 0.001)
    assert len(capfd.readouterr().out.splitlines()) == 3


def test_a_reader_of_the_log_who_is_gone_fails_no_request() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    logs.DirectOutput("notes", writing).write("{}\n")
    os.close(writing)
