"""The process in which pictures are decoded: `python -m media.imaging.child`.

It reads one JSON request per line, forks for each, and writes one JSON answer per line. The fork confines
itself (see `confinement`) and may die as it likes; this process only waits, and kills it when it hangs or
says too much. `isolated` and `shut_in` in an answer say what the kernel gave (see `confinement.Walls`).
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
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from media.errors import LimitExceeded, Unreadable, Unsupported
from media.imaging import confinement
from media.imaging.prepared import PictureLimits
from media.imaging.protocol import LARGEST_ANSWER, wall_seconds
from media.imaging.render import render

_TOO_MUCH = "The picture takes too much time or memory to read."
_BROKEN = "The picture cannot be read: its decoder fails."
_ITS_OWN_FAULT = frozenset({signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE})
"""Signals that a process brings on itself. SIGKILL comes from outside: it says nothing of the picture."""


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    for line in requests:
        answers.write(json.dumps(run(json.loads(line))).encode() + b"\n")
        answers.flush()


def run(request: dict[str, Any], wall: float | None = None) -> dict[str, Any]:
    """Render in a fork, and return its answer or what became of it."""
    wall = wall_seconds(_limits(request)) if wall is None else wall
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


def answer_to(request: dict[str, Any]) -> dict[str, Any]:
    """Render and say how it went; a request without a source asks for what the kernel gives, only."""
    if "source" not in request:
        return {}
    try:
        rendered = render(Path(request["source"]), Path(request["folder"]), _limits(request))
    except Unreadable as error:
        return {"unreadable": str(error)}
    except LimitExceeded as error:
        return {"exceeded": str(error)}
    except Unsupported as error:
        return {"unsupported": str(error)}
    return {
        "content_type": rendered.content_type,
        "width": rendered.width,
        "height": rendered.height,
        "renderings": [
            [each.name, each.width, each.height, each.content_type, each.path.name, each.fallback.name]
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
    ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    if hung or ended_by == signal.SIGXCPU:
        return {"exceeded": _TOO_MUCH}
    if ended_by in _ITS_OWN_FAULT or ended_by is None:
        return {"unreadable": _BROKEN}
    return {"failed": f"it ended with status {status}"}


def _limits(request: dict[str, Any]) -> PictureLimits:
    return PictureLimits(**request.get("limits", {}))


def _be_the_child(request: dict[str, Any], writer: int) -> NoReturn:
    code = 1
    try:
        walls = confinement.confine(writer, Path(request["folder"]), _limits(request))
        os.write(writer, json.dumps(answer_to(request) | asdict(walls)).encode())
        code = 0
    except BaseException:  # noqa: BLE001  # the process ends here either way
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code)


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
