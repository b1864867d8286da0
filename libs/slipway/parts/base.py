"""What the runner needs to know of a part: how to prepare it, how to run it, and how to see that it works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from slipway.layout import Layout

StopSignal = Literal["TERM", "INT", "QUIT"]


@dataclass(frozen=True)
class Identity:
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
    identity: Identity | None = None
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
    def patience(self) -> float:
        """Seconds it may take to become healthy after its start."""

    def prepare(self) -> Program:
        """Make everything the process needs on disk; may be called while it runs. Raises Problem."""

    def check(self) -> None:
        """Return when it answers as it should, raise NotHealthy otherwise; takes 3 seconds at most."""

    def settle(self) -> None:
        """Do what can only be done once it answers (databases, roles); idempotent."""


@dataclass(frozen=True)
class Task:
    """A step that is run once on the way up, not a process."""

    name: str
    needs: tuple[str, ...]
    work: Work


class Work(Protocol):
    """The body of a Task."""

    def __call__(self) -> str:
        """Do it; return a few words on what was done. Raises Problem."""


@dataclass(frozen=True)
class PartDefaults:
    """The answers most parts give; a part overrides what differs."""

    needs: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def stop_signal(self) -> StopSignal:
        return "TERM"

    @property
    def stop_seconds(self) -> int:
        return 10

    @property
    def patience(self) -> float:
        return 120.0

    def settle(self) -> None:
        """Nothing to do."""


@dataclass(frozen=True)
class Listening(PartDefaults):
    """A part that listens on a port of the loopback address."""

    layout: Layout
    port: int

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"
