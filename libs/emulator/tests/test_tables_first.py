"""Files that come at once stand before nobody's call of a table."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from emulator.tables_first import TablesFirst


class Recorder:
    """An application that notes what it begins and ends, and works for a few rounds of the event loop."""

    def __init__(self) -> None:
        self.noted: list[str] = []
        self.at_work = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"].decode()
        self.noted.append(f"{scope['path']} begins with {body}")
        self.at_work.set()
        for _ in range(3):
            await asyncio.sleep(0)
        self.noted.append(f"{scope['path']} ends")


def request(app: TablesFirst, service: str, name: str, *pieces: bytes) -> Coroutine[Any, Any, None]:
    chunks = pieces or (b"x",)
    messages = iter(
        {"type": "http.request", "body": chunk, "more_body": number < len(chunks)}
        for number, chunk in enumerate(chunks, start=1)
    )

    async def receive() -> Any:
        await asyncio.sleep(0)
        return next(messages)

    async def send(_message: Any) -> None:
        """Take an answer."""

    length = str(sum(map(len, chunks))).encode()
    scope = {"type": "http", "method": "POST", "path": name, "service": service}
    return app({**scope, "headers": [(b"content-length", length)]}, receive, send)


def noted(*asked: tuple[str, ...], late: tuple[str, str] | None = None) -> list[str]:
    """Return what happened when all that is `asked` came at once, and `late` as the first of it had begun."""
    recorder = Recorder()

    async def run() -> None:
        app = TablesFirst(recorder, lambda scope: str(scope["service"]), 100)
        tasks = [asyncio.create_task(request(app, *one)) for one in asked]
        if late:
            await recorder.at_work.wait()
            await request(app, *late)
        await asyncio.gather(*tasks)

    asyncio.run(run())
    return recorder.noted


def test_files_are_taken_one_after_the_other() -> None:
    expected = [f"{name} {what}" for name in "abc" for what in ("begins with x", "ends")]
    assert noted(("s3", "a"), ("s3", "b"), ("s3", "c")) == expected


def test_a_call_of_a_table_waits_for_the_file_at_work_at_most() -> None:
    seen = noted(("s3", "a"), ("s3", "b"), ("s3", "c"), late=("dynamodb", "table"))
    assert seen.index("table ends") < seen.index("b begins with x")


def test_calls_of_tables_and_of_queues_wait_for_nobody() -> None:
    seen = noted(("dynamodb", "a"), ("dynamodb", "b"), ("sqs", "c"))
    assert seen[:3] == ["a begins with x", "b begins with x", "c begins with x"]


def test_a_body_that_came_in_pieces_is_passed_on_as_it_came() -> None:
    recorder = Recorder()
    app = TablesFirst(recorder, lambda scope: str(scope["service"]), 100)
    asyncio.run(request(app, "s3", "a", b"one", b"two"))
    assert recorder.noted[0] == "a begins with one"
