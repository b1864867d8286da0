"""The bucket is closed to everybody but the edge, which reads what is delivered and nothing else."""

from __future__ import annotations

import pytest
from gateway.tests.test_own_errors import is_problem


@pytest.fixture
def bucket(aws):
    return aws.environment("media")["MEDIA_BUCKET"]


def test_the_edge_delivers_what_the_bucket_refuses_to_strangers(delivering_from_s3, aws, bucket):
    key = "releases/app/1.0.0/\u00e9 one+two.zip"
    aws.client("s3").put_object(Bucket=bucket, Key=key, Body=b"release", ContentType="application/zip")
    path = "/releases/app/1.0.0/%C3%A9%20one+two.zip"
    assert delivering_from_s3.call(f"/{bucket}{path}", host="s3.localhost").status == 403
    answers = [delivering_from_s3.call(path, host="cdn.localhost") for _ in range(2)]
    assert [answer.body for answer in answers] == [b"release"] * 2
    assert [answer.headers["x-edge-cache"] for answer in answers] == ["MISS", "HIT"]
    assert answers[0].headers["content-type"] == "application/zip"


def test_the_edges_key_opens_nothing_that_is_not_delivered(aws, bucket):
    s3 = aws._client("s3", aws.edge_key.access_key_id, aws.edge_key.secret_access_key)
    aws.client("s3").put_object(Bucket=bucket, Key="users/u/own.txt", Body=b"own")
    for call in (
        lambda: s3.get_object(Bucket=bucket, Key="users/u/own.txt"),
        lambda: s3.put_object(Bucket=bucket, Key="releases/app/evil", Body=b""),
        lambda: s3.list_objects_v2(Bucket=bucket),
    ):
        with pytest.raises(s3.exceptions.ClientError, match=r"AccessDenied|403"):
            call()


def test_what_the_bucket_has_not_is_not_found(delivering_from_s3):
    is_problem(delivering_from_s3.call("/releases/none", host="cdn.localhost"), 404)
