"""The process in which pictures are decoded: `python -m media.imaging.child`.

It reads one JSON request per line, forks for each, and writes one JSON answer per line. The fork confines
itself (see `confinement`) and may die as it likes; this process only waits, and kills it when it hangs or
says too much. `isolated` in an answer is whether the kernel let it have namespaces of its own.
Forking from a process that has Pillow loaded costs a tenth of starting Python each time.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from media.errors import Unreadable
from media.imaging import confinement
from media.imaging.render import render

WALL_SECONDS = 30.0
LARGEST_ANSWER = 64 * 1024
_TOO_MUCH = "The picture takes too much time or memory to read."


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    for line in requests:
        answers.write(json.dumps(run(json.loads(line))).encode() + b"\n")
        answers.flush()


def run(request: dict[str, str], wall: float = WALL_SECONDS) -> dict[str, Any]:
    """Render in a fork, and return its answer or what became of it."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _be_the_child(request, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = _await(pipe, wall)
    if answer is None:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return _parsed(answer) if answer else _post_mortem(status, hung=answer is None)


def answer_to(request: dict[str, str]) -> dict[str, Any]:
    """Render and say how it went."""
    try:
        rendered = render(Path(request["source"]), Path(request["folder"]))
    except Unreadable as error:
        return {"unreadable": str(error)}
    return {
        "content_type": rendered.content_type,
        "width": rendered.width,
        "height": rendered.height,
        "renderings": [
            [each.name, each.width, each.height, each.content_type, each.path.name]
            for each in rendered.renderings
        ],
    }


def _await(pipe: BinaryIO, wall: float) -> bytes | None:
    """Return all that the child wrote, or None when it did not end in time or wrote too much."""
    deadline = time.monotonic() + wall
    collected = b""
    while (left := deadline - time.monotonic()) > 0:
        if select.select([pipe], [], [], left)[0]:
            chunk = os.read(pipe.fileno(), 65536)
            if not chunk:
                return collected
            collected += chunk
            if len(collected) > LARGEST_ANSWER:
                return None
    return None


def _parsed(answer: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(answer)
    except ValueError:
        parsed = None
    return parsed if isinstance(parsed, dict) else {"failed": "its answer is none"}


def _post_mortem(status: int, *, hung: bool) -> dict[str, Any]:
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        return {"unreadable": _TOO_MUCH}
    return {"failed": "it hung" if hung else f"it ended with status {status}"}


def _be_the_child(request: dict[str, str], writer: int) -> NoReturn:
    code = 1
    try:
        isolated = confinement.confine(writer)
        os.write(writer, json.dumps(answer_to(request) | {"isolated": isolated}).encode())
        code = 0
    except BaseException:  # noqa: BLE001  # the process ends here either way
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code)


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
