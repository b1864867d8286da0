"""Parts and archives of exports in their bucket: `parts/<service>/<export>/`, `archives/<export>.zip`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

import requests

from chassis.accounts.export import DONE, ByteSink
from chassis.accounts.s3_parts import part_key
from chassis.errors import NotFound
from chassis.stores.aws import translated
from chassis.stores.s3_writer import s3_writer
from users.errors import FileGone, FileUnreadable, ForeignFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CHUNK = 256 * 1024
_TIMEOUT = (2.0, 20.0)
_FILENAME = "export.zip"


class S3ExportFiles:
    """ExportFiles in one bucket. `public` makes addresses as clients reach S3."""

    def __init__(self, client: S3Client, public: S3Client, bucket: str) -> None:
        self._client = client
        self._public = public
        self._bucket = bucket
        self._http = requests.Session()
        self._http.trust_env = False

    def has(self, export_id: UUID, service: str) -> bool:
        try:
            with translated("Looking for a part"):
                self._client.head_object(Bucket=self._bucket, Key=part_key(service, export_id, DONE))
        except NotFound:
            return False
        return True

    @contextmanager
    def read(self, export_id: UUID, service: str, name: str) -> Iterator[Iterator[bytes]]:
        with translated("Reading a part"):
            answer = self._client.get_object(Bucket=self._bucket, Key=part_key(service, export_id, name))
            with closing(answer["Body"]) as body:
                yield body.iter_chunks(_CHUNK)

    @contextmanager
    def fetch(self, url: str) -> Iterator[Iterator[bytes]]:
        if not self._is_of_s3(url):
            raise ForeignFile
        try:
            with self._http.get(url, stream=True, timeout=_TIMEOUT, allow_redirects=False) as answer:
                if answer.status_code == 404:
                    raise FileGone
                if answer.status_code != 200:
                    raise FileUnreadable
                yield answer.iter_content(_CHUNK)
        except requests.RequestException as error:
            raise FileUnreadable from error

    def archive(self, export_id: UUID) -> AbstractContextManager[ByteSink]:
        return s3_writer(self._client, self._bucket, _archive_key(export_id), "application/zip")

    def address(self, export_id: UUID, lifetime: timedelta) -> str:
        return self._public.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": _archive_key(export_id),
                "ResponseContentDisposition": f'attachment; filename="{_FILENAME}"',
                "ResponseCacheControl": "private, no-store",
            },
            ExpiresIn=max(1, int(lifetime.total_seconds())),
        )

    def delete_parts(self, export_id: UUID, services: Sequence[str]) -> None:
        pages = self._client.get_paginator("list_objects_v2")
        with translated("Deleting parts"):
            for service in services:
                for page in pages.paginate(Bucket=self._bucket, Prefix=part_key(service, export_id, "")):
                    for found in page.get("Contents", ()):
                        self._client.delete_object(Bucket=self._bucket, Key=found["Key"])

    def delete_archive(self, export_id: UUID) -> None:
        with translated("Deleting an archive"):
            self._client.delete_object(Bucket=self._bucket, Key=_archive_key(export_id))

    def _is_of_s3(self, url: str) -> bool:
        """Say whether a part names an address of S3: of AWS's anywhere in its domain, or of the emulator."""
        ours, told = urlsplit(self._client.meta.endpoint_url), urlsplit(url)
        host = ours.hostname or ""
        within = host[host.index(".amazonaws.") :] if ".amazonaws." in host else None
        same = (told.scheme, told.netloc) == (ours.scheme, ours.netloc)
        aws = within is not None and told.scheme == "https" and (told.hostname or "").endswith(within)
        return same or aws


def _archive_key(export_id: UUID) -> str:
    return f"archives/{export_id}.zip"
