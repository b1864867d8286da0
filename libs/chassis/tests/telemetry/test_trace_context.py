from __future__ import annotations

from threading import Thread

import pytest

from chassis.telemetry import trace_context

PARENT = f"00-{'a' * 32}-{'b' * 16}-00"


def test_a_well_formed_parent_is_continued_with_a_span_of_our_own() -> None:
    trace = trace_context.start(PARENT)
    assert (trace.trace_id, trace.flags) == ("a" * 32, "00")
    assert trace.span_id != "b" * 16
    assert trace.traceparent == f"00-{'a' * 32}-{trace.span_id}-00"


@pytest.mark.parametrize(
    "parent",
    [
        None,
        "",
        "garbage",
        PARENT.upper(),
        PARENT + "-more",
        PARENT + "\n",
        f"ff-{'a' * 32}-{'b' * 16}-00",
        f"00-{'0' * 32}-{'b' * 16}-00",
        f"00-{'a' * 32}-{'0' * 16}-00",
        f"00-{'a' * 31}-{'b' * 16}-00",
    ],
)
def test_anything_else_begins_a_new_trace(parent: str | None) -> None:
    trace = trace_context.start(parent)
    assert trace.trace_id not in {"a" * 32, "0" * 32}
    assert trace.flags == "01"


@pytest.mark.parametrize("request_id", ["12345678", "A-b_c.d9" * 16])
def test_a_request_id_that_fits_is_taken_over(request_id: str) -> None:
    assert trace_context.start(request_id=request_id).request_id == request_id


@pytest.mark.parametrize(
    "request_id", [None, "", "1234567", "x" * 129, "with space", "line\n12345678", "12345678\n"]
)
def test_another_request_id_is_replaced(request_id: str | None) -> None:
    made = trace_context.start(request_id=request_id).request_id
    assert made != request_id
    assert len(made) == 36


def test_outside_a_trace_nothing_goes_out() -> None:
    assert trace_context.current() is None
    assert trace_context.outgoing_headers() == {}


def test_the_next_hop_gets_a_span_of_its_own_in_the_same_trace() -> None:
    with trace_context.active(trace_context.start(PARENT, "request-1")) as trace:
        first, second = trace_context.outgoing_headers(), trace_context.outgoing_headers()
    assert first["X-Request-Id"] == "request-1"
    assert first["traceparent"].startswith(f"00-{'a' * 32}-")
    assert len({first["traceparent"], second["traceparent"], trace.traceparent}) == 3


def test_a_trace_belongs_to_its_thread() -> None:
    seen: list[object] = []
    with trace_context.active(trace_context.start()):
        other = Thread(target=lambda: seen.append(trace_context.current()))
        other.start()
        other.join()
    assert seen == [None]


def test_after_the_block_the_trace_before_is_back() -> None:
    with trace_context.active(trace_context.start()) as outer:
        with trace_context.active(trace_context.start()):
            pass
        assert trace_context.current() is outer
