"""What the emulator is told by its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# What a suite uses; everything else MiniStack can do stays out of reach.
SERVICES = (
    "dynamodb",
    "dynamodbstreams",
    "iam",
    "kms",
    "s3",
    "secretsmanager",
    "ses",
    "sns",
    "sqs",
    "ssm",
    "sts",
)


class EmulatorSettingsError(Exception):
    """A variable is missing or makes no sense; the message names it."""


@dataclass(frozen=True)
class EmulatorSettings:
    """The emulator's configuration. `dynamodb_upstream` is empty where MiniStack keeps the tables itself.

    A body of more than `small_body` bytes is read for who signed the request only, and comes to disk; it may
    have `largest_body` bytes, and `large_bodies` of them are in memory at once.
    """

    port: int
    state: Path
    root_access_key_id: str
    root_secret_access_key: str
    dynamodb_upstream: str = ""
    smtp_host: str = ""
    host: str = "127.0.0.1"
    log_level: str = "WARNING"
    small_body: int = 1024 * 1024
    largest_body: int = 1024**3
    large_bodies: int = 1

    @classmethod
    def read(cls, env: Mapping[str, str]) -> EmulatorSettings:
        """Return the settings in `env`; raises EmulatorSettingsError."""
        return cls(
            port=_port(_required(env, "EMULATOR_PORT")),
            state=Path(_required(env, "EMULATOR_STATE_DIR")).absolute(),
            root_access_key_id=_required(env, "EMULATOR_ROOT_ACCESS_KEY_ID"),
            root_secret_access_key=_required(env, "EMULATOR_ROOT_SECRET_ACCESS_KEY"),
            dynamodb_upstream=env.get("DYNAMODB_UPSTREAM", "").rstrip("/"),
            smtp_host=env.get("SMTP_HOST", ""),
            host=env.get("EMULATOR_HOST", "127.0.0.1"),
            log_level=env.get("LOG_LEVEL", "WARNING").upper(),
            small_body=_number(env, "EMULATOR_SMALL_BODY_BYTES", cls.small_body),
            largest_body=_number(env, "EMULATOR_LARGEST_BODY_BYTES", cls.largest_body),
            large_bodies=_number(env, "EMULATOR_LARGE_BODIES_AT_ONCE", cls.large_bodies),
        )

    @property
    def journal(self) -> Path:
        return self.state / "state.sqlite"

    @property
    def objects(self) -> Path:
        return self.state / "objects"

    @property
    def bodies(self) -> Path:
        """Where large bodies wait until they have come whole."""
        return self.state / "bodies"

    @property
    def uploads(self) -> Path:
        return self.state / "uploads"

    def for_ministack(self) -> dict[str, str]:
        """Return MiniStack's own variables; it reads them while it is imported.

        GATEWAY_PORT only names queues in stored URLs (callers are answered with
        the host they asked), so it is constant: the state outlives a change of port.
        PERSIST_STATE stays off because the journal does that work, before the answer.
        """
        return {
            "AUTH": "true",
            "AWS_ACCESS_KEY_ID": self.root_access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.root_secret_access_key,
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": "4566",
            "LOG_LEVEL": self.log_level,
            "PERSIST_STATE": "0",
            "S3_DATA_DIR": str(self.objects),
            "S3_PERSIST": "1",
            "SERVICES": ",".join(SERVICES),
            "STATE_DIR": str(self.state),
            **({"SMTP_HOST": self.smtp_host} if self.smtp_host else {}),
        }


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "")
    if not value:
        raise EmulatorSettingsError(f"{name} is not set")
    return value


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise EmulatorSettingsError(f"EMULATOR_PORT is {text!r}, not a port")
    return int(text)


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, str(default))
    if not text.isdecimal() or not int(text):
        raise EmulatorSettingsError(f"{name} is {text!r}, not a number from 1")
    return int(text)
