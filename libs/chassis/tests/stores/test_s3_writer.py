"""Writing an object of unknown size, against the emulator."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from chassis.stores.s3_writer import s3_writer
from slipway.testing.aws import EmulatedAws

_PART = 5 * 1024 * 1024  # the least that S3 takes


@pytest.fixture
def s3(aws: EmulatedAws) -> Any:
    return aws.client("s3")


@pytest.fixture
def bucket(s3: Any) -> str:
    name = f"test-{uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    return name


def read(s3: Any, bucket: str) -> bytes:
    found: bytes = s3.get_object(Bucket=bucket, Key="x")["Body"].read()
    return found


def names(s3: Any, bucket: str) -> list[str]:
    return [one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", ())]


@pytest.mark.parametrize("size", [0, 3, _PART, 2 * _PART + 7])
def test_what_is_written_is_there_at_the_end(s3: Any, bucket: str, size: int) -> None:
    body = bytes(at % 251 for at in range(1000)) * (size // 1000 + 1)
    with s3_writer(s3, bucket, "x", "text/plain", _PART) as writer:
        for at in range(0, size, 700_001):
            writer.write(body[:size][at : at + 700_001])
        assert names(s3, bucket) == []
        assert writer.written == size
    assert read(s3, bucket) == body[:size]
    assert s3.head_object(Bucket=bucket, Key="x")["ContentType"] == "text/plain"


@pytest.mark.parametrize("size", [3, _PART + 1])
def test_nothing_is_left_of_what_breaks_off(s3: Any, bucket: str, size: int) -> None:
    def break_off() -> None:
        with s3_writer(s3, bucket, "x", "text/plain", _PART) as writer:
            writer.write(b"x" * size)
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert names(s3, bucket) == []
    assert s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []


def test_a_crowd_of_parts_grows_with_their_number() -> None:
    uploaded = list[int]()

    class Client:
        def create_multipart_upload(self, **_: Any) -> Any:
            return {"UploadId": "1"}

        def upload_part(self, **part: Any) -> Any:
            uploaded.append(len(part["Body"]))
            return {"ETag": "x"}

        def complete_multipart_upload(self, **_: Any) -> None: ...

    client: Any = Client()
    with s3_writer(client, "bucket", "x", "text/plain", 1) as writer:
        writer.write(b"x" * 16_000)
    assert (uploaded[0], uploaded[1000], uploaded[2000], uploaded[3000]) == (1, 2, 4, 8)
    assert sum(uploaded) == 16_000
