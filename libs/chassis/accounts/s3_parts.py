"""Parts of exports in the bucket of the service that makes archives of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

from chassis.accounts.export import ByteSink
from chassis.stores.s3_writer import s3_writer

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def part_key(service: str, export_id: UUID, name: str) -> str:
    """Return where an object of a part lies: the service comes first, so that each may write its own only."""
    return f"parts/{service}/{export_id}/{name}"


class S3ExportParts:
    """ExportParts of one service."""

    def __init__(self, client: S3Client, bucket: str, service: str) -> None:
        self._client = client
        self._bucket = bucket
        self._service = service

    @contextmanager
    def open(self, export_id: UUID, name: str) -> Iterator[ByteSink]:
        key = part_key(self._service, export_id, name)
        with s3_writer(self._client, self._bucket, key, "application/json") as out:
            yield out
