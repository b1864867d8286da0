"""Pinning requirements with hashes: each `.in` file has its locked `.txt` beside it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from slipway.terminal.problems import MISSING, Problem

_OPTIONS = (
    "--native-tls",
    "--no-emit-index-url",
    "--no-strip-extras",
    "--generate-hashes",
    "--universal",
    "--python-version",
    "3.11",
    "--custom-compile-command",
    "./slipway lock",
    "--quiet",
)
_DEV = Path("requirements/dev.txt")
EVERYTHING_TESTED = ("-c", str(_DEV))
"""Constrains what goes into containers, so that what is tested is what ships."""


@dataclass(frozen=True)
class Lock:
    """A locked file, the files that it is made from, and what constrains it; paths from the root."""

    target: Path
    sources: tuple[Path, ...]
    constraints: tuple[str, ...] = ()


def locks(root: Path) -> Iterator[Lock]:
    """Yield every locked file of the checkout, the one that constrains the others first."""
    services = [path.relative_to(root) for path in sorted(root.glob("services/*/requirements.in"))]
    yield Lock(_DEV, (_DEV.with_suffix(".in"), *services))
    for name in ("emulator", "checkov", "audit"):
        yield _lock_of(Path(f"requirements/{name}.in"))
    for name in ("tools", "gateway"):
        yield _lock_of(Path(f"requirements/{name}.in"), EVERYTHING_TESTED)
    for source in services:
        yield _lock_of(source, EVERYTHING_TESTED)


def lock_service(root: Path, name: str) -> None:
    """Lock the requirements of one service. Raises Problem."""
    write(root, _lock_of(Path(f"services/{name}/requirements.in"), EVERYTHING_TESTED))


def write(root: Path, lock: Lock, options: Sequence[str] = ()) -> None:
    """Resolve one locked file anew. Raises Problem."""
    uv = Path(sys.executable).with_name("uv")
    arguments = [*map(str, lock.sources), "-o", str(lock.target), *lock.constraints, *options]
    done = subprocess.run(
        [str(uv), "pip", "compile", *_OPTIONS, *arguments],
        cwd=root,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise Problem(
            f"cannot lock {lock.target}:\n{done.stderr.strip()}",
            next_step="correct the .in file, or check the network",
            code=MISSING,
        )


def _lock_of(source: Path, constraints: tuple[str, ...] = ()) -> Lock:
    return Lock(source.with_suffix(".txt"), (source,), constraints)
