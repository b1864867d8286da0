"""A service's one-off tasks (migrations): run to their end before its other roles are started."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from slipway.manifest import Manifest
from slipway.parts.service import Environment
from slipway.state.layout import Layout
from slipway.state.logfiles import append
from slipway.supervision import launch_specs
from slipway.supervision.program import Program
from slipway.terminal.problems import OutOfSpace, Problem, says_out_of_space


@dataclass(frozen=True)
class OneOff:
    """Runs the task role `role` of a service; its output is kept in a log of its own."""

    layout: Layout
    manifest: Manifest
    role: str
    environment: Environment

    @property
    def name(self) -> str:
        return f"{self.manifest.name}-{self.role}"

    def __call__(self) -> str:
        folder = self.layout.part(self.name)
        folder.mkdir(parents=True, exist_ok=True)
        module = f"{self.manifest.name}.commands.{self.role.replace('-', '_')}"
        program = Program((sys.executable, "-m", module), dict(self.environment()), folder)
        done = launch_specs.run_once(self.layout, self.name, program)
        output = done.stdout + done.stderr
        log = self.layout.log(self.name)
        append(log, output)
        if done.returncode != 0 and says_out_of_space(output):
            raise OutOfSpace(f"{self.name} failed")
        if done.returncode != 0:
            last = "\n".join(f"    {line}" for line in output.splitlines()[-15:])
            raise Problem(
                f"{self.name} failed with status {done.returncode}\n{last}", next_step=f"read {log}"
            )
        return ""
