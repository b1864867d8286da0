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
from slipway.supervision.config import identity, render
from slipway.supervision.program import Part
from slipway.supervision.waiting import until
from slipway.terminal.problems import Problem

_CONFIG = "supervisord.conf"
_PROGRAM = Path(__file__).with_name("supervisord.py")
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

        The one of another folder, of which this one is a copy, is none of ours. One that lives
        but is slow must not be taken for dead: it is waited for. Raises Unreachable.
        """
        supervisor = Supervisor(self._port, self._password)
        deadline = time.monotonic() + _ANSWER_SECONDS
        while True:
            try:
                found = supervisor.identity()
            except Unreachable as error:
                if error.refused or not self._lives():
                    return None
                if time.monotonic() > deadline:
                    raise
            else:
                return supervisor if found == self._identity() else None

    def start(self, parts: Sequence[Part]) -> Supervisor:
        """Start supervisord, with none of `parts` running yet. Raises Problem when it does not come up."""
        self._write(parts)
        process = subprocess.Popen(
            [sys.executable, "-I", str(_PROGRAM), "-c", _CONFIG],
            cwd=self._layout.run,
            env={"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self._layout.log("supervisord")).open("a"),
            start_new_session=True,
        )
        until(lambda: process.poll() is not None or self.connect() is not None, _START_SECONDS)
        if process.poll() is None and (supervisor := self.connect()):
            return supervisor
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
        until(lambda: all(state.is_down for name, state in supervisor.states().items() if name in gone), 60)
        supervisor.reread()

    def stop(self, supervisor: Supervisor, timeout: float = 90.0) -> None:
        """Stop everything and supervisord itself; kills what is left when `timeout` has passed."""
        pid = supervisor.pid()
        supervisor.shutdown()
        if not until(lambda: not _lives(pid), timeout):
            os.kill(pid, signal.SIGKILL)
        kill_orphans(self._layout)

    def _lives(self) -> bool:
        """Say whether the process that supervisord noted as its own works in our run folder."""
        try:
            pid = int((self._layout.run / "supervisord.pid").read_text(encoding="ascii"))
            return Path(f"/proc/{pid}/cwd").readlink() == self._layout.run.resolve() and _lives(pid)
        except (OSError, ValueError):
            return False

    def _identity(self) -> str:
        try:
            return identity(self._layout.run)
        except FileNotFoundError:
            return ""

    def _write(self, parts: Sequence[Part]) -> str:
        text = render(parts, port=self._port, password=self._password, identity=self._identity())
        write_private(self._conf(), text)
        for name, target in (("python", Path(sys.executable)), ("launch.py", launch_specs.LAUNCHER)):
            link = self._layout.run / name
            link.unlink(missing_ok=True)
            link.symlink_to(target)
        return text

    def _conf(self) -> Path:
        return self._layout.run / _CONFIG


def kill_orphans(layout: Layout) -> int:
    """End every process that works in the suite's folders without a terminal; return how many there were.

    They are left when the supervisor was killed, or when the folders were removed while it ran.
    """
    found = _strays((layout.run, layout.data))
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in found:
            if _lives(process.pid):
                _send(process, number)
        if until(lambda: not any(_lives(process.pid) for process in found), _END_SECONDS):
            break
    return len(found)


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
