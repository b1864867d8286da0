"""The `terraform` program on the suite's configuration: its output is shown, its errors become sentences."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipway.deploy.reporting import show_command
from slipway.terminal.problems import BUSY, FAILED, MISSING, Problem

_CHANGED = 2  # what `plan -detailed-exitcode` answers when there is something to do

# What Terraform says, what that means, what to do.
_TROUBLE = {
    "Failed to persist state to backend": (
        "what was done could not be written into Terraform's state",
        "mend the network or sign in, then run the same command here again: it writes {unsaved} first",
        FAILED,
    ),
    "cannot import state": (
        "the state has been changed since: {unsaved} cannot be written any more",
        "bring what only that file knows into the state (terraform import), then remove it",
        FAILED,
    ),
    "Error acquiring the state lock": (
        "somebody else is planning or applying here: the state is locked",
        "wait until they are done; if they were killed: {terraform} force-unlock {lock}",
        BUSY,
    ),
    "Saved plan is stale": (
        "the plan is stale: the environment has changed since it was made",
        "plan again, look at it, and apply that",
        FAILED,
    ),
    "Failed to query available provider packages": (
        "terraform cannot download its providers",
        "check the network, or give terraform a mirror (provider_installation in ~/.terraformrc)",
        MISSING,
    ),
}


@dataclass(frozen=True)
class Plan:
    """A saved plan: types by address of what it changes, and of that what it makes, deletes or replaces."""

    file: Path
    changes: dict[str, str]
    made: dict[str, str]
    destroyed: dict[str, str]
    is_empty: bool


@dataclass(frozen=True)
class Terraform:
    """Terraform for one environment: `folder` holds the configuration, `data` what is kept between runs.

    A quiet one shows neither its commands nor what they print, but for their errors.
    """

    folder: Path
    variables: Path
    data: Path
    lock_timeout: str = "60s"
    quiet: bool = False

    def init(self, backend: tuple[str, ...]) -> None:
        """Prepare the configuration, its modules and providers, with this backend."""
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._run("init", "-input=false", "-reconfigure", *backend)

    def plan(self, file: Path | None = None) -> Plan:
        """Make, show and save a plan."""
        file = (file or self.data / "plan").absolute()
        code = self._run(
            "plan",
            f"-var-file={self.variables}",
            f"-out={file}",
            "-input=false",
            "-detailed-exitcode",
            f"-lock-timeout={self.lock_timeout}",
        )
        file.chmod(0o600)
        return self._read(file, is_empty=code != _CHANGED)

    def read(self, file: Path) -> Plan:
        """Show a plan that was saved earlier."""
        if not file.exists():
            raise Problem(f"there is no plan {file}", next_step="make one with --plan --plan-file")
        self._run("show", str(file.absolute()))
        return self._read(file.absolute(), is_empty=False)

    def data_of(self, file: Path) -> Mapping[str, Any]:
        """Return a saved plan as data."""
        shown: Mapping[str, Any] = json.loads(self._captured("show", "-json", str(file)))
        return shown

    def apply(self, plan: Plan) -> None:
        """Do exactly what the plan says. A state that cannot be written is kept for `write_unsaved`."""
        try:
            self._run("apply", "-input=false", f"-lock-timeout={self.lock_timeout}", str(plan.file))
        finally:
            if self._left.exists():
                shutil.move(self._left, self._unsaved)
                self._unsaved.chmod(0o600)

    @property
    def has_unsaved(self) -> bool:
        """Whether an apply here could not write its state. Raises Problem when nobody knows whose it is."""
        if self._left.exists():
            raise Problem(
                f"there is a state that was never written, of whichever environment: {self._left}",
                next_step="write it for that environment (terraform state push), or remove it",
            )
        return self._unsaved.exists()

    def write_unsaved(self) -> None:
        """Write the state that an apply could not. Raises Problem when another has been written since."""
        self._run("state", "push", f"-lock-timeout={self.lock_timeout}", str(self._unsaved))
        self._unsaved.unlink()

    @property
    def _left(self) -> Path:
        """Where Terraform leaves such a state, beside the configuration of all environments."""
        return self.folder / "errored.tfstate"

    @property
    def _unsaved(self) -> Path:
        """Where it is kept, apart from those of other environments."""
        return self.data / "errored.tfstate"

    def output(self, name: str) -> Any:
        """Return the value of one of the configuration's outputs, None before the first apply."""
        outputs = json.loads(self._captured("output", "-json"))
        return outputs[name]["value"] if name in outputs else None

    def _read(self, file: Path, *, is_empty: bool) -> Plan:
        shown = self.data_of(file)
        actions = {
            (change["address"], change["type"]): set(change["change"]["actions"])
            for change in shown.get("resource_changes", [])
            if change["mode"] == "managed"
        }
        return Plan(
            file,
            changes=dict(one for one, done in actions.items() if "no-op" not in done),
            made=dict(one for one, done in actions.items() if done == {"create"}),
            destroyed=dict(one for one, done in actions.items() if "delete" in done),
            is_empty=is_empty,
        )

    def _run(self, *arguments: str) -> int:
        """Run with its output shown; return its exit code, which is 0 or `_CHANGED`. Raises Problem."""
        words, extra = self._words(*arguments)
        if not self.quiet:
            show_command(words, extra)
        # In a session of its own, so that an interruption reaches it once, from here: at a second one it ends
        # without writing down what it has done.
        process = subprocess.Popen(
            words,
            env={**os.environ, **_SETTINGS, **extra},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if self.quiet else None,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        complaint = _passed_on(process)
        if process.returncode in {0, _CHANGED}:
            return process.returncode
        raise self._problem(arguments[0], complaint)

    def _captured(self, *arguments: str) -> str:
        words, extra = self._words(*arguments, colours=False)
        if not self.quiet:
            show_command(words, extra)
        done = subprocess.run(
            words, check=False, capture_output=True, text=True, env={**os.environ, **_SETTINGS, **extra}
        )
        if done.returncode != 0:
            sys.stderr.write(done.stderr)
            raise self._problem(arguments[0], done.stderr)
        return done.stdout

    def _words(self, *arguments: str, colours: bool | None = None) -> tuple[list[str], dict[str, str]]:
        program = shutil.which("terraform")
        if program is None:
            raise Problem(
                "terraform is not installed", next_step="install Terraform 1.11 or newer", code=MISSING
            )
        plain = not (sys.stdout.isatty() if colours is None else colours) or "NO_COLOR" in os.environ
        takes_colours = ["-no-color"] if plain and arguments[0] not in {"output", "state"} else []
        words = ["terraform", f"-chdir={self.folder}", arguments[0], *takes_colours, *arguments[1:]]
        return words, {"TF_DATA_DIR": str(self.data / "terraform")}

    def _problem(self, command: str, complaint: str) -> Problem:
        flat = " ".join(complaint.replace("│", " ").split())
        lock = re.search(r"\bID: (\S+)", flat)
        words, extra = self._words("")
        named = {
            "unsaved": self._unsaved,
            "terraform": " ".join(
                [*(f"{name}={shlex.quote(text)}" for name, text in extra.items()), shlex.join(words[:2])]
            ),
            "lock": lock[1] if lock else "ID",
        }
        for said, (what, next_step, code) in _TROUBLE.items():
            if said in flat:
                return Problem(what.format(**named), next_step=next_step.format(**named), code=code)
        return Problem(
            f"terraform {command} failed, for the reason it gives above",
            next_step="correct that and run the command again; what was done is kept in the state",
        )


_SETTINGS = {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}


def _passed_on(process: subprocess.Popen[str]) -> str:
    """Pass standard error on until the process ends, and return its end; an interruption is passed on too."""
    kept: list[str] = []
    interrupted: KeyboardInterrupt | None = None
    while process.poll() is None or not kept or kept[-1]:
        try:
            assert process.stderr is not None  # noqa: S101  # it is a pipe
            line = process.stderr.readline()
        except KeyboardInterrupt as error:
            interrupted = error
            process.send_signal(signal.SIGINT)
            continue
        kept = [*kept[-200:], line]
        sys.stderr.write(line)
        if not line:
            process.wait()
    if interrupted:
        raise interrupted
    return "".join(kept)
