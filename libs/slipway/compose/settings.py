"""What the containers of `prepare` and `bootstrap` are told, and where things are in them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from slipway.settings.browser_origins import origins_in

ROOT = Path("/opt/app")
STATE = Path("/state")
EDGE = Path("/edge")
EDGE_CREDENTIALS = EDGE / "origin.json"
PURGES_PORT = 8444
SETTINGS = Path("/settings")
POSTGRES_PASSWORD = Path("/postgres-password/password")
REDIS_USERS = Path("/redis-users/users.conf")


@dataclass(frozen=True)
class ComposeSettings:
    """The public address of the suite, and the emulator's; pages of `browser_origins` may call."""

    domain: str
    port: int
    aws_endpoint: str
    version: str
    commit: str
    browser_origins: tuple[str, ...] = ()

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> ComposeSettings:
        """Return the settings in `environment`; raise KeyError or ValueError for a missing or wrong one."""
        return cls(
            domain=environment["SLIPWAY_DOMAIN"],
            port=int(environment["SLIPWAY_PORT"]),
            aws_endpoint=environment["SLIPWAY_AWS_ENDPOINT"],
            version=environment["SLIPWAY_VERSION"],
            commit=environment["SLIPWAY_COMMIT"],
            browser_origins=origins_in(environment.get("SLIPWAY_ORIGINS", "")),
        )
