"""S3's host leads to the suite's buckets and to nothing else of the emulator."""

from __future__ import annotations

import pytest

S3 = "s3.localhost"


def test_a_bucket_is_reached_with_the_host_that_was_signed(gateway):
    seen = gateway.call("/wares/users/a%20b.jpg?X-Amz-Signature=abc", host=S3).json
    assert seen["path"] == "/wares/users/a%20b.jpg?X-Amz-Signature=abc"
    assert seen["headers"]["host"] == f"s3.localhost:{gateway.edge.port}"
    assert seen["headers"]["x-slipway-only"] == "s3"


@pytest.mark.parametrize("path", ["/", "/other", "/_ministack/health", "/waresmore", "/v2/email/identities"])
def test_everything_else_is_hidden(gateway, path):
    answer = gateway.call(path, host=S3)
    assert answer.status == 404
    assert b"<Error>" in answer.body


def test_a_header_that_selects_another_service_is_dropped(gateway):
    headers = {"X-Amz-Target": "AmazonSQS.ListQueues", "X-Slipway-Only": "sqs"}
    seen = gateway.call("/wares", host=S3, method="POST", headers=headers, body=b"{}").json["headers"]
    assert "x-amz-target" not in seen
    assert seen["x-slipway-only"] == "s3"


def test_large_bodies_pass_up_to_the_limit(gateway):
    assert (
        gateway.call("/wares/a", host=S3, method="PUT", body=b"x" * 1024 * 1024).json["size"] == 1024 * 1024
    )


def test_larger_bodies_are_refused(running):
    # By HTTP/1.1: this client's HTTP/2 reads no answer before it has sent all of a body.
    refused = running.call("/wares/a", host=S3, method="PUT", body=b"x" * (1024 * 1024 + 1))
    assert refused.status == 413
    assert b"EntityTooLarge" in refused.body


@pytest.mark.parametrize(
    "path",
    ["/other/..%2fwares/a", "/wares/..%2fother/a", "/wares/%2e%2e%2fother", "/x/../wares", "/wares/..%5ca"],
)
def test_a_path_that_two_readers_may_understand_differently_is_refused(gateway, path):
    answer = gateway.call(path, host=S3)
    assert answer.status in (400, 404)
    assert b"<Error>" in answer.body


def test_a_name_with_dots_that_is_no_segment_is_a_name(gateway):
    assert gateway.call("/wares/a..b/.c", host=S3).json["path"] == "/wares/a..b/.c"


def test_what_people_stored_is_never_a_page_of_ours(gateway):
    for path in ("/wares/page.html", "/nothing"):
        assert gateway.call(path, host=S3).headers["content-security-policy"] == "sandbox"
