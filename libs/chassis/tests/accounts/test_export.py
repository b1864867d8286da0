"""The part of an export that a service writes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from chassis.accounts import AccountExports, ExportedFile
from chassis.accounts.export import DATA, DONE, FILES_AT_ONCE
from chassis.errors import Transient
from chassis.ids import new_id
from chassis.messages.events import parse
from chassis.testing import FakeClock, MemoryExportParts, id_of
from chassis.testing.exports import export_requested

ANN = id_of("ann")
EXPORT = new_id()


@pytest.fixture
def parts() -> MemoryExportParts:
    return MemoryExportParts()


def test_each_kind_of_record_is_an_array_in_one_document(parts: MemoryExportParts) -> None:
    records = {"lists": [{"name": "Einkäufe"}, {"name": '"\n'}], "todos": iter(range(3)), "none": ()}
    exports = AccountExports(parts, lambda _account, _addresses: records, clock=FakeClock())
    exports.write(parse(export_requested(ANN, EXPORT)), ())
    data = parts.data(EXPORT)
    assert data.pop("exported_at")
    assert data == {"lists": [{"name": "Einkäufe"}, {"name": '"\n'}], "todos": [0, 1, 2], "none": []}


def test_many_files_are_listed_in_pieces(parts: MemoryExportParts) -> None:
    files = [ExportedFile(f"{at}/cat.jpg", f"https://s3/{at}") for at in range(FILES_AT_ONCE + 1)]
    AccountExports(parts, lambda *_: {}, lambda _account: files).write(
        parse(export_requested(ANN, EXPORT)), ()
    )
    assert parts.files(EXPORT) == [{"name": one.name, "url": one.url} for one in files]
    assert json.loads(parts.kept[(EXPORT, DONE)]) == {"files": 2}


def test_a_part_that_breaks_off_is_not_whole_and_not_half_there(parts: MemoryExportParts) -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise Transient("The store is away.")

    with pytest.raises(Transient):
        AccountExports(parts, lambda *_: {"things": broken()}).write(parse(export_requested(ANN, EXPORT)), ())
    assert (EXPORT, DATA) not in parts.kept
    assert (EXPORT, DONE) not in parts.kept
