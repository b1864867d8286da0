"""The mailbox's settings, from its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MOST_MAILS = 1000
MOST_BYTES = 40 * 1024 * 1024
"""What SES takes at most."""


class MailcatcherSettingsError(Exception):
    """The environment does not say what is needed; the message names the variable."""


@dataclass(frozen=True)
class MailcatcherSettings:
    """`most_mails` are kept, `most_bytes` is how large one may be."""

    port: int
    folder: Path
    most_mails: int = MOST_MAILS
    most_bytes: int = MOST_BYTES

    @classmethod
    def read(cls, env: Mapping[str, str]) -> MailcatcherSettings:
        """Return the settings in `env`; raises MailcatcherSettingsError."""
        folder = env.get("MAILCATCHER_DIR", "")
        if not folder:
            raise MailcatcherSettingsError("MAILCATCHER_DIR is not set")
        return cls(
            port=_number(env, "MAILCATCHER_PORT", 0, 65_535),
            folder=Path(folder),
            most_mails=_number(env, "MAILCATCHER_MOST_MAILS", MOST_MAILS, 1_000_000),
            most_bytes=_number(env, "MAILCATCHER_MOST_BYTES", MOST_BYTES, 1024**3),
        )


def _number(env: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = env.get(name, str(default))
    if not text.isdecimal() or not 0 < int(text) <= most:
        raise MailcatcherSettingsError(f"{name} is {text!r}, not a number from 1 to {most}")
    return int(text)
