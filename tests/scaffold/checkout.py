"""A checkout as its user drives it: by commands."""

from __future__ import annotations

import json
import os
import pty
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_OURS = ("SLIPWAY_", "PYTEST_", "COV_", "PYTHON")


@dataclass(frozen=True)
class Checkout:
    """The checkout in folder `root`."""

    root: Path

    @property
    def authority(self) -> Path:
        """What signs the certificates of its suite."""
        return self.root / ".slipway" / "ca" / "root.pem"

    def run(self, *command: str, status: int = 0, stdin: int = subprocess.DEVNULL, **variables: str) -> str:
        """Run a command there and return what it printed; it must end with `status`."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        done = subprocess.run(
            command,
            cwd=self.root,
            env={**kept, **variables},
            check=False,
            capture_output=True,
            text=True,
            stdin=stdin,
        )
        printed = done.stdout + done.stderr
        assert done.returncode == status, f"{' '.join(command)} ended with {done.returncode}:\n{printed}"
        return printed

    def slipway(self, *arguments: str, status: int = 0, **variables: str) -> str:
        """Run the command line of this checkout."""
        return self.run("./slipway", *arguments, status=status, **variables)

    def slipway_at_a_terminal(self, *arguments: str, answers: Sequence[str]) -> str:
        """Run the command line for somebody who answers each of its questions with a line."""
        person, terminal = pty.openpty()
        try:
            os.write(person, "".join(f"{answer}\n" for answer in answers).encode())
            return self.run("./slipway", *arguments, stdin=terminal)
        finally:
            os.close(person)
            os.close(terminal)

    def changes(self) -> list[str]:
        """Return the files that differ from the first commit, new ones too."""
        listed = self.run("git", "status", "--porcelain", "--untracked-files=all")
        return sorted(line[3:] for line in listed.splitlines())

    @contextmanager
    def up(self, *arguments: str) -> Iterator[Any]:
        """Start the suite on a free port, with further arguments; give its status."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.slipway("up", "--port", str(port), *arguments)
        try:
            yield json.loads(self.slipway("status", "--json"))
        finally:
            self.slipway("down")
