"""Handing over what is kept of an account, the same in every service.

The service that keeps the accounts publishes EXPORT_REQUESTED. Every other service writes its part under a
prefix of its own in the bucket of exports: what it has on record as JSON, and a list of files with addresses
they can be read at. The service that keeps the accounts makes one archive of all parts.

| object | what it is |
|---|---|
| `data.json` | one array for each kind of record |
| `files-N.jsonl` | from 0 on, at most FILES_AT_ONCE lines each: `{"name", "url"}` of a file |
| `done.json` | `{"files": N}`, the number of lists; it is written last and makes the part whole |
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from chassis.accounts.addresses import AccountAddress
from chassis.clock import Clock, utc_now
from chassis.errors import FieldError, Invalid
from chassis.messages.events import Event
from chassis.schemas import format_time

EXPORT_REQUESTED = "users.export.requested.v1"

DATA = "data.json"
DONE = "done.json"
FILES_AT_ONCE = 1000

Records = Mapping[str, Iterable[object]]
"""Each kind of record by its name, `lists` for instance; a record is something that JSON can hold."""


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file that goes with an export: its name, and where it can be read for hours."""

    name: str
    url: str


class ByteSink(Protocol):
    """Where bytes are written."""

    def write(self, data: bytes, /) -> object:
        """Take the bytes."""
        ...


class ExportParts(Protocol):
    """Where a service puts its parts of exports."""

    def open(self, export_id: UUID, name: str) -> AbstractContextManager[ByteSink]:
        """Open an object of the service's part for writing, in place of what is there.

        It is there once the block has ended without an error, whole or not at all. Raises Transient.
        """
        ...


class ExportSource(Protocol):
    """What a service has on record of accounts."""

    def __call__(self, account: str, addresses: Sequence[AccountAddress], /) -> Records:
        """Return all of it, read as it is iterated. Raises Transient.

        `addresses` are for what a service keeps under an address instead of an account.
        """
        ...


AccountFiles = Callable[[str], Iterable[ExportedFile]]


def no_files(_account: str) -> Iterable[ExportedFile]:
    """Return the files of a service that keeps none."""
    return ()


class AccountExports:
    """Writes the parts of one service; a part that is written twice is there once."""

    def __init__(
        self,
        parts: ExportParts,
        records: ExportSource,
        files: AccountFiles = no_files,
        clock: Clock = utc_now,
    ) -> None:
        self._parts = parts
        self._records = records
        self._files = files
        self._clock = clock

    def write(self, event: Event, addresses: Sequence[AccountAddress]) -> None:
        """Write the part that the event asks for. Raises Invalid where it names no export, and Transient."""
        export_id = _export_of(event)
        with self._parts.open(export_id, DATA) as out:
            write_json(out, self._records(event.subject, addresses), self._clock())
        lists = 0
        files = iter(self._files(event.subject))
        while some := list(itertools.islice(files, FILES_AT_ONCE)):
            with self._parts.open(export_id, files_name(lists)) as out:
                for file in some:
                    out.write(json.dumps({"name": file.name, "url": file.url}).encode() + b"\n")
            lists += 1
        with self._parts.open(export_id, DONE) as out:
            out.write(json.dumps({"files": lists}).encode())


def files_name(number: int) -> str:
    """Return the name of a part's list of files, counted from 0."""
    return f"files-{number}.jsonl"


def write_json(out: ByteSink, records: Records, now: datetime) -> None:
    """Write `records` as one JSON object, a record a line, holding one of them at a time."""
    out.write(f'{{"exported_at": "{format_time(now)}"'.encode())
    for kind, found in records.items():
        out.write(f",\n{json.dumps(kind)}: [".encode())
        between = b"\n"
        for record in found:
            out.write(between + json.dumps(record, ensure_ascii=False).encode())
            between = b",\n"
        out.write(b"\n]")
    out.write(b"}\n")


def _export_of(event: Event) -> UUID:
    found: Any = event.data.get("export_id")
    try:
        return UUID(str(found))
    except ValueError as error:
        message = "must be the id of the export, a UUID"
        raise Invalid("The event names no export.", [FieldError("/data/export_id", message)]) from error
