"""A renderer whose decoding happens in another process, one picture at a time.

One at a time bounds the memory of the whole worker to one picture's. The process gets no credentials:
its environment is empty but for what Python needs to find our code.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from media.domain.examination import Rendered, Rendering
from media.errors import RenderingFailed, Unreadable
from media.imaging.child import WALL_SECONDS

_PATIENCE = WALL_SECONDS + 10


class SandboxedRenderer:
    """A Renderer. The process is started when it is first needed, and again when it is gone."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def render(self, source: Path, folder: Path) -> Rendered:
        """See Renderer."""
        request = json.dumps({"source": str(source), "folder": str(folder)}).encode() + b"\n"
        with self._turn:
            answer = self._ask(request)
        if "unreadable" in answer:
            raise Unreadable(answer["unreadable"])
        if "failed" in answer:
            raise RenderingFailed(answer["failed"])
        renderings = tuple(
            # Of what the decoding process says only a name is taken, never a way out of the folder.
            Rendering(name, width, height, kind, folder / Path(file).name)
            for name, width, height, kind, file in answer["renderings"]
        )
        return Rendered(answer["content_type"], answer["width"], answer["height"], renderings)

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
            ready = select.select([process.stdout], [], [], _PATIENCE)[0]
            line = process.stdout.readline() if ready else b""
        except BrokenPipeError:
            line = b""
        if not line:
            self.close()
            return {"failed": "the process is gone"}
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "media.imaging.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "LANG": "C.UTF-8"},
            )
        return self._process
