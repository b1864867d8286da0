"""Bringing the steps of a suite up: each as soon as what it needs is there, side by side."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from slipway.state.layout import Layout
from slipway.state.logfiles import tail
from slipway.supervision import launch_specs
from slipway.supervision.client import ProcessState, Supervisor
from slipway.supervision.program import Part, Task
from slipway.terminal.problems import NotHealthy, OutOfSpace, Problem, says_out_of_space
from slipway.terminal.progress import Progress

_CRASHES = 4


class Cancelled(Exception):
    """The start was called off."""


@dataclass
class Starter:
    """Starts steps under a supervisor. `started` collects the parts that it had to start itself."""

    layout: Layout
    supervisor: Supervisor
    progress: Progress
    started: list[str] = field(default_factory=list)
    _cancelled: threading.Event = field(default_factory=threading.Event)

    def run(self, steps: Sequence[Part | Task]) -> None:
        """Bring every step up, in the order that their needs ask for.

        When one fails the others are called off and its Problem is raised; what was begun
        keeps running and is for the caller to stop.
        """
        self.progress.expect([step.name for step in steps])
        waiting = {step.name: step for step in steps}
        unknown = {need for step in steps for need in step.needs} - set(waiting)
        if unknown:
            raise Problem(f"unknown dependency: {', '.join(sorted(unknown))}")
        done: set[str] = set()
        running: dict[Future[None], str] = {}
        with ThreadPoolExecutor(max_workers=max(1, len(steps)), thread_name_prefix="start") as pool:
            try:
                while waiting or running:
                    for step in [step for step in waiting.values() if done.issuperset(step.needs)]:
                        running[pool.submit(self._bring_up, waiting.pop(step.name))] = step.name
                    finished, _ = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
                    for future in finished:
                        future.result()
                        done.add(running.pop(future))
            except BaseException:
                self._cancelled.set()
                raise

    def restart(self, part: Part) -> None:
        """Stop `part` if it runs, and start it by a fresh order. Raises Problem when it does not come up."""
        self.progress.report(part.name, "working")
        launch_specs.write(self.layout, part.name, part.prepare(), part.stop_signal)
        if not self.supervisor.states()[part.name].is_down:
            self.supervisor.stop(part.name)
            self._await_down(part)
        self._start(part)
        self._await_health(part, 0)
        part.after_start()
        self.progress.report(part.name, "ready", part.address)

    def _bring_up(self, step: Part | Task) -> None:
        self.progress.report(step.name, "working")
        try:
            detail = step.work() if isinstance(step, Task) else self._bring_up_part(step)
        except Cancelled:
            self.progress.report(step.name, "skipped")
            raise
        except Exception as error:
            self.progress.report(step.name, "failed", str(error).splitlines()[0] if str(error) else "")
            raise
        self.progress.report(step.name, "ready", detail)

    def _bring_up_part(self, part: Part) -> str:
        before = launch_specs.write(self.layout, part.name, part.prepare(), part.stop_signal)
        self._apply(part, before, launch_specs.read(self.layout, part.name))
        self._await_health(
            part, 0 if part.name in self.started else launch_specs.starts(self.layout, part.name)
        )
        part.after_start()
        return part.address

    def _apply(self, part: Part, before: str, after: str) -> None:
        """Make the process run by the present order: start, restart or reload it, or leave it alone."""
        state = self.supervisor.states()[part.name]
        runs = state.runs and launch_specs.has_begun(
            self.layout, part.name, state.pid
        )  # else it waits: it crashed
        if runs and before == after:
            return
        if runs and launch_specs.reload_signal(before, after):
            self.supervisor.signal(part.name, launch_specs.reload_signal(before, after))
            return
        if not state.is_down:
            self.supervisor.stop(part.name)
            self._await_down(part)
        self._start(part)

    def _start(self, part: Part) -> None:
        self._raise_if_cancelled()
        launch_specs.forget_starts(self.layout, part.name)
        self.started.append(part.name)
        self.supervisor.start(part.name)

    def _await_health(self, part: Part, earlier: int) -> None:
        """Return when `part` is healthy. Raises Problem, also when it crashes after its `earlier` starts."""
        deadline = time.monotonic() + part.start_timeout
        pause = 0.02
        while True:
            self._raise_if_cancelled()
            state = self.supervisor.states()[part.name]
            try:
                launch_specs.require_begun(self.layout, part.name, state.pid)
                part.check()
                if part.address or self._runs_steadily(part):
                    return
                reason = "it has just been started"
            except NotHealthy as error:
                reason = str(error)
            starts = launch_specs.starts(self.layout, part.name) - earlier
            if time.monotonic() > deadline or starts >= _CRASHES or state.state in {"FATAL", "STOPPED"}:
                raise self._did_not_come_up(part, state, starts, reason)
            self._cancelled.wait(pause)
            pause = min(0.25, pause * 1.3)

    def _runs_steadily(self, part: Part) -> bool:
        """Say whether a part that cannot be asked has stayed up as long as its supervisor wants to see."""
        return (
            self.supervisor.states()[part.name].runs
            and launch_specs.age(self.layout, part.name) >= launch_specs.STEADY_SECONDS
        )

    def _did_not_come_up(self, part: Part, state: ProcessState, starts: int, reason: str) -> Problem:
        what = (
            f"it ended {starts} times in a row"
            if starts >= _CRASHES
            else f"it is {state.state.lower()}: {reason}"
        )
        words = tail(self.layout.log(part.name), 8)
        if says_out_of_space("\n".join(words)):
            return OutOfSpace(f"{part.name} did not come up")
        last = "\n".join(f"    {line}" for line in words)
        return Problem(
            f"{part.name} did not come up ({what})" + (f"\n{last}" if last else ""),
            next_step=f"read {self.layout.log(part.name)}",
        )

    def _await_down(self, part: Part) -> None:
        deadline = time.monotonic() + part.stop_seconds + 10
        while not self.supervisor.states()[part.name].is_down:
            self._raise_if_cancelled()
            if time.monotonic() > deadline:
                raise Problem(f"{part.name} does not stop", next_step=f"read {self.layout.log(part.name)}")
            time.sleep(0.05)

    def _raise_if_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise Cancelled
