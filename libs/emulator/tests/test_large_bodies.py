"""A large body is read for those only who may send it."""

from __future__ import annotations

import socket
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import psutil
import pytest
import requests
from botocore.exceptions import ClientError

from emulator.tests.conftest import Emulator

MIB = 1024 * 1024
LARGE = 200 * MIB
FORGED = (
    "AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00"
)


@pytest.fixture
def bucket(shared):
    shared.client("s3").create_bucket(Bucket="large")
    yield "large"
    for found in shared.client("s3").list_objects_v2(Bucket="large").get("Contents", []):
        shared.client("s3").delete_object(Bucket="large", Key=found["Key"])
    shared.client("s3").delete_bucket(Bucket="large")


def answer_to_the_head(emulator, method, target, *headers, body=b""):
    """Send the head and beginning of a request with a large body; return the answer's status."""
    fields = "".join(f"{header}\r\n" for header in headers)
    head = f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{emulator.port}\r\n{fields}"
    with socket.create_connection(("127.0.0.1", emulator.port), timeout=120) as connection:
        connection.sendall(f"{head}Content-Length: {LARGE}\r\n\r\n".encode() + body)
        return int(connection.recv(100).split()[1])


def answer_to_a_form(emulator, form):
    """Send a form as far as its file, which is announced to be large; return the answer's status."""
    fields = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form["fields"].items()
    )
    body = f'{fields}--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    kind = "Content-Type: multipart/form-data; boundary=x"
    return answer_to_the_head(emulator, "POST", "/large", kind, body=body.encode())


def forger(emulator):
    return emulator.client("s3", secret="somebody-elses-secret", version="s3v4")


def test_a_large_body_without_a_signature_is_refused_before_it_has_come(shared, bucket):
    assert answer_to_the_head(shared, "PUT", "/large/a") == 403
    assert answer_to_the_head(shared, "POST", "/", "X-Amz-Target: DynamoDB_20120810.PutItem") == 403


def test_a_large_body_under_a_forged_signature_is_refused_before_it_has_come(shared, bucket):
    for key in ("AKIAROOTROOTROOTROOT", "AKIAUNKNOWN"):
        assert (
            answer_to_the_head(shared, "PUT", "/large/a", f"Authorization: {FORGED.format(key=key)}") == 403
        )
    forged = urlsplit(forger(shared).generate_presigned_url("put_object", {"Bucket": "large", "Key": "a"}))
    assert answer_to_the_head(shared, "PUT", f"{forged.path}?{forged.query}") == 403


def test_a_large_form_under_a_forged_policy_is_refused_before_its_file_has_come(shared, bucket):
    assert answer_to_a_form(shared, forger(shared).generate_presigned_post("large", "a")) == 403


def test_a_form_larger_than_its_policy_is_refused_before_its_file_has_come(shared, bucket):
    conditions = [["content-length-range", 1, 5 * MIB]]
    form = shared.client("s3", version="s3v4").generate_presigned_post("large", "a", Conditions=conditions)
    assert answer_to_a_form(shared, form) == 403


def test_a_stranger_does_not_fill_the_memory(shared, bucket):
    process = psutil.Process(shared.pid)
    before = process.memory_info().rss
    for _ in range(3):
        with suppress(requests.ConnectionError):
            assert requests.put(f"{shared.url}/large/a", data=bytes(100 * MIB), timeout=60).status_code == 403
    assert process.memory_info().rss - before < 50 * MIB


def test_who_may_send_a_large_body_by_any_kind_of_signature(shared, bucket):
    s3, body = shared.client("s3"), bytes(3 * MIB)
    s3.put_object(Bucket="large", Key="header", Body=body)
    for version in ("s3v4", "s3"):
        signer = shared.client("s3", version=version)
        address = signer.generate_presigned_url("put_object", {"Bucket": "large", "Key": version})
        assert requests.put(address, data=body, timeout=60).status_code == 200
        conditions = [["content-length-range", 1, 5 * MIB]]
        form = signer.generate_presigned_post("large", f"{version}-form", Conditions=conditions)
        assert requests.post(form["url"], form["fields"], files={"file": body}, timeout=60).status_code == 204
    upload = s3.create_multipart_upload(Bucket="large", Key="parts")["UploadId"]
    s3.upload_part(Bucket="large", Key="parts", UploadId=upload, PartNumber=1, Body=body)
    s3.abort_multipart_upload(Bucket="large", Key="parts", UploadId=upload)
    sizes = {one["Key"]: one["Size"] for one in s3.list_objects_v2(Bucket="large")["Contents"]}
    assert sizes == dict.fromkeys(("header", "s3v4", "s3v4-form", "s3", "s3-form"), 3 * MIB)


def test_a_temporary_key_sends_large_bodies_with_its_token_only(shared, bucket):
    given = shared.client("sts").get_session_token()["Credentials"]
    named = {"key": given["AccessKeyId"], "secret": given["SecretAccessKey"]}
    with pytest.raises(ClientError):
        shared.client("s3", **named).put_object(Bucket="large", Key="a", Body=bytes(3 * MIB))
    signed = shared.client("s3", **named, token=given["SessionToken"])
    signed.put_object(Bucket="large", Key="a", Body=bytes(3 * MIB))


def test_who_sends_slowly_waits_on_disk_and_not_in_memory(shared, bucket):
    address = urlsplit(
        shared.client("s3", version="s3v4").generate_presigned_url(
            "put_object", {"Bucket": "large", "Key": "slow"}
        )
    )
    head = f"PUT {address.path}?{address.query} HTTP/1.1\r\nHost: 127.0.0.1:{shared.port}\r\n"
    process = psutil.Process(shared.pid)
    shared.client("s3").put_object(Bucket="large", Key="first", Body=bytes(3 * MIB))
    before = process.memory_info().rss
    with ExitStack() as stack:
        for _ in range(10):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", shared.port), timeout=60))
            connection.sendall(f"{head}Content-Length: {LARGE}\r\n\r\n".encode() + bytes(20 * MIB))
        shared.client("s3").put_object(Bucket="large", Key="quick", Body=bytes(3 * MIB))
        assert process.memory_info().rss - before < 60 * MIB


def test_what_comes_whole_is_stored_as_it_was_sent(shared, bucket):
    body = bytes(range(256)) * (5 * MIB // 256)
    shared.client("s3").put_object(Bucket="large", Key="whole", Body=body)
    assert shared.client("s3").get_object(Bucket="large", Key="whole")["Body"].read() == body
    assert list((shared.state / "bodies").iterdir()) == []


def test_a_body_beyond_the_largest_is_refused(emulator_python, tmp_path):
    small = Emulator(emulator_python, tmp_path / "emulator", EMULATOR_LARGEST_BODY_BYTES=str(2 * MIB))
    small.start()
    try:
        s3 = small.client("s3")
        s3.create_bucket(Bucket="large")
        s3.put_object(Bucket="large", Key="a", Body=bytes(2 * MIB))
        with pytest.raises(ClientError) as refused:
            s3.put_object(Bucket="large", Key="b", Body=bytes(3 * MIB))
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    finally:
        small.end()
