"""The bucket of exports, with the permissions of those that use it."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
import requests
from services.users.tests.factories import account

from chassis.accounts.export import DATA, DONE
from chassis.accounts.s3_parts import S3ExportParts, part_key
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.stores.aws import Aws
from chassis.testing import FakeClock
from users.domain import events
from users.domain.archives import Archives
from users.domain.exports import ExportLimits, Exports
from users.domain.own_records import OwnRecords
from users.errors import FileGone, ForeignFile
from users.store.s3_exports import S3ExportFiles
from users.wiring import Stores

LIFETIME = timedelta(minutes=5)


@pytest.fixture
def bucket(aws: Any) -> str:
    return str(aws.environment("users")["EXPORTS_BUCKET"])


@pytest.fixture
def files(aws: Any, bucket: str) -> S3ExportFiles:
    told = aws.environment("users")
    keys = (told["AWS_ACCESS_KEY_ID"], told["AWS_SECRET_ACCESS_KEY"])
    mine = Aws(told["AWS_REGION"], told["AWS_ENDPOINT_URL"], keys).client("s3")
    return S3ExportFiles(mine, mine, bucket)


@pytest.fixture
def todos(aws: Any) -> S3ExportParts:
    """Where todos puts its parts, as todos."""
    told = aws.environment("todos")["EXPORTS_BUCKET"]
    return S3ExportParts(aws.service_client("todos", "s3"), told, "todos")


def read(files: S3ExportFiles, export_id: Any, name: str) -> bytes:
    with files.read(export_id, "todos", name) as chunks:
        return b"".join(chunks)


def test_a_part_is_there_once_it_is_whole(files: S3ExportFiles, todos: S3ExportParts) -> None:
    export_id = new_id()
    with todos.open(export_id, DATA) as out:
        out.write(b'{"todos": []}')
    assert not files.has(export_id, "todos")
    with todos.open(export_id, DONE) as out:
        out.write(b'{"files": 0}')
    assert files.has(export_id, "todos")
    assert not files.has(new_id(), "todos")
    assert read(files, export_id, DATA) == b'{"todos": []}'
    with pytest.raises(NotFound):
        read(files, export_id, "files-0.jsonl")
    files.delete_parts(export_id, ["media", "todos"])
    assert not files.has(export_id, "todos")
    with pytest.raises(NotFound):
        read(files, export_id, DATA)


def test_a_service_writes_its_own_parts_and_nothing_else(aws: Any, bucket: str) -> None:
    theirs = aws.service_client("todos", "s3")
    for key in (part_key("media", new_id(), DONE), f"archives/{new_id()}.zip"):
        with pytest.raises(theirs.exceptions.ClientError, match="AccessDenied"):
            theirs.put_object(Bucket=bucket, Key=key, Body=b"x")
    mine = part_key("todos", new_id(), DONE)
    theirs.put_object(Bucket=bucket, Key=mine, Body=b"x")
    with pytest.raises(theirs.exceptions.ClientError, match="AccessDenied"):
        theirs.get_object(Bucket=bucket, Key=mine)


def test_an_archive_is_downloaded_at_its_address_and_nowhere_else(files: S3ExportFiles) -> None:
    export_id = new_id()
    with files.archive(export_id) as out:
        out.write(b"archive")
    found = requests.get(address := files.address(export_id, LIFETIME), timeout=120)
    assert (found.status_code, found.content) == (200, b"archive")
    assert found.headers["Content-Disposition"] == 'attachment; filename="export.zip"'
    assert requests.get(address.partition("?")[0], timeout=120).status_code == 403
    files.delete_archive(export_id)
    files.delete_archive(export_id)
    assert requests.get(address, timeout=120).status_code == 404


def test_a_file_is_fetched_by_its_address_in_s3_alone(files: S3ExportFiles) -> None:
    export_id = new_id()
    with files.archive(export_id) as out:
        out.write(b"x" * 1_000_000)
    address = files.address(export_id, LIFETIME)
    with files.fetch(address) as chunks:
        assert b"".join(chunks) == b"x" * 1_000_000
    files.delete_archive(export_id)
    with pytest.raises(FileGone), files.fetch(address):
        pass
    for foreign in ("http://127.0.0.1:9/x", "http://169.254.170.2/v2/credentials", "file:///etc/passwd", ""):
        with pytest.raises(ForeignFile), files.fetch(foreign):
            pass


def test_an_archive_is_made_of_what_the_services_put_there(
    postgres_stores: Stores, files: S3ExportFiles, todos: S3ExportParts, clock: FakeClock
) -> None:
    ada = account()
    postgres_stores.accounts.create(ada, events.account_created(ada, "https://u", clock))
    limits = ExportLimits(3, LIFETIME)
    exports = Exports(
        postgres_stores.exports, postgres_stores.accounts, files, ["todos"], "https://u", limits, clock
    )
    export = exports.request(new_id(), ada.id)
    for name, body in ((DATA, b'{"todos": []}'), (DONE, b'{"files": 0}')):
        with todos.open(export.id, name) as out:
            out.write(body)
    own = OwnRecords(postgres_stores.accounts, postgres_stores.sessions, postgres_stores.proofs, clock)
    Archives(postgres_stores.exports, files, own, clock).run()
    address = exports.address(exports.get(ada.id, export.id))
    assert address is not None
    with zipfile.ZipFile(io.BytesIO(requests.get(address, timeout=120).content)) as archive:
        assert sorted(archive.namelist()) == ["todos.json", "users.json"]
    assert not files.has(export.id, "todos")
