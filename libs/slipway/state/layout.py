"""Where a running suite keeps its files: everything is below one state folder."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The folders of one suite. `root` is the checkout; `state` differs between suites of one checkout.

    Tools (downloaded binaries, the emulator's environment) are shared by all suites of a checkout.
    """

    root: Path
    state: Path

    @property
    def tools(self) -> Path:
        return self.root / ".slipway" / "tools"

    @property
    def emulator_venv(self) -> Path:
        return self.root / ".slipway" / "emulator-venv"

    @property
    def data(self) -> Path:
        return self.state / "data"

    @property
    def run(self) -> Path:
        return self.state / "run"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def secrets(self) -> Path:
        return self.state / "secrets"

    @property
    def authority(self) -> Path:
        return self.state / "ca"

    @property
    def settings(self) -> Path:
        return self.state / "suite.json"

    def part(self, name: str) -> Path:
        """Return the folder that holds one part's launch order and is its working folder."""
        return self.run / "parts" / name

    def log(self, name: str) -> Path:
        """Return the file that one part's output goes to."""
        return self.logs / f"{name}.log"

    def make(self) -> None:
        """Create the folders that every command writes to; private where they hold secrets.

        `state`, `data` and `run/parts` may be passed through (not listed) by others, because
        as root Postgres runs as another user.
        """
        for folder, mode in (
            (self.state, 0o711),
            (self.data, 0o711),
            (self.run, 0o711),
            (self.run / "parts", 0o711),
            (self.logs, 0o700),
            (self.secrets, 0o700),
        ):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(mode)


def write_private(path: Path, text: str) -> None:
    """Replace `path` by `text` in one step, readable by the owner only."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
