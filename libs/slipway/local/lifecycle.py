"""Bringing a whole suite up and down."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from slipway.local.starting import Starter
from slipway.local.suite import Suite, load_settings, parts_of, save_settings
from slipway.parts import dynamo
from slipway.state import ports
from slipway.state.locking import exclusive
from slipway.supervision.client import Supervisor
from slipway.supervision.daemon import kill_orphans
from slipway.supervision.program import Part, Task
from slipway.supervision.waiting import until
from slipway.terminal.problems import BUSY, OutOfSpace, Problem
from slipway.terminal.progress import Progress


@contextmanager
def locked(suite: Suite, command: str) -> Iterator[None]:
    """Keep other commands from changing the suite while the body does."""
    suite.state.mkdir(parents=True, exist_ok=True)
    with exclusive(suite.state / "lock", command):
        yield


LEAST_FREE_BYTES = 100_000_000
"""What a start needs on the disk: the stores make their files, Postgres alone takes half of it."""

Steps = Callable[[Suite], Sequence[Part | Task]]


def everything(suite: Suite) -> Sequence[Part | Task]:
    """All steps of a suite, as `up` brings them up."""
    return suite.steps


def up(suite: Suite, progress: Progress, choose: Steps = everything) -> list[str]:
    """Bring up the steps of the suite that `choose` returns; return the parts that had to be started.

    What runs already stays. When anything fails, or the user interrupts, everything that this
    call started is stopped again.
    """
    launch = _prepare(suite, choose)
    starter = Starter(suite.layout, launch.supervisor, progress)
    try:
        starter.run(launch.steps)
    except BaseException:
        _roll_back(launch, starter.started)
        raise
    return starter.started


@dataclass(frozen=True)
class _Launch:
    """A supervisor that knows `steps` and runs none of them yet, or some; `is_new` says that it runs none."""

    suite: Suite
    supervisor: Supervisor
    steps: Sequence[Part | Task]
    is_new: bool


def _prepare(suite: Suite, choose: Steps) -> _Launch:
    """Find the supervisor that runs, or start one. Raises Problem."""
    suite.layout.make()
    supervisor = suite.daemon.connect()
    if supervisor is None:
        return _start_supervisor(suite, choose)
    _require_same_settings(suite)
    steps = choose(suite)
    suite.daemon.update(supervisor, parts_of(steps))
    return _Launch(suite, supervisor, steps, is_new=False)


def _start_supervisor(suite: Suite, choose: Steps) -> _Launch:
    _require_room(suite)
    kill_orphans(suite.layout)
    suite.ports.refresh()
    suite = replace(suite)  # what was worked out from the ports before is out of date
    dynamo.decide(suite.layout)
    steps = choose(suite)
    if any(step.name == "gateway" for step in steps):
        ports.require_free(suite.settings.port)
    save_settings(suite)
    return _Launch(suite, suite.daemon.start(parts_of(steps)), steps, is_new=True)


def _roll_back(launch: _Launch, started: Sequence[str]) -> None:
    """Stop the parts `started`, and the supervisor where it was new."""
    stop_parts(launch.supervisor, [part for part in parts_of(launch.steps) if part.name in started])
    if launch.is_new:
        launch.suite.daemon.stop(launch.supervisor, timeout=30)


def _require_room(suite: Suite) -> None:
    """Raise OutOfSpace where the stores could not even start: each would fail with words of its own."""
    if shutil.disk_usage(suite.state).free < LEAST_FREE_BYTES:
        raise OutOfSpace(f"the suite cannot start in {suite.state}")


def down(suite: Suite, progress: Progress) -> bool:
    """Stop everything, the gateway first and the stores last; False when nothing was running.

    Without a supervisor of this folder, what works in the folder all the same is ended.
    """
    supervisor = suite.daemon.connect()
    if supervisor is None:
        return kill_orphans(suite.layout) > 0
    states = supervisor.states()
    running = [part for part in suite.parts if part.name in states and not states[part.name].is_down]
    progress.expect([part.name for part in running])
    stores = {step.name for step in suite.backing}
    for group in (
        [part for part in running if part.name == "gateway"],
        [part for part in running if part.name != "gateway" and part.name not in stores],
        [part for part in running if part.name in stores],
    ):
        stop_parts(supervisor, group, progress)
    suite.daemon.stop(supervisor)
    return True


def stop_parts(supervisor: Supervisor, parts: Sequence[Part], progress: Progress | None = None) -> None:
    """Stop `parts` side by side and return when all are down."""
    waiting = {part.name for part in parts}
    for name in waiting:
        supervisor.stop(name)
        if progress:
            progress.report(name, "working")

    def all_are_down() -> bool:
        states = supervisor.states()
        for name in [name for name in waiting if states[name].is_down]:
            waiting.remove(name)
            if progress:
                progress.report(name, "ready", "stopped")
        return not waiting

    if not until(all_are_down, max((part.stop_seconds for part in parts), default=0) + 15):
        names = ", ".join(sorted(waiting))
        raise Problem(f"these do not stop: {names}", next_step="run `./slipway down` again")


def _require_same_settings(suite: Suite) -> None:
    before = load_settings(suite.state)
    if before is not None and before != suite.settings:
        raise Problem(
            f"the suite is running for {before}",
            next_step="run `./slipway down` first, then `up` with the new settings",
            code=BUSY,
        )


def restart(suite: Suite, names: Sequence[str], progress: Progress) -> None:
    """Restart the parts `names`, one by one. Raises Problem when nothing runs or one does not come up."""
    supervisor = suite.daemon.connect()
    if supervisor is None:
        raise Problem("the suite is not running", next_step="run `./slipway up`")
    suite.daemon.update(supervisor, suite.parts)
    starter = Starter(suite.layout, supervisor, progress)
    for part in suite.parts:
        if part.name in names:
            starter.restart(part)


def reset(suite: Suite) -> None:
    """Remove the state of a suite that is down: data, secrets, logs. Its certificate authority stays."""
    layout = suite.layout
    for folder in (layout.data, layout.run, layout.logs, layout.secrets):
        if folder.exists():
            shutil.rmtree(folder)
    for name in ("ports.json", "resources.json", "suite.json"):
        (layout.state / name).unlink(missing_ok=True)
