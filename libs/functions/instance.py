"""One process of a function, and the Runtime API that it asks for its next call.

Calls carry passwords and tokens, and answers go to whoever asked. Every user of the machine and every page in
a browser can reach a loopback port, so the API lives below a secret that only the process is told, and takes
one outcome of the call that it gave out, and no other.
Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import queue
import re
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

_NEXT = "/2018-06-01/runtime/invocation/next"
_OUTCOME = re.compile(r"/2018-06-01/runtime/invocation/(?P<id>[^/]+)/(?P<kind>response|error)")
_LOOK_SECONDS = 0.2


class FunctionFailed(Exception):
    """The function raised, ended, or could not be made; the message is what it said."""


class FunctionTimedOut(FunctionFailed):
    """The function took longer than it may; its process is ended."""


class Instance:
    """A process that deals with one call at a time. Once `is_alive` is false it is of no use any more."""

    def __init__(self, handler: str, environment: Mapping[str, str]) -> None:
        self._calls: queue.Queue[tuple[str, Any, float]] = queue.Queue()
        self._outcomes: queue.Queue[tuple[bool, Any]] = queue.Queue()
        self._closed = False
        self._given_out: str | None = None
        self._server = _RuntimeServer(("127.0.0.1", 0), _RuntimeApi)
        self._server.instance = self
        self._server.secret = f"/{secrets.token_urlsafe(32)}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        told = {
            **environment,
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.server_port}{self._server.secret}",
            "AWS_LAMBDA_FUNCTION_NAME": handler,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "LAMBDA_TASK_ROOT": environment.get("PWD", "/"),
        }
        command = [sys.executable, "-m", "awslambdaric", handler]
        self._process = subprocess.Popen(command, env=told, stdin=subprocess.DEVNULL)

    @property
    def is_alive(self) -> bool:
        """Whether it can be called."""
        return not self._closed and self._process.poll() is None

    def invoke(self, event: Any, seconds: float) -> Any:
        """Call the function with `event` and return its answer. Raises FunctionFailed."""
        deadline = time.monotonic() + seconds
        self._calls.put((str(uuid4()), event, time.time() + seconds))
        while True:
            try:
                succeeded, answer = self._outcomes.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                self._require_time(deadline, seconds)
                continue
            if not succeeded:
                raise FunctionFailed(_said(answer))
            return answer

    def close(self) -> None:
        """End the process."""
        self._closed = True
        self._process.kill()
        self._process.wait()
        self._server.shutdown()
        self._server.server_close()

    def next_call(self) -> tuple[str, Any, float] | None:
        """Return the next call's id, event and deadline (Unix time); None when there will be none."""
        while self.is_alive:
            try:
                call = self._calls.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                continue
            self._given_out = call[0]
            return call
        return None

    def tell(self, call_id: str, answer: Any, *, succeeded: bool) -> bool:
        """Say what became of a call; return whether it is the one that was given out and waits."""
        if call_id != self._given_out:
            return False
        self._given_out = None
        self._outcomes.put((succeeded, answer))
        return True

    def _require_time(self, deadline: float, seconds: float) -> None:
        if self._process.poll() is not None:
            raise FunctionFailed(f"the function's process ended with {self._process.returncode}")
        if time.monotonic() > deadline:
            self.close()
            raise FunctionTimedOut(f"the function took longer than {seconds:g} s")


class _RuntimeServer(ThreadingHTTPServer):
    daemon_threads = True
    instance: Instance
    secret: str

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log nothing: a process that was ended has closed its connection."""


class _RuntimeApi(BaseHTTPRequestHandler):
    """What the process asks: its next call, and to whom it says what became of it."""

    server: _RuntimeServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # the library's name
        if self._path() != _NEXT:
            self._answer(404, b"{}")
            return
        call = self.server.instance.next_call()
        if call is None:
            self._answer(410, b"{}")
            return
        call_id, event, deadline = call
        self._answer(
            200,
            json.dumps(event).encode(),
            {
                "Content-Type": "application/json",
                "Lambda-Runtime-Aws-Request-Id": call_id,
                "Lambda-Runtime-Deadline-Ms": str(int(deadline * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:000000000000:function:local",
            },
        )

    def do_POST(self) -> None:  # the library's name
        outcome = _OUTCOME.fullmatch(self._path() or "")
        if outcome is None:
            self.close_connection = True  # what follows is not read
            self._answer(404, b"{}")
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        succeeded = outcome["kind"] == "response"
        taken = self.server.instance.tell(outcome["id"], json.loads(body or b"null"), succeeded=succeeded)
        self._answer(202 if taken else 400, b"{}")

    def log_message(self, *_: Any, **__: Any) -> None:
        """Log nothing: the process logs what it does."""

    def _path(self) -> str | None:
        """Return what is asked below the secret; None for whoever does not know it."""
        length = len(self.server.secret)
        known = secrets.compare_digest(self.path[:length].encode(), self.server.secret.encode())
        return self.path[length:] if known else None

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _said(error: Any) -> str:
    told = error if isinstance(error, Mapping) else {}
    return f"{told.get('errorType', 'error')}: {told.get('errorMessage', error)}"
