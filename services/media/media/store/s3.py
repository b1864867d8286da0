"""The bucket in S3."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chassis.stores.aws import translated
from media.domain.objects import Content
from media.domain.ports import ListedFile, Listing
from media.errors import ContentChanged

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CHUNK = 1024 * 1024
_PER_REQUEST = 1000
_CHANGED = frozenset({"NoSuchKey", "404", "PreconditionFailed", "412"})


class S3Files:
    """Files in one S3 bucket. Nothing is ever held whole in memory."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def stat(self, key: str) -> Content | None:
        with translated("Looking up a file"):
            try:
                head = self._client.head_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                    return None
                raise
        return Content(
            head["ContentLength"], head["ETag"].strip('"'), head.get("ContentType", ""), head["LastModified"]
        )

    @contextmanager
    def read(self, key: str, etag: str) -> Iterator[Iterator[bytes]]:
        with translated("Reading a file"):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=key, IfMatch=f'"{etag}"')
            except ClientError as error:
                if error.response["Error"]["Code"] in _CHANGED:
                    raise ContentChanged from error
                raise
            with closing(answer["Body"]) as body:
                yield body.iter_chunks(_CHUNK)

    def write(self, key: str, source: Path, content_type: str) -> None:
        with translated("Storing a file"), source.open("rb") as body:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=body,
                ContentType=content_type,
                CacheControl="private, max-age=31536000, immutable",
            )

    def publish(self, source: str, etag: str, key: str, content_type: str, disposition: str) -> None:
        forever = "public, max-age=31536000, immutable"
        with translated("Publishing a file"):
            self._copy(source, etag, key, content_type, disposition, CacheControl=forever)

    def share(self, source: str, etag: str, key: str, content_type: str, disposition: str) -> None:
        with translated("Sharing a file"):
            self._copy(source, etag, key, content_type, disposition)

    def link(self, key: str, lifetime: timedelta) -> str:
        return self._client.generate_presigned_url(
            "get_object",
            Params={"Bucket": self._bucket, "Key": key},
            ExpiresIn=int(lifetime.total_seconds()),
        )

    def delete(self, key: str) -> None:
        with translated("Deleting a file"):
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def delete_all(self, prefix: str, keep: frozenset[str] = frozenset()) -> int:
        deleted, after, more = 0, "", True
        while more:
            page = self.listing(prefix, after, _PER_REQUEST)
            doomed = [file.key for file in page.files if file.key not in keep]
            with translated("Deleting files"):
                for key in doomed:
                    self._client.delete_object(Bucket=self._bucket, Key=key)
            deleted += len(doomed)
            after, more = (page.files[-1].key if page.files else ""), page.more
        return deleted

    def listing(self, prefix: str, after: str, limit: int) -> Listing:
        with translated("Listing files"):
            answer = self._client.list_objects_v2(
                Bucket=self._bucket, Prefix=prefix, StartAfter=after, MaxKeys=min(limit, _PER_REQUEST)
            )
        files = [
            ListedFile(entry["Key"], entry["ETag"].strip('"'), entry["LastModified"])
            for entry in answer.get("Contents", [])
        ]
        return Listing(files, answer["IsTruncated"])

    def probe(self) -> None:
        with translated("Reaching the bucket"):
            self._client.head_bucket(Bucket=self._bucket)

    def _copy(
        self, source: str, etag: str, key: str, content_type: str, disposition: str, **more: Any
    ) -> None:
        try:
            self._client.copy_object(
                Bucket=self._bucket,
                Key=key,
                CopySource={"Bucket": self._bucket, "Key": source},
                CopySourceIfMatch=f'"{etag}"',
                MetadataDirective="REPLACE",
                ContentType=content_type,
                ContentDisposition=disposition,
                **more,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _CHANGED:
                raise ContentChanged from error
            raise
