"""A renderer whose decoding happens in another process, one picture at a time.

One at a time bounds its memory to one picture's. The process gets no credentials: its environment is empty
but for what Python needs to find our code.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from media.domain.rendering import RenderedPicture, Rendering
from media.domain.scratch import scratch
from media.errors import LimitExceeded, RenderingFailed, Unreadable, Unsupported
from media.imaging.confinement import Walls
from media.imaging.prepared import PictureLimits
from media.imaging.protocol import LARGEST_ANSWER, wall_seconds

log = logging.getLogger(__name__)

_COMMAND = (sys.executable, "-m", "media.imaging.child")
_STARTING_SECONDS = 60.0  # more than a picture gets: other parts of the suite start at the same time
_VERDICTS = {"unreadable": Unreadable, "exceeded": LimitExceeded, "unsupported": Unsupported}


class SandboxedRenderer:
    """A Renderer. The process is started when it is first needed, and again when it is gone."""

    def __init__(
        self,
        limits: PictureLimits | None = None,
        *,
        niceness: int = 0,
        timeout: float | None = None,
        command: Sequence[str] = _COMMAND,
    ) -> None:
        """`niceness` is how far the process steps back behind others.

        `timeout` is how many seconds an answer is waited for; `command` decodes as `child` does.
        """
        self._limits = limits or PictureLimits()
        self._niceness = niceness
        self._timeout = wall_seconds(self._limits) + 10 if timeout is None else timeout
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def render(self, source: Path, folder: Path) -> RenderedPicture:
        answer = self._answer({"source": str(source), "folder": str(folder)})
        for name, verdict in _VERDICTS.items():
            if name in answer:
                raise verdict(str(answer[name]))
        try:
            return _rendered(answer, folder)
        except (KeyError, TypeError, ValueError) as error:
            raise RenderingFailed("its answer is none") from error

    def walls(self) -> Walls:
        """Return what the kernel gives to keep a decoder in; it may start first. Raises RenderingFailed."""
        with scratch() as folder:
            answer = self._answer({"folder": str(folder)}, patience=_STARTING_SECONDS)
        return Walls(answer.get("isolated") is True, answer.get("shut_in") is True)

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def _answer(self, request: dict[str, Any], patience: float = 0.0) -> dict[str, Any]:
        line = json.dumps(request | {"limits": asdict(self._limits)}).encode() + b"\n"
        with self._turn:
            answer = self._ask(line, self._timeout + patience)
        if "failed" in answer:
            raise RenderingFailed(str(answer["failed"]))
        return answer

    def _ask(self, request: bytes, timeout: float) -> dict[str, Any]:
        process = self._running()
        assert process.stdin is not None  # noqa: S101  # both are pipes, see _running
        assert process.stdout is not None  # noqa: S101
        try:
            process.stdin.write(request)
            process.stdin.flush()
            answer = json.loads(_line(process.stdout.fileno(), time.monotonic() + timeout))
        except (OSError, ValueError) as error:
            self.close()
            return {"failed": f"the process is gone or hangs: {error}"}
        return answer if isinstance(answer, dict) else {"failed": "its answer is none"}

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                env=_environment(),
            )
            if self._niceness:
                os.setpriority(os.PRIO_PROCESS, self._process.pid, self._niceness)
        return self._process


def _environment() -> dict[str, str]:
    """Return all that a decoding process is told."""
    return {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "LANG": "C.UTF-8",
        # Each fork touches all its memory for the first time: a fault for 2 MiB costs less than 512 of 4 KiB.
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    }


def report(renderer: SandboxedRenderer) -> None:
    """Say at start what keeps a decoder in, and what is missing."""
    try:
        walls = renderer.walls()
    except RenderingFailed as error:
        log.warning("no picture can be decoded", extra={"error": str(error)})
        return
    facts = asdict(walls)
    if walls.isolated and walls.shut_in:
        log.info("pictures are decoded in a sandbox", extra=facts)
    if not walls.shut_in:
        log.warning("decoding without Landlock", extra=facts | {"means": "it could read our files"})
    if not walls.isolated:
        log.warning("decoding without namespaces", extra=facts | {"means": "it could reach the network"})


def _line(descriptor: int, deadline: float) -> bytes:
    """Return the line that arrives by `deadline`, whole; raise OSError or ValueError."""
    collected = b""
    while not collected.endswith(b"\n"):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            raise TimeoutError("no answer in time")
        chunk = os.read(descriptor, LARGEST_ANSWER)
        if not chunk:
            raise ConnectionAbortedError("no answer any more")
        collected += chunk
        if len(collected) > LARGEST_ANSWER:
            raise ValueError("too long an answer")
    return collected


def _rendered(answer: dict[str, Any], folder: Path) -> RenderedPicture:
    renderings = tuple(
        # Of what the decoding process says only names are taken, never a way out of the folder.
        Rendering(
            str(name), int(width), int(height), str(kind), folder / Path(file).name, folder / Path(same).name
        )
        for name, width, height, kind, file, same in answer["renderings"]
    )
    return RenderedPicture(
        str(answer["content_type"]), int(answer["width"]), int(answer["height"]), renderings
    )
