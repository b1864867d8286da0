"""What the runner needs to know of a part: how to prepare it, how to run it, and how to see that it works."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

StopSignal = Literal["TERM", "INT", "QUIT"]


@dataclass(frozen=True)
class OsUser:
    """Another user to run as; see `become` in launch.py."""

    kind: Literal["user", "namespace"]
    uid: int
    gid: int


@dataclass(frozen=True)
class Program:
    """A launch order: one process that the supervisor keeps running.

    `env` is the whole environment, nothing is inherited. `version` changes when
    files the process has read have changed; where `reload_signal` is set that
    signal makes it read them again, otherwise it is restarted. The `scratch`
    folders are emptied before each start.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    identity: OsUser | None = None
    scratch: tuple[Path, ...] = ()
    version: str = ""
    reload_signal: Literal["HUP"] | None = None


class Part(Protocol):
    """One supervised process of the suite."""

    @property
    def name(self) -> str: ...

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of the steps that must be done before this part is prepared."""

    @property
    def address(self) -> str:
        """Where it listens, for people; empty for one that does not."""

    @property
    def stop_signal(self) -> StopSignal:
        """What tells it to finish what is in hand and end."""

    @property
    def stop_seconds(self) -> int:
        """How long it may take to do so before it is killed."""

    @property
    def start_timeout(self) -> float:
        """Seconds it may take to become healthy after its start."""

    def prepare(self) -> Program:
        """Make everything the process needs on disk; may be called while it runs. Raises Problem."""

    def check(self) -> None:
        """Return when it answers as it should, raise NotHealthy otherwise; takes 3 seconds at most."""

    def after_start(self) -> None:
        """Do what can only be done once it answers (databases, roles); idempotent."""


@dataclass(frozen=True)
class Task:
    """A step that is run once on the way up, not a process."""

    name: str
    needs: tuple[str, ...]
    work: TaskBody


class TaskBody(Protocol):
    """The body of a Task."""

    def __call__(self) -> str:
        """Do it; return a few words on what was done. Raises Problem."""


def base_environment() -> dict[str, str]:
    """Return the few variables every program gets from outside; nothing else is inherited."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
    }
