"""Uploads in parts, in S3."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chassis.stores.aws import translated
from media.domain.ports import ArrivedPart, OpenUpload
from media.errors import PartsUnknown, UploadNotOpen

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_REFUSED = frozenset({"InvalidPart", "InvalidPartOrder", "EntityTooSmall", "MalformedXML", "InvalidRequest"})


class S3Multipart:
    """Multipart uploads into one bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def start(self, key: str, content_type: str) -> str:
        with translated("Beginning an upload in parts"):
            answer = self._client.create_multipart_upload(
                Bucket=self._bucket, Key=key, ContentType=content_type
            )
        return answer["UploadId"]

    def arrived(self, key: str, upload_id: str) -> list[ArrivedPart] | None:
        found: list[ArrivedPart] = []
        with translated("Looking up the parts of an upload"):
            pages = self._client.get_paginator("list_parts")
            try:
                for page in pages.paginate(Bucket=self._bucket, Key=key, UploadId=upload_id):
                    found += [
                        ArrivedPart(part["PartNumber"], part["ETag"].strip('"'), part["Size"])
                        for part in page.get("Parts", [])
                    ]
            except ClientError as error:
                if _code(error) == "NoSuchUpload":
                    return None
                raise
        return found

    def complete(self, key: str, upload_id: str, parts: Sequence[tuple[int, str]]) -> None:
        named = [{"PartNumber": number, "ETag": f'"{etag}"'} for number, etag in parts]
        with translated("Completing an upload"):
            try:
                self._client.complete_multipart_upload(
                    Bucket=self._bucket,
                    Key=key,
                    UploadId=upload_id,
                    MultipartUpload={"Parts": named},  # type: ignore[typeddict-item]  # the stub asks for more
                )
            except ClientError as error:
                if _code(error) in _REFUSED:
                    raise PartsUnknown from error
                if _code(error) == "NoSuchUpload":
                    raise UploadNotOpen from error
                raise

    def abort(self, key: str, upload_id: str) -> None:
        with translated("Aborting an upload"):
            try:
                self._client.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload_id)
            except ClientError as error:
                if _code(error) != "NoSuchUpload":
                    raise

    def open_uploads(self) -> Iterator[OpenUpload]:
        pages = self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self._bucket)
        with translated("Listing uploads in parts"):
            for page in pages:
                for found in page.get("Uploads", []):
                    yield OpenUpload(found["Key"], found["UploadId"], found["Initiated"])


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")
