"""A part of an object is given of the very object that the client began to read."""

from __future__ import annotations

import pytest
import requests

CONTENT = bytes(range(256))
ETAG, DATE, WEAK = "the object's", "its last change", "a weak one"


@pytest.fixture
def address(shared):
    s3 = shared.client("s3")
    s3.create_bucket(Bucket="ranges")
    s3.put_object(Bucket="ranges", Key="a", Body=CONTENT)
    yield s3.generate_presigned_url("get_object", {"Bucket": "ranges", "Key": "a"})
    s3.delete_object(Bucket="ranges", Key="a")
    s3.delete_bucket(Bucket="ranges")


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        (ETAG, 206),
        (DATE, 206),
        (WEAK, 200),
        ('"another"', 200),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 200),
        ("Mon, 01 Jan 2035 00:00:00 GMT", 200),
        ("nonsense", 200),
    ],
)
def test_a_range_is_given_while_the_object_is_what_it_was(address, condition, status):
    now = requests.get(address, timeout=60).headers
    meant = {ETAG: now["ETag"], DATE: now["Last-Modified"], WEAK: f"W/{now['ETag']}"}
    headers = {"Range": "bytes=5-14", "If-Range": meant.get(condition, condition)}
    answer = requests.get(address, headers=headers, timeout=60)
    assert (answer.status_code, answer.content) == (status, CONTENT[5:15] if status == 206 else CONTENT)


def test_a_range_behind_the_end_of_what_has_changed_gets_the_whole(address):
    headers = {"Range": "bytes=9999-", "If-Range": '"another"'}
    assert requests.get(address, headers=headers, timeout=60).content == CONTENT
