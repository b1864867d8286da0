"""Writing an object to S3 whose size nobody knows yet, with a bounded part of it in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from chassis.errors import Problem
from chassis.stores.aws import translated

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

PART_BYTES = 8 * 1024 * 1024
_WHAT = "Writing a file"
_PARTS_OF_A_SIZE = 1000
_LARGEST = 8  # times PART_BYTES; with S3's 10,000 parts that is half a terabyte


class S3Writer:
    """An object that is being written: parts go out as they fill up.

    Of one that is smaller than a part nothing is there before the end. `written` counts its bytes.
    """

    def __init__(self, client: S3Client, bucket: str, key: str, content_type: str, part_bytes: int) -> None:
        self._client = client
        self._bucket = bucket
        self._key = key
        self._content_type = content_type
        self._part_bytes = part_bytes
        self._buffer = bytearray()
        self._id: str | None = None
        self._parts: list[CompletedPartTypeDef] = []
        self.written = 0

    def write(self, data: bytes, /) -> int:
        """Take the bytes; raise Transient when S3 is away."""
        self._buffer += data
        self.written += len(data)
        while len(self._buffer) >= self._size():
            self._send(self._size())
        return len(data)

    def flush(self) -> None:
        """Do nothing: what S3 takes has a least size."""

    def complete(self) -> None:
        """Let the object be there."""
        if self._id is None:
            with translated(_WHAT):
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=self._key,
                    Body=bytes(self._buffer),
                    ContentType=self._content_type,
                )
            return
        if self._buffer:
            self._send(len(self._buffer))
        with translated(_WHAT):
            self._client.complete_multipart_upload(
                Bucket=self._bucket,
                Key=self._key,
                UploadId=self._id,
                MultipartUpload={"Parts": self._parts},
            )

    def abort(self) -> None:
        """Drop what was written; what cannot be dropped now the bucket's lifecycle rule drops."""
        if self._id is None:
            return
        with suppress(Problem), translated(_WHAT):
            self._client.abort_multipart_upload(Bucket=self._bucket, Key=self._key, UploadId=self._id)

    def _size(self) -> int:
        return self._part_bytes * min(_LARGEST, 1 << (len(self._parts) // _PARTS_OF_A_SIZE))

    def _send(self, size: int) -> None:
        number = len(self._parts) + 1
        body = bytes(memoryview(self._buffer)[:size])
        with translated(_WHAT):
            if self._id is None:
                self._id = self._client.create_multipart_upload(
                    Bucket=self._bucket, Key=self._key, ContentType=self._content_type
                )["UploadId"]
            answer = self._client.upload_part(
                Bucket=self._bucket, Key=self._key, UploadId=self._id, PartNumber=number, Body=body
            )
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"]})
        del self._buffer[:size]


@contextmanager
def s3_writer(
    client: S3Client, bucket: str, key: str, content_type: str, part_bytes: int = PART_BYTES
) -> Iterator[S3Writer]:
    """Write an object in the block: it is there once that has ended without an error, else nothing is.

    Needs `s3:PutObject` and `s3:AbortMultipartUpload`. Raises Transient.
    """
    writer = S3Writer(client, bucket, key, content_type, part_bytes)
    try:
        yield writer
        writer.complete()
    except BaseException:
        writer.abort()
        raise
