"""A renderer whose decoding happens in another process, one picture at a time.

One at a time bounds the memory of the whole worker to one picture's. The process gets no credentials:
its environment is empty but for what Python needs to find our code.
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
from pathlib import Path
from typing import Any

from media.domain.examination import Rendered, Rendering
from media.errors import RenderingFailed, Unreadable
from media.imaging.child import LARGEST_ANSWER, WALL_SECONDS

log = logging.getLogger(__name__)

_PATIENCE = WALL_SECONDS + 10
_COMMAND = (sys.executable, "-m", "media.imaging.child")


class SandboxedRenderer:
    """A Renderer. The process is started when it is first needed, and again when it is gone."""

    def __init__(self, patience: float = _PATIENCE, command: Sequence[str] = _COMMAND) -> None:
        """`patience` is how many seconds an answer is waited for; `command` decodes as `child` does."""
        self._patience = patience
        self._command = command
        self._warned = False
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def render(self, source: Path, folder: Path) -> Rendered:
        """See Renderer."""
        request = json.dumps({"source": str(source), "folder": str(folder)}).encode() + b"\n"
        with self._turn:
            answer = self._ask(request)
        if "failed" in answer:
            raise RenderingFailed(str(answer["failed"]))
        self._note_isolation(answer)
        if "unreadable" in answer:
            raise Unreadable(str(answer["unreadable"]))
        try:
            return _rendered(answer, folder)
        except (KeyError, TypeError, ValueError) as error:
            raise RenderingFailed("its answer is none") from error

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

    def _ask(self, request: bytes) -> dict[str, Any]:
        process = self._running()
        assert process.stdin is not None  # noqa: S101  # both are pipes, see _running
        assert process.stdout is not None  # noqa: S101
        try:
            process.stdin.write(request)
            process.stdin.flush()
            answer = json.loads(_line(process.stdout.fileno(), time.monotonic() + self._patience))
        except (OSError, ValueError) as error:
            self.close()
            return {"failed": f"the process is gone or hangs: {error}"}
        return answer if isinstance(answer, dict) else {"failed": "its answer is none"}

    def _note_isolation(self, answer: dict[str, Any]) -> None:
        if not (answer.get("isolated") or self._warned):
            self._warned = True
            log.warning("decoding without namespaces", extra={"means": "it could reach the network"})

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "LANG": "C.UTF-8"},
            )
        return self._process


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


def _rendered(answer: dict[str, Any], folder: Path) -> Rendered:
    renderings = tuple(
        # Of what the decoding process says only a name is taken, never a way out of the folder.
        Rendering(str(name), int(width), int(height), str(kind), folder / Path(file).name)
        for name, width, height, kind, file in answer["renderings"]
    )
    return Rendered(str(answer["content_type"]), int(answer["width"]), int(answer["height"]), renderings)
