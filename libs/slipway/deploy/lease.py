"""One deployment of an environment at a time, wherever it is started: a lease, kept beside the state.

Terraform's own lock covers one plan or apply; a deployment is several, with a migration between them. The
lease is taken and renewed by conditional writes. A holder that was killed stops renewing, and
after a while the lease is free; on the same machine it is free at once.
"""

from __future__ import annotations

import getpass
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

import psutil

from slipway.deploy.aws import AwsAccount, Refused
from slipway.deploy.backend import Backend
from slipway.terminal.problems import BUSY, Problem

_SECONDS = 180
_RENEWAL = 30


@dataclass(frozen=True)
class _Holder:
    who: str
    host: str
    process: int
    began: float  # when that process began: process numbers are used again
    until: float  # seconds since the epoch

    def is_gone(self) -> bool:
        """Whether the lease has run out, or its process on this machine has ended."""
        if self.until < time.time():
            return True
        return self.host == socket.gethostname() and _start_of(self.process) != self.began


class Lease:
    """A lease that is held; a thread renews it."""

    def __init__(self, aws: AwsAccount, backend: Backend, holder: _Holder, etag: str) -> None:
        self._aws, self._backend, self._holder, self._etag = aws, backend, holder, etag
        self._renewed = time.time()
        self._one_at_a_time = threading.Lock()
        self._ending = threading.Event()
        self._lost = ""
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Renew it now. Raises Problem when another deployment holds it: nothing may be changed any more."""
        self._renew()
        if self._lost:
            raise Problem(
                f"the lease of this deployment was lost: {self._lost}",
                next_step="look who deploys now; then run the command again, it goes on where it stopped",
                code=BUSY,
            )

    def end(self) -> None:
        """Give the lease back."""
        self._ending.set()
        self._thread.join()
        if not self._lost:
            with suppress(Problem):
                self._aws.call("s3", "delete_object", Bucket=self._backend.bucket, Key=key_of(self._backend))

    def _keep(self) -> None:
        while not self._ending.wait(_RENEWAL) and not self._lost:
            self._renew()

    def _renew(self) -> None:
        with self._one_at_a_time:
            try:
                self._etag = _write(self._aws.ask, self._backend, _renewed(self._holder), IfMatch=self._etag)
                self._renewed = time.time()
            except Refused as error:
                self._lost = error.what
            except Problem as error:  # the network: it may come back before the lease ends
                if time.time() > self._renewed + _SECONDS:
                    self._lost = error.what


def key_of(backend: Backend) -> str:
    """Return where the lease is: beside the state."""
    return f"{backend.key.rpartition('/')[0]}/deployment.lock".lstrip("/")


@contextmanager
def held(aws: AwsAccount, backend: Backend, who: str) -> Iterator[Lease]:
    """Hold the lease in the name of `who` while the body runs. Raises Problem naming who has it."""
    lease = _take(aws, backend, who)
    try:
        yield lease
    finally:
        lease.end()


def _take(aws: AwsAccount, backend: Backend, who: str) -> Lease:
    mine = _renewed(_Holder(who, socket.gethostname(), os.getpid(), _start_of(os.getpid()), 0))
    try:
        return Lease(aws, backend, mine, _write(aws.call, backend, mine, IfNoneMatch="*"))
    except Refused as error:
        if error.reason not in {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}:
            raise
    present = aws.call("s3", "get_object", Bucket=backend.bucket, Key=key_of(backend))
    holder = _read(present["Body"].read())
    if holder is not None and not holder.is_gone():
        raise _taken(holder)
    try:
        return Lease(aws, backend, mine, _write(aws.call, backend, mine, IfMatch=present["ETag"]))
    except Refused as error:
        raise Problem(
            "another deployment was faster", next_step="wait until it is done", code=BUSY
        ) from error


def _taken(holder: _Holder) -> Problem:
    free = time.strftime("%H:%M:%S", time.gmtime(holder.until))
    return Problem(
        f"{holder.who} is deploying here (process {holder.process} on {holder.host})",
        next_step=f"wait until it is done; if it was killed, its lease ends by itself at {free} UTC",
        code=BUSY,
    )


def _write(ask: Callable[..., dict[str, Any]], backend: Backend, holder: _Holder, **condition: str) -> str:
    body = json.dumps({**asdict(holder), "user": getpass.getuser()}).encode()
    answer = ask("s3", "put_object", Bucket=backend.bucket, Key=key_of(backend), Body=body, **condition)
    return str(answer["ETag"])


def _read(body: bytes) -> _Holder | None:
    try:
        found: dict[str, Any] = json.loads(body)
        return _Holder(**{name: found[name] for name in _Holder.__dataclass_fields__})
    except (ValueError, KeyError, TypeError):
        return None


def _renewed(holder: _Holder) -> _Holder:
    return replace(holder, until=time.time() + _SECONDS)


def _start_of(process: int) -> float:
    """Return when a process of this machine began, 0 when there is none."""
    try:
        return psutil.Process(process).create_time()
    except psutil.Error:
        return 0.0
