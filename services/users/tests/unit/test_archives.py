"""From a request to an archive, with parts that are late, files that are gone and workers that die."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from services.users.tests.factories import DEVICE, account, session

from chassis.accounts.export import DATA, DONE, ByteSink, files_name
from chassis.errors import Transient
from chassis.ids import new_id
from chassis.testing import FakeClock
from users.domain import events
from users.domain.archives import LEASE, Archives
from users.domain.exports import A_DAY, WAIT, ExportLimits, Exports
from users.domain.own_records import OwnRecords
from users.domain.records import Account, Export, ExportStatus
from users.errors import ExportNotFound
from users.store.memory_exports import MemoryExportFiles
from users.wiring import Stores


@pytest.fixture
def ada(stores: Stores, clock: FakeClock) -> Account:
    one = account("ada@example.com", scopes=frozenset({"pages:write"}), created_at=clock())
    stores.accounts.create(one, events.account_created(one, "https://u", clock))
    stores.sessions.begin(session(one.id), b"token", 1, 100)
    return one


@pytest.fixture
def exports(stores: Stores, clock: FakeClock) -> Exports:
    limits = ExportLimits(3, timedelta(minutes=15))
    services = ["media", "todos"]
    return Exports(stores.exports, stores.accounts, stores.export_files, services, "https://u", limits, clock)


@pytest.fixture
def archives(stores: Stores, clock: FakeClock) -> Archives:
    own = OwnRecords(stores.accounts, stores.sessions, stores.proofs, clock)
    return Archives(stores.exports, stores.export_files, own, clock)


@pytest.fixture
def pending(exports: Exports, ada: Account) -> Export:
    return exports.request(new_id(), ada.id)


def put_part(files: MemoryExportFiles, export_id: UUID, service: str, **named: bytes) -> None:
    """Write a part that names these files; each is readable."""
    lines = [json.dumps({"name": name, "url": f"https://s3/{name}"}) for name in named]
    files.files |= {f"https://s3/{name}": body for name, body in named.items()}
    files.parts[(service, export_id, DATA)] = b'{"kept": []}'
    files.parts[(service, export_id, files_name(0))] = "\n".join(lines).encode()
    files.parts[(service, export_id, DONE)] = b'{"files": 1}'


def put_parts(files: MemoryExportFiles, export_id: UUID) -> None:
    put_part(files, export_id, "media", cat=b"meow")
    put_part(files, export_id, "todos")


def contents(files: MemoryExportFiles, export_id: UUID) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(files.archives[export_id])) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}


def go_on(archives: Archives, clock: FakeClock, seconds: float = 60) -> None:
    clock.advance(seconds)
    archives.run()


def test_an_archive_is_there_once_every_part_is(
    archives: Archives, exports: Exports, export_files: MemoryExportFiles, pending: Export, clock: FakeClock
) -> None:
    assert pending.account_id is not None
    archives.run()
    put_part(export_files, pending.id, "todos")
    go_on(archives, clock)
    assert exports.get(pending.account_id, pending.id).status is ExportStatus.PENDING
    put_part(export_files, pending.id, "media", cat=b"meow", dog=b"woof" * 100)
    go_on(archives, clock)
    ready = exports.get(pending.account_id, pending.id)
    assert (ready.status, ready.expires_at) == (ExportStatus.READY, clock() + A_DAY)
    assert exports.address(ready) == f"https://s3.example.test/{pending.id}.zip?seconds=900"
    found = contents(export_files, pending.id)
    assert set(found) == {"users.json", "media.json", "todos.json", "media/cat", "media/dog"}
    assert found["media/dog"] == b"woof" * 100
    assert export_files.parts == {}


def test_what_stands_here_is_handed_over_without_what_opens_anything(
    archives: Archives, export_files: MemoryExportFiles, pending: Export, ada: Account
) -> None:
    put_parts(export_files, pending.id)
    archives.run()
    text = contents(export_files, pending.id)["users.json"].decode()
    own: dict[str, Any] = json.loads(text)
    assert (own["profile"][0]["email"], own["profile"][0]["scopes"]) == (ada.email, ["pages:write"])
    assert [one["user_agent"] for one in own["sessions"]] == [DEVICE.user_agent]
    assert ada.password_hash not in text
    assert {name for one in own["profile"] + own["sessions"] for name in one} == {
        *("id", "email", "email_verified", "name", "scopes", "reminders_by_mail", "created_at"),
        *("user_agent", "address", "last_used_at", "expires_at"),
    }


def test_a_file_that_is_gone_by_then_is_named_as_missing(
    archives: Archives, export_files: MemoryExportFiles, pending: Export
) -> None:
    put_part(export_files, pending.id, "todos")
    put_part(export_files, pending.id, "media", cat=b"meow", dog=b"woof")
    del export_files.files["https://s3/dog"]
    archives.run()
    found = contents(export_files, pending.id)
    assert json.loads(found["missing.json"]) == ["media/dog"]
    assert found["media/cat"] == b"meow"


def test_a_part_that_does_not_come_fails_the_export_and_another_may_be_asked_for(
    archives: Archives, exports: Exports, export_files: MemoryExportFiles, pending: Export, clock: FakeClock
) -> None:
    assert pending.account_id is not None
    put_part(export_files, pending.id, "todos")
    go_on(archives, clock)
    go_on(archives, clock, WAIT.total_seconds())
    failed = exports.get(pending.account_id, pending.id)
    assert (failed.status, exports.address(failed)) == (ExportStatus.FAILED, None)
    assert (export_files.parts, export_files.archives) == ({}, {})
    put_parts(export_files, pending.id)  # too late
    go_on(archives, clock)
    assert export_files.archives == {}
    assert exports.request(new_id(), pending.account_id).status is ExportStatus.PENDING


def test_a_bucket_that_is_away_holds_an_export_up_and_does_not_fail_it(
    archives: Archives, exports: Exports, export_files: MemoryExportFiles, pending: Export, clock: FakeClock
) -> None:
    assert pending.account_id is not None
    put_parts(export_files, pending.id)
    export_files.away = True
    archives.run()
    export_files.away = False
    go_on(archives, clock, LEASE.total_seconds())
    assert exports.get(pending.account_id, pending.id).status is ExportStatus.READY


def test_what_a_worker_left_half_done_another_does_anew(
    archives: Archives,
    stores: Stores,
    exports: Exports,
    export_files: MemoryExportFiles,
    pending: Export,
    clock: FakeClock,
) -> None:
    assert pending.account_id is not None
    put_parts(export_files, pending.id)
    assert stores.exports.claim(clock(), clock() + LEASE)  # and dies
    archives.run()
    assert export_files.archives == {}
    go_on(archives, clock, LEASE.total_seconds())
    assert exports.get(pending.account_id, pending.id).status is ExportStatus.READY


class SlowFiles(MemoryExportFiles):
    """Files of which each chunk takes a while; `meanwhile` happens after the first."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self.clock = clock
        self.meanwhile = lambda: None

    @contextmanager
    def fetch(self, url: str) -> Iterator[Iterator[bytes]]:
        with super().fetch(url) as chunks:
            yield self._slowly(chunks)

    def _slowly(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            yield chunk
            self.clock.advance(40)
            self.meanwhile()


class TestSlowFiles:
    """While an archive is written for minutes."""

    @pytest.fixture
    def export_files(self, clock: FakeClock) -> SlowFiles:
        return SlowFiles(clock)

    @pytest.fixture
    def parts(self, export_files: SlowFiles, pending: Export) -> None:
        put_part(export_files, pending.id, "todos")
        put_part(export_files, pending.id, "media", cat=b"meow" * 50)

    @pytest.mark.usefixtures("parts")
    def test_nobody_else_begins_with_it(
        self, archives: Archives, stores: Stores, export_files: SlowFiles, pending: Export, clock: FakeClock
    ) -> None:
        others: list[Export | None] = []
        export_files.meanwhile = lambda: others.append(stores.exports.claim(clock(), clock() + LEASE))
        archives.run()
        assert others
        assert set(others) == {None}
        assert contents(export_files, pending.id)["media/cat"] == b"meow" * 50

    @pytest.mark.usefixtures("parts")
    def test_an_account_that_is_erased_leaves_no_archive(
        self,
        archives: Archives,
        stores: Stores,
        export_files: SlowFiles,
        ada: Account,
        clock: FakeClock,
    ) -> None:
        def erase() -> None:
            export_files.meanwhile = lambda: None
            stores.accounts.erase(ada.id, events.account_deleted(ada, "https://u", clock))

        export_files.meanwhile = erase
        archives.run()
        assert export_files.archives == {}
        go_on(archives, clock)
        assert export_files.parts == {}


def test_erasing_the_account_deletes_its_archive_and_what_comes_late(
    archives: Archives,
    stores: Stores,
    export_files: MemoryExportFiles,
    pending: Export,
    ada: Account,
    clock: FakeClock,
) -> None:
    put_parts(export_files, pending.id)
    archives.run()
    assert export_files.archives
    stores.accounts.erase(ada.id, events.account_deleted(ada, "https://u", clock))
    archives.run()
    assert export_files.archives == {}
    put_parts(export_files, pending.id)
    go_on(archives, clock, 3600)
    assert export_files.parts == {}
    go_on(archives, clock, 2 * A_DAY.total_seconds())
    assert stores.exports.claim(clock() + 9 * A_DAY, clock() + 10 * A_DAY) is None


def test_an_archive_goes_when_it_has_expired(
    archives: Archives,
    exports: Exports,
    export_files: MemoryExportFiles,
    pending: Export,
    clock: FakeClock,
) -> None:
    assert pending.account_id is not None
    put_parts(export_files, pending.id)
    archives.run()
    go_on(archives, clock, A_DAY.total_seconds() - 60)
    near = exports.get(pending.account_id, pending.id)
    assert exports.address(near) == f"https://s3.example.test/{pending.id}.zip?seconds=60"
    go_on(archives, clock, 60)
    assert export_files.archives == {}
    with pytest.raises(ExportNotFound):
        exports.get(pending.account_id, pending.id)


def test_one_that_cannot_be_made_does_not_hold_up_the_others(
    archives: Archives,
    stores: Stores,
    exports: Exports,
    export_files: MemoryExportFiles,
    pending: Export,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bob = account()
    stores.accounts.create(bob, events.account_created(bob, "https://u", clock))
    other = exports.request(new_id(), bob.id)
    for one in (pending, other):
        put_parts(export_files, one.id)
    write = export_files.archive

    @contextmanager
    def failing(export_id: UUID) -> Iterator[ByteSink]:
        if export_id == pending.id:
            raise Transient("Not now.")
        with write(export_id) as out:
            yield out

    monkeypatch.setattr(export_files, "archive", failing)
    archives.run()
    assert exports.get(bob.id, other.id).status is ExportStatus.READY


def test_a_service_is_not_waited_for_where_none_hears_of_exports(
    stores: Stores, archives: Archives, export_files: MemoryExportFiles, ada: Account, clock: FakeClock
) -> None:
    limits = ExportLimits(3, timedelta(minutes=15))
    alone = Exports(stores.exports, stores.accounts, export_files, [], "https://u", limits, clock)
    export = alone.request(new_id(), ada.id)
    archives.run()
    assert set(contents(export_files, export.id)) == {"users.json"}


@pytest.mark.parametrize("verified", [True, False])
def test_the_address_is_told_where_it_is_proven(clock: FakeClock, *, verified: bool) -> None:
    event = events.export_requested(account(email_verified=verified), new_id(), "https://u", clock)
    assert ("address" in event.data) is verified
