"""Multipart uploads in progress, whose parts MiniStack itself keeps in memory only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from emulator.journal import JournalEntry
from emulator.sources import Codec, Rows


class UploadRows(Rows):
    """Each upload and each of its parts is a member; the bytes of a part are a file beside the journal.

    A part's file is complete before its entry is written, and removed after the entry.
    """

    def __init__(self, name: str, codec: Codec, s3: ModuleType, folder: Path) -> None:
        super().__init__(name, codec)
        self._s3 = s3
        self._folder = folder

    def members(self) -> Iterator[tuple[str, object, dict[str, Any]]]:
        for (account, upload_id), upload in list(self._s3._multipart_uploads._data.items()):
            name = f"{account}/{upload_id}"
            yield name, None, {key: value for key, value in upload.items() if key != "parts"}
            for number, part in upload["parts"].items():
                bare = {key: value for key, value in part.items() if key != "body"}
                yield f"{name}/{number}", (part["etag"], part["last_modified"]), bare

    def changes(self) -> list[JournalEntry]:
        found = super().changes()
        for change in found:
            account, upload_id, number = _split(change.name)
            if change.payload is not None and number:
                part = self._s3._multipart_uploads._data[account, upload_id]["parts"][int(number)]
                self._write(change.name, part["body"])
        return found

    def kept(self, changes: list[JournalEntry]) -> None:
        super().kept(changes)
        for change in changes:
            if change.payload is None:
                self._file(change.name).unlink(missing_ok=True)

    def restore(self, entries: list[tuple[str, str]]) -> None:
        uploads = self._s3._multipart_uploads._data
        self._sweep({self._file(name).name for name, _ in entries})
        for name, payload in entries:
            account, upload_id, number = _split(name)
            content = self._codec.decode(payload)
            if not number:
                self._known[name] = None
                uploads[account, upload_id] = {**content, "parts": {}}
            elif (account, upload_id) in uploads and self._file(name).exists():
                self._known[name] = (content["etag"], content["last_modified"])
                body = self._file(name).read_bytes()
                uploads[account, upload_id]["parts"][int(number)] = {**content, "body": body}

    def _sweep(self, wanted: set[str]) -> None:
        """Remove files of parts whose entry was never written or is gone."""
        for path in self._folder.glob("*"):
            if path.name not in wanted:
                path.unlink()

    def _write(self, name: str, body: bytes) -> None:
        path = self._file(name)
        fresh = path.with_suffix(".new")
        self._folder.mkdir(exist_ok=True, mode=0o700)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(body)
        fresh.replace(path)

    def _file(self, name: str) -> Path:
        return self._folder / name.replace("/", "-")


def _split(name: str) -> tuple[str, str, str]:
    account, upload_id, number = [*name.split("/"), ""][:3]
    return account, upload_id, number
