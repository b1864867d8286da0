"""Starting and stopping the supervisord of one suite."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from slipway.state.layout import Layout, write_private
from slipway.supervision import launch_specs
from slipway.supervision.client import Supervisor, Unreachable
from slipway.supervision.config import render
from slipway.supervision.program import Part
from slipway.terminal.problems import Problem

_CONFIG = "supervisord.conf"
_START_SECONDS = 15.0
_END_SECONDS = 5.0
_ANSWER_SECONDS = 30.0


class Daemon:
    """The supervisord of one suite, running or not."""

    def __init__(self, layout: Layout, *, port: int, password: str) -> None:
        self._layout = layout
        self._port = port
        self._password = password

    def connect(self) -> Supervisor | None:
        """Return the running supervisord, or None when there is none.

        One that lives but is slow must not be taken for dead: it is waited for. Raises Unreachable.
        """
        supervisor = Supervisor(self._port, self._password)
        deadline = time.monotonic() + _ANSWER_SECONDS
        while True:
            try:
                supervisor.pid()
            except Unreachable as error:
                if error.refused or not self._lives():
                    return None
                if time.monotonic() > deadline:
                    raise
            else:
                return supervisor

    def start(self, parts: Sequence[Part]) -> Supervisor:
        """Start supervisord, with none of `parts` running yet. Raises Problem when it does not come up."""
        self._write(parts)
        process = subprocess.Popen(
            [sys.executable, "-m", "supervisor.supervisord", "-c", _CONFIG],
            cwd=self._layout.run,
            env={"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self._layout.log("supervisord")).open("a"),
            start_new_session=True,
        )
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            if supervisor := self.connect():
                return supervisor
            time.sleep(0.03)
        process.kill()
        process.wait()
        raise Problem("the supervisor did not start", next_step=f"read {self._layout.log('supervisord')}")

    def update(self, supervisor: Supervisor, parts: Sequence[Part]) -> None:
        """Make a running supervisord know exactly `parts`; those that changed are stopped first."""
        before = self._conf().read_text(encoding="utf-8") if self._conf().exists() else ""
        if before == self._write(parts):
            return
        gone = set(supervisor.states()) - {part.name for part in parts}
        for name in gone:
            supervisor.stop(name)
        _wait_until_down(supervisor, gone)
        supervisor.reread()

    def stop(self, supervisor: Supervisor, timeout: float = 90.0) -> None:
        """Stop everything and supervisord itself; kills what is left when `timeout` has passed."""
        pid = supervisor.pid()
        supervisor.shutdown()
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and _lives(pid):
            time.sleep(0.03)
        if _lives(pid):
            os.kill(pid, signal.SIGKILL)
        kill_orphans(self._layout)

    def _lives(self) -> bool:
        """Say whether the process that supervisord noted as its own works in our run folder."""
        try:
            pid = int((self._layout.run / "supervisord.pid").read_text(encoding="ascii"))
            return Path(f"/proc/{pid}/cwd").readlink() == self._layout.run.resolve() and _lives(pid)
        except (OSError, ValueError):
            return False

    def _write(self, parts: Sequence[Part]) -> str:
        text = render(parts, port=self._port, password=self._password)
        write_private(self._conf(), text)
        for name, target in (("python", Path(sys.executable)), ("launch.py", launch_specs.LAUNCHER)):
            link = self._layout.run / name
            link.unlink(missing_ok=True)
            link.symlink_to(target)
        return text

    def _conf(self) -> Path:
        return self._layout.run / _CONFIG


def kill_orphans(layout: Layout) -> None:
    """End every process that works in the suite's folders without a terminal: a killed supervisor left it."""
    found = _strays((layout.run, layout.data))
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in found:
            _send(process, number)
        deadline = time.monotonic() + _END_SECONDS
        while found and time.monotonic() < deadline:
            found = [process for process in found if _lives(process.pid)]
            time.sleep(0.02)


def _strays(folders: tuple[Path, ...]) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            works_here = any(Path(process.cwd()).is_relative_to(folder) for folder in folders)
            if works_here and process.terminal() is None and process.pid != os.getpid():
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def _send(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.Error:
        return


def _lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _wait_until_down(supervisor: Supervisor, names: set[str], timeout: float = 60.0) -> None:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        states = supervisor.states()
        if all(states[name].is_down for name in names if name in states):
            return
        time.sleep(0.05)
