"""A form that names a checksum takes no other bytes."""

from __future__ import annotations

import base64
import hashlib

import pytest
import requests

CONTENT = b"the file"


def checksum(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


@pytest.fixture
def form(shared):
    s3 = shared.client("s3")
    s3.create_bucket(Bucket="forms")
    told = {"x-amz-checksum-algorithm": "SHA256", "x-amz-checksum-sha256": checksum(CONTENT)}
    conditions = [{name: value} for name, value in told.items()]
    yield s3.generate_presigned_post("forms", "a", Fields=told, Conditions=conditions)
    s3.delete_object(Bucket="forms", Key="a")
    s3.delete_bucket(Bucket="forms")


def post(form, content, **changes):
    return requests.post(
        form["url"], data={**form["fields"], **changes}, files={"file": ("x", content)}, timeout=60
    )


def test_the_bytes_that_were_announced_are_taken(form, shared):
    assert post(form, CONTENT).status_code in {200, 201, 204}
    assert shared.client("s3").get_object(Bucket="forms", Key="a")["Body"].read() == CONTENT


def test_other_bytes_are_refused_and_nothing_is_kept(form, shared):
    refused = post(form, b"another!")
    assert refused.status_code == 400
    assert "<Code>BadDigest</Code>" in refused.text
    assert "Contents" not in shared.client("s3").list_objects_v2(Bucket="forms")


def test_another_checksum_than_the_signed_one_is_refused(form):
    changed = {"x-amz-checksum-sha256": checksum(b"another!")}
    assert post(form, b"another!", **changed).status_code == 403
    del form["fields"]["x-amz-checksum-sha256"]
    assert post(form, b"another!").status_code == 403
