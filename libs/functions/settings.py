"""The settings of a function's host, from its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["api", "worker"]

_LONGEST_SECONDS = {"api": 29.0, "worker": 60.0}
"""An HTTP API waits no longer than 29 seconds."""


class FunctionSettingsError(Exception):
    """The environment does not say what is needed; the message names the variable."""


@dataclass(frozen=True)
class FunctionSettings:
    """What to run: the service's function of a kind, at most `concurrency` at once, each call `seconds` long.

    An API listens at `port`. A worker is called for its queues and tables, and every `schedule_seconds`.
    """

    service: str
    kind: Kind
    port: int = 0
    concurrency: int = 4
    seconds: float = 29.0
    schedule_seconds: float = 5.0
    queues: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()

    @classmethod
    def read(cls, env: Mapping[str, str]) -> FunctionSettings:
        """Return the settings in `env`; raises FunctionSettingsError."""
        service, kind = env.get("SERVICE", ""), env.get("FUNCTION_KIND", "")
        if not service:
            raise FunctionSettingsError("SERVICE is not set")
        if kind not in _LONGEST_SECONDS:
            raise FunctionSettingsError(f"FUNCTION_KIND is {kind!r}, not api or worker")
        return cls(
            service=service,
            kind="api" if kind == "api" else "worker",
            port=_number(env, "FUNCTION_PORT", 0, 0, 65_535),
            concurrency=_number(env, "FUNCTION_CONCURRENCY", 4, 1, 64),
            seconds=_LONGEST_SECONDS[kind],
            schedule_seconds=_number(env, "FUNCTION_SCHEDULE_SECONDS", 5, 1, 3600),
            queues=tuple(value for name, value in sorted(env.items()) if name.endswith("_QUEUE_URL")),
            tables=tuple(env.get("FUNCTION_TABLES", "").split()),
        )


def _number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = env.get(name, str(default))
    if not text.isdecimal() or not least <= int(text) <= most:
        raise FunctionSettingsError(f"{name} is {text!r}, not a number from {least} to {most}")
    return int(text)
