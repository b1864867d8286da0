"""A service's command, run once beside the running suite with the service's own environment."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from slipway.local.suite import Suite
from slipway.state.locking import exclusive
from slipway.supervision import launch_specs
from slipway.supervision.program import Program
from slipway.terminal.problems import Problem


def run(suite: Suite, service: str, role: str, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run the module `role` of the service's commands; return what came of it.

    Raises Problem when the suite does not run.
    """
    if suite.daemon.connect() is None:
        raise Problem("the suite does not run", next_step="start it: ./slipway up")
    name = f"{service}-{role}"
    folder = suite.layout.part(name)
    folder.mkdir(parents=True, exist_ok=True)
    argv = (sys.executable, "-m", f"{service}.commands.{role.replace('-', '_')}", *arguments)
    environment = suite.environment(suite.manifests[service])
    # What is to be run is read from a file of this name: two at once would run one of them twice.
    with exclusive(folder / "lock", name, wait=True):
        return launch_specs.run_once(suite.layout, name, Program(argv, environment, folder))
