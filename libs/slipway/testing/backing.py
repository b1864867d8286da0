"""The stores that adapters are tested against: the same parts as `up` starts, with a state of their own."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from slipway.local import lifecycle
from slipway.local.suite import Suite
from slipway.parts import dynamo
from slipway.parts.base import PartDefaults
from slipway.parts.emulator import Emulator
from slipway.state.layout import write_private
from slipway.state.locking import exclusive
from slipway.supervision.program import Part, Program, Task, base_environment
from slipway.terminal.problems import Problem
from slipway.terminal.progress import Silent

STATE_VARIABLE = "SLIPWAY_TEST_STATE"
_OWNER_VARIABLE = "SLIPWAY_TEST_OWNER"
_MINISTACK = "ministack"


@dataclass(frozen=True)
class Backing:
    """Addresses of running stores, and the folder that is theirs.

    `redis_urls` are those that the services get, by name; `redis_url` has every right.
    """

    postgres_admin_url: str
    redis_url: str
    redis_urls: Mapping[str, str]
    emulator: Emulator
    state: Path


@dataclass(frozen=True)
class Owner(PartDefaults):
    """Stops everything when the test run `pid` has gone without saying so."""

    suite: Suite
    pid: int
    name: str = "owner"
    address: str = ""

    def prepare(self) -> Program:
        cwd = self.suite.layout.part(self.name)
        cwd.mkdir(parents=True, exist_ok=True)
        script = Path(__file__).with_name("owner.py")
        return Program((sys.executable, "-I", "-S", str(script), str(self.pid)), base_environment(), cwd)

    def check(self) -> None:
        """It waits in silence."""


def announce(root: Path) -> None:
    """Say, to this process and the workers it starts, where this test run's state is. Starts nothing."""
    if STATE_VARIABLE in os.environ:
        return
    folder = root / ".slipway" / "test"
    _sweep(folder)
    os.environ[STATE_VARIABLE] = str(folder / str(os.getpid()))
    os.environ[_OWNER_VARIABLE] = str(os.getpid())


def ensure(root: Path) -> Backing:
    """Return the run's stores, starting them when no worker has done so yet. Raises Problem."""
    suite = Suite(root, Path(os.environ[STATE_VARIABLE]))
    _up_once(suite, lambda suite: suite.backing)
    return Backing(
        postgres_admin_url=suite.postgres.admin_url,
        redis_url=suite.cache.url,
        redis_urls={name: suite.cache.url_of(name) for name in suite.cache.users},
        emulator=suite.emulator,
        state=suite.state,
    )


def ensure_ministack(root: Path) -> Emulator:
    """Return an emulator that keeps the tables itself, as it does where dynoxide cannot be had.

    It is another process than the run's, with a state of its own, and started when it is first asked for.
    Raises Problem.
    """
    suite = Suite(root, Path(os.environ[STATE_VARIABLE]) / _MINISTACK)
    suite.layout.make()
    dynamo.keep_tables_in_emulator(suite.layout)
    _up_once(suite, lambda suite: [suite.mail, suite.emulator])
    return suite.emulator


def _up_once(suite: Suite, steps: Callable[[Suite], list[Part | Task]]) -> None:
    failure, ready = suite.state / "failed", suite.state / "ready"
    with exclusive(suite.state / "test-lock", "test", wait=True):
        if failure.exists():
            raise Problem(f"the stores for the tests did not come up: {failure.read_text(encoding='utf-8')}")
        if ready.exists():
            return
        try:
            lifecycle.up(suite, Silent(), lambda suite: [*steps(suite), _owner_of(suite)])
        except Problem as problem:
            write_private(failure, problem.what)
            raise
        write_private(ready, "")


def end(root: Path) -> None:
    """Stop the run's stores and remove their state; only the process that announced the run does so."""
    if os.environ.get(_OWNER_VARIABLE) != str(os.getpid()):
        return
    state = Path(os.environ.pop(STATE_VARIABLE))
    del os.environ[_OWNER_VARIABLE]
    for folder in (state / _MINISTACK, state):
        _stop(Suite(root, folder))
    shutil.rmtree(state, ignore_errors=True)


def _stop(suite: Suite) -> None:
    supervisor = suite.daemon.connect() if suite.state.exists() else None
    if supervisor:
        suite.daemon.stop(supervisor, timeout=20)


def _owner_of(suite: Suite) -> Owner:
    return Owner(suite, int(os.environ[_OWNER_VARIABLE]))


def _sweep(folder: Path) -> None:
    """Remove what killed test runs have left."""
    for state in folder.glob("*"):
        if not (state.name.isdigit() and Path("/proc", state.name).exists()):
            shutil.rmtree(state, ignore_errors=True)
