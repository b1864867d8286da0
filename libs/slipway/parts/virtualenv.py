"""Python environments besides the one we run in, made from a locked list of packages."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from slipway.terminal.problems import MISSING, Problem


def ensure(venv: Path, requirements: Path) -> Path:
    """Return the interpreter of `venv`, making or remaking it when it does not match `requirements`.

    Safe when several processes ask at once and when interrupted: the stamp that says it is
    complete is written last. Raises Problem when packages cannot be had.
    """
    stamp = venv / ".complete"
    wanted = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    python = venv / "bin" / "python"
    with _one_at_a_time(venv.with_name(f"{venv.name}.lock")):
        if stamp.exists() and stamp.read_text() == wanted and python.exists():
            return python
        shutil.rmtree(venv, ignore_errors=True)
        _install(venv, requirements)
        stamp.write_text(wanted)
    return python


def _install(venv: Path, requirements: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    python = venv / "bin" / "python"
    plain = [
        [sys.executable, "-m", "venv", str(venv)],
        [str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(requirements)],
    ]
    fast = [
        [str(uv), "venv", "-q", "--python", sys.executable, str(venv)],
        [
            str(uv),
            "pip",
            "sync",
            "-q",
            "--native-tls",
            "--require-hashes",
            "--python",
            str(python),
            str(requirements),
        ],
    ]
    errors = ""
    for commands in [fast, plain] if uv.exists() else [plain]:
        errors = _first_error(commands)
        if not errors:
            return
        shutil.rmtree(venv, ignore_errors=True)
    raise Problem(
        f"cannot install {requirements.name}: {errors}",
        next_step="check the network (or pip's configuration) and run the command again",
        code=MISSING,
    )


def _first_error(commands: list[list[str]]) -> str:
    for command in commands:
        try:
            done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
        except OSError as error:
            return str(error)
        if done.returncode != 0:
            lines = [line for line in done.stderr.splitlines() if line.strip()]
            return lines[-1].strip() if lines else f"{command[0]} failed"
    return ""


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
