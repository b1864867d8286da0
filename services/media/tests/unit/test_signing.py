"""Signed addresses: the same as botocore's, and steady within a window."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any
from unittest import mock

import boto3
import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st
from services.media.tests.factories import query_of

from chassis.testing import FakeClock
from media.store.signing import AwsSigningKey, S3SignedUrls

URL = "https://s3.example.test:8443/bucket"


def links(clock: FakeClock, token: str | None = None) -> S3SignedUrls:
    return S3SignedUrls("bucket", URL, "eu-west-1", lambda: AwsSigningKey("AKID", "secret", token), clock)


def botocore_url(clock: FakeClock, key: str, content_type: str, disposition: str, token: str | None) -> str:
    client: Any = boto3.client(
        "s3",
        region_name="eu-west-1",
        endpoint_url=URL.removesuffix("/bucket"),
        aws_access_key_id="AKID",
        aws_secret_access_key="secret",
        aws_session_token=token,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
    parameters = {
        "Bucket": "bucket",
        "Key": key,
        "ResponseContentType": content_type,
        "ResponseContentDisposition": disposition,
    }
    with mock.patch("botocore.auth.get_current_datetime", return_value=clock.now.replace(tzinfo=None)):
        url: str = client.generate_presigned_url("get_object", parameters, ExpiresIn=900)
    return url


@pytest.mark.parametrize("token", [None, "session+token/="])
@pytest.mark.parametrize("key", ["users/a/b.jpg", "users/a/Größe 1+1 ~(x)*'!.png", "users/a//x=y&z?#%41"])
def test_a_signature_is_the_one_that_botocore_makes(key: str, token: str | None) -> None:
    clock = FakeClock()
    ours = links(clock, token).download(key, "image/png", 'inline; filename="a b.png"')
    theirs = botocore_url(clock, key, "image/png", 'inline; filename="a b.png"', token)
    assert query_of(ours) == query_of(theirs)


@given(st.integers(min_value=0, max_value=299))
def test_an_address_is_steady_within_a_window(seconds: int) -> None:
    clock = FakeClock()
    first = links(clock).download("k", "image/png", "inline")
    clock.advance(seconds)
    assert links(clock).download("k", "image/png", "inline") == first


def test_the_next_window_has_another_address() -> None:
    clock = FakeClock()
    before, window = links(clock).download("k", "image/png", "inline"), links(clock).window()
    clock.advance(300)
    assert links(clock).download("k", "image/png", "inline") != before
    assert links(clock).window() == window + 1


def test_an_address_is_good_for_ten_minutes_at_least() -> None:
    clock = FakeClock()
    clock.advance(299)
    query = query_of(links(clock).download("k", "image/png", "inline"))
    assert query["X-Amz-Date"] == "20260131T120000Z"
    assert int(query["X-Amz-Expires"]) - 299 > 600


def test_a_form_fixes_key_type_and_size() -> None:
    clock = FakeClock()
    form = links(clock, "token").upload_form("users/a/k", "image/png", 123, clock.now + timedelta(minutes=15))
    policy = json.loads(base64.b64decode(form.fields["policy"]))
    assert form.url == URL
    assert policy["expiration"] == "2026-01-31T12:15:00.000Z"
    for condition in (
        {"bucket": "bucket"},
        {"key": "users/a/k"},
        {"Content-Type": "image/png"},
        ["content-length-range", 123, 123],
        {"x-amz-security-token": "token"},
    ):
        assert condition in policy["conditions"]


def test_a_form_with_a_digest_has_s3_compare_it() -> None:
    clock = FakeClock()
    digest = hashlib.sha256(b"content")
    form = links(clock).upload_form("users/a/k", "image/png", 7, clock.now, digest.hexdigest())
    told = {"x-amz-checksum-algorithm": "SHA256"}
    told["x-amz-checksum-sha256"] = base64.b64encode(digest.digest()).decode()
    assert form.fields.items() >= told.items()
    conditions = json.loads(base64.b64decode(form.fields["policy"]))["conditions"]
    assert all({name: value} in conditions for name, value in told.items())


def test_files_are_sent_to_the_nearest_edge_where_there_is_one_and_read_where_they_lie() -> None:
    clock = FakeClock()
    edge = "https://bucket.s3-accelerate.amazonaws.com"
    key = AwsSigningKey("AKID", "secret", None)
    made = S3SignedUrls("bucket", URL, "eu-west-1", lambda: key, clock, uploads_url=edge)
    later = clock() + timedelta(minutes=5)
    plain = links(clock)
    part = made.upload_part("users/7/a", "u", 1, 10, later)
    assert part.startswith(f"{edge}/users/7/a?")
    assert signature_of(part) != signature_of(plain.upload_part("users/7/a", "u", 1, 10, later))
    assert made.upload_form("users/7/a", "text/plain", 10, later).url == edge
    assert made.download("users/7/a", "text/plain", "inline") == plain.download(
        "users/7/a", "text/plain", "inline"
    )


def signature_of(url: str) -> str:
    return url.rpartition("X-Amz-Signature=")[2]
