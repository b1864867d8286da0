"""The S3 store keeps the contract, with the service's own permissions."""

from __future__ import annotations

from typing import Any

import pytest
from services.media.tests.store.files_contract import FilesContract
from services.media.tests.store.multipart_contract import MultipartContract

from chassis.errors import Transient
from chassis.stores.aws import Aws
from media.store.s3 import S3Files
from media.store.s3_multipart import S3Multipart


@pytest.fixture
def bucket(media_environment: dict[str, str]) -> str:
    return media_environment["MEDIA_BUCKET"]


@pytest.fixture
def files(bucket_client: Any, bucket: str) -> S3Files:
    return S3Files(bucket_client, bucket)


@pytest.fixture
def put(bucket_client: Any, bucket: str) -> Any:
    def put(key: str, body: bytes, content_type: str) -> None:
        bucket_client.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type)

    return put


@pytest.fixture
def multipart(bucket_client: Any, bucket: str) -> S3Multipart:
    return S3Multipart(bucket_client, bucket)


@pytest.fixture
def put_part(bucket_client: Any, bucket: str) -> Any:
    def put_part(key: str, upload_id: str, number: int, body: bytes) -> str:
        answer = bucket_client.upload_part(
            Bucket=bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=body
        )
        return str(answer["ETag"].strip('"'))

    return put_part


class TestS3Files(FilesContract):
    pass


class TestS3Multipart(MultipartContract):
    pass


def test_an_s3_that_is_away_is_transient() -> None:
    credentials = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    away = S3Files(Aws("us-east-1", "http://127.0.0.1:9", credentials).client("s3"), "media")
    with pytest.raises(Transient):
        away.stat("users/a/b")
    with pytest.raises(Transient), away.read("users/a/b", "e"):
        pytest.fail("nothing can be read")
