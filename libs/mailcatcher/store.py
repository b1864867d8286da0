"""Mails on disk: one file each, readable by the owner only, as they hold links that open accounts."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SENDER, _RECIPIENT = b"X-Envelope-From: ", b"X-Envelope-To: "
_SUFFIX = ".eml"


@dataclass(frozen=True)
class StoredMail:
    """A mail as it came, for `recipients`, at `sent_at` (seconds since 1970); `content` as it was written."""

    id: str
    sent_at: float
    sender: str
    recipients: tuple[str, ...]
    content: bytes


class MailStore:
    """The mails in `folder`; beyond `most` of them the oldest go."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most

    def keep(self, sender: str, recipients: Sequence[str], content: bytes) -> str:
        """Store a mail, whole or not at all, and return its id. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        mail_id = f"{int(time.time() * 1000):012x}{secrets.token_hex(5)}"
        head = _SENDER + _line(sender) + b"".join(_RECIPIENT + _line(one) for one in recipients)
        fresh = self._folder / f".{mail_id}"
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(head + b"\r\n" + content)
            fresh.rename(self._path(mail_id))
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        self._drop_oldest()
        return mail_id

    def ids(self) -> list[str]:
        """Return the ids of all mails, the newest first."""
        return sorted((path.stem for path in self._folder.glob(f"[!.]*{_SUFFIX}")), reverse=True)

    def read(self, mail_id: str) -> StoredMail | None:
        """Return a mail, None where there is none with this id."""
        if not mail_id.isalnum():
            return None
        try:
            head, _, content = self._path(mail_id).read_bytes().partition(b"\r\n\r\n")
        except FileNotFoundError:
            return None
        lines = head.split(b"\r\n")
        return StoredMail(
            mail_id,
            int(mail_id[:12], 16) / 1000,
            _value(lines[0], _SENDER),
            tuple(_value(line, _RECIPIENT) for line in lines[1:]),
            content,
        )

    def _drop_oldest(self) -> None:
        for mail_id in self.ids()[self._most :]:
            self._path(mail_id).unlink(missing_ok=True)

    def _path(self, mail_id: str) -> Path:
        return self._folder / f"{mail_id}{_SUFFIX}"


def _line(address: str) -> bytes:
    return address.replace("\r", "").replace("\n", "").encode(errors="replace") + b"\r\n"


def _value(line: bytes, name: bytes) -> str:
    return line.removeprefix(name).decode(errors="replace")
