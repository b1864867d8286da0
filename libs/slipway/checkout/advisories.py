"""Whether anything that is locked has a known vulnerability: the one check that needs a network."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from slipway.parts import virtualenv
from slipway.terminal.problems import Problem

_UNREACHABLE = re.compile(
    r"^.*(?:ConnectionError|ProxyError|SSLError|Timeout|ServiceError)\b.*$", re.MULTILINE
)


class NotChecked(Exception):
    """It could not be looked up; the message says why."""


def locked(root: Path) -> list[Path]:
    """Return every locked list of a checkout."""
    found = [*root.glob("requirements/*.txt"), *root.glob("services/*/requirements.txt")]
    return sorted(found)


def known(root: Path, tool: Callable[[Path], Path] | None = None) -> str:
    """Return what is known against the locked packages, empty where nothing is. Raises NotChecked.

    `tool` makes the program that asks the database (https://osv.dev): pip-audit, by default in
    an environment of its own.
    """
    try:
        program = (tool or _pip_audit)(root)
    except Problem as problem:
        raise NotChecked(problem.what) from problem
    lists = [part for path in locked(root) for part in ("-r", str(path))]
    options = (
        "--vulnerability-service",
        "osv",
        "--require-hashes",
        "--disable-pip",
        "--progress-spinner",
        "off",
    )
    done = subprocess.run(
        [str(program), *options, *lists],
        cwd=root,
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode == 0:
        return ""
    if not done.stdout.strip() and (unreachable := _UNREACHABLE.findall(done.stderr)):
        raise NotChecked(f"the database of vulnerabilities does not answer: {unreachable[-1].strip()[:200]}")
    return (done.stdout + done.stderr).strip()


def _pip_audit(root: Path) -> Path:
    python = virtualenv.ensure(root / ".slipway" / "audit-venv", root / "requirements" / "audit.txt")
    return python.with_name("pip-audit")
