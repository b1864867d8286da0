"""A crowd that downloads a release as soon as it is out, and what that costs bucket and service."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from slipway.bench.downloads.readers import DownloadPlan, DownloadTally, read_all
from slipway.demo import people
from slipway.demo.client import Address, Api
from slipway.local import lifecycle, service_command
from slipway.local.suite import Suite, SuiteSettings
from slipway.state.logfiles import follow
from slipway.state.ports import pick
from slipway.terminal.problems import Problem
from slipway.terminal.progress import Progress

_VERSION, _FILENAME = "1.0.0", "viewer.tar.gz"
_SCOPE = "releases:write"
_LOG_SECONDS = 60.0


@dataclass(frozen=True)
class CrowdResult:
    """What the crowd saw, and what was asked of the bucket and of the service for it."""

    tally: DownloadTally
    seconds: float
    logged: int
    fetches: int
    service_requests: float

    @property
    def is_as_promised(self) -> bool:
        """Whether every byte was right, the bucket was asked once and the service never."""
        seen = (self.tally.wrong, self.logged, self.fetches, self.service_requests)
        return seen == (0, self.tally.downloads, 1, 0)


def run(root: Path, state: Path, plan: DownloadPlan, size: int, progress: Progress) -> CrowdResult:
    """Release `size` bytes in a private suite below `state`, and let it be downloaded. Raises Problem."""
    shutil.rmtree(state, ignore_errors=True)
    suite = Suite(root, state, SuiteSettings(port=pick()))
    with lifecycle.locked(suite, "bench"):
        try:
            lifecycle.up(suite, progress)
            return _measured(Suite(root, state, suite.settings), plan, size)
        finally:
            lifecycle.down(Suite(root, state, suite.settings), progress)


def _measured(suite: Suite, plan: DownloadPlan, size: int) -> CrowdResult:
    released = suite.state / "released"
    released.write_bytes(os.urandom(size))
    address = Address(suite.settings.domain, suite.settings.port, suite.layout.authority / "root.pem")
    with address.resolving():
        url = _release(suite, Api(address), released.read_bytes())
    before = _requests_of_media(suite)
    with counted(suite.layout.log("gateway"), urlsplit(url).path) as requests_at_edge:
        started = time.monotonic()
        tally = read_all(address, url, released, plan)
        seconds = time.monotonic() - started
        requests_at_edge.wait_for(tally.downloads)
    return CrowdResult(
        tally=tally,
        seconds=round(seconds, 1),
        logged=requests_at_edge.all,
        fetches=requests_at_edge.passed_on,
        service_requests=_requests_of_media(suite) - before,
    )


def _release(suite: Suite, anyone: Api, content: bytes) -> str:
    """Publish a release as its makers do; return where it is downloaded."""
    account = people.sign_up(anyone, "Bench")
    told = ("--", account[1], _SCOPE)
    done = service_command.run(suite, suite.issuer.name, "grant", told)
    if done.returncode != 0:
        raise Problem(f"the scope {_SCOPE} cannot be granted: {done.stderr.strip()}", next_step="")
    maker, _ = people.sign_in(anyone, "Bench", account)
    product = f"bench-{os.urandom(4).hex()}"
    file = {"filename": _FILENAME, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    wanted = {"product": product, "version": _VERSION, "platform": "linux", **file}
    begun = maker.api.call("POST", "media", "/v1/releases", expect=201, json=wanted).json()
    maker.api.submit(begun["upload"]["url"], begun["upload"]["fields"], content)
    path = f"/v1/releases/{product}/{_VERSION}/published"
    return str(maker.api.call("PUT", "media", path).json()["items"][0]["url"])


def _requests_of_media(suite: Suite) -> float:
    """Return how many requests of clients media has answered so far."""
    text = requests.get(f"http://127.0.0.1:{suite.ports['media']}/metrics", timeout=60).text
    lines = re.findall(r"^http_requests_total\{([^}]*)\} (\S+)$", text, re.MULTILINE)
    return sum(float(count) for labels, count in lines if "/v1/" in labels)


@dataclass
class EdgeRequests:
    """Requests for one path in the gateway's log, and those among them that the bucket was asked for."""

    path: str
    all: int = 0
    passed_on: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def read(self, lines: Iterator[tuple[Path, str]]) -> None:
        """Count lines until it is over."""
        for _, line in lines:
            if self.over.is_set():
                return
            self._count(line)

    def wait_for(self, count: int) -> None:
        """Wait until so many lines are there: the log may be behind."""
        deadline = time.monotonic() + _LOG_SECONDS
        while self.all < count and time.monotonic() < deadline:
            time.sleep(0.1)

    def _count(self, line: str) -> None:
        if f'"{self.path}"' in line:
            entry: dict[str, Any] = json.loads(line)
            self.all += 1
            self.passed_on += bool(entry["upstream"])


@contextmanager
def counted(log: Path, path: str) -> Iterator[EdgeRequests]:
    """Count requests for `path` from now on, for as long as the body runs."""
    found = EdgeRequests(path)
    threading.Thread(target=found.read, args=(follow([log]),), daemon=True).start()
    yield found
    found.over.set()
