"""What is signed for S3's public host is good at the emulator behind the gateway."""

from __future__ import annotations

import io
import socket
import time
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config

S3 = "s3.localhost"


@pytest.fixture(scope="module")
def bucket(aws):
    return aws.environment("media")["MEDIA_BUCKET"]


@pytest.fixture(scope="module")
def signer(before_s3, aws):
    """An S3 client with the media service's own credentials, which signs for the public host."""
    mine = aws.environment("media")
    return boto3.client(
        "s3",
        endpoint_url=f"https://{S3}:{before_s3.edge.port}",
        region_name="us-east-1",
        aws_access_key_id=mine["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=mine["AWS_SECRET_ACCESS_KEY"],
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )


def follow(gateway, url, method="GET", **more):
    parts = urlsplit(url)
    return gateway.call(f"{parts.path}?{parts.query}", host=S3, method=method, **more)


def test_a_presigned_put_and_get(before_s3, signer, bucket):
    where = {"Bucket": bucket, "Key": "users/u/with space+plus.txt"}
    put = follow(before_s3, signer.generate_presigned_url("put_object", where), "PUT", body=b"hello")
    assert put.status == 200, put.body
    got = follow(
        before_s3, signer.generate_presigned_url("get_object", where), headers={"Range": "bytes=1-3"}
    )
    assert (got.status, got.body) == (206, b"ell")


def test_a_changed_signature_or_key_is_refused(before_s3, signer, bucket):
    url = signer.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "users/u/a"})
    assert follow(before_s3, url[:-4] + "0000").status == 403
    assert follow(before_s3, url.replace("users/u/a", "users/u/b")).status == 403


def test_an_expired_url_is_refused(before_s3, signer, bucket):
    url = signer.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "users/u/a"}, ExpiresIn=1)
    time.sleep(2.1)
    assert follow(before_s3, url).status == 403


def form(gateway, signed, content, name="file"):
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in signed.items()
    ]
    file = f'--b\r\nContent-Disposition: form-data; name="{name}"; filename="a"\r\n\r\n'
    body = "".join(parts).encode() + file.encode() + content + b"\r\n--b--\r\n"
    headers = {
        "Content-Type": "multipart/form-data; boundary=b",
        "Origin": f"https://app.localhost:{gateway.edge.port}",
    }
    return headers, body


def test_a_presigned_post_within_its_conditions(before_s3, signer, bucket):
    signed = signer.generate_presigned_post(
        bucket,
        "users/u/posted.jpg",
        Fields={"Content-Type": "image/jpeg"},
        Conditions=[{"Content-Type": "image/jpeg"}, ["content-length-range", 1, 10]],
    )
    path = urlsplit(signed["url"]).path
    for content, statuses in ((b"0123456789", {200, 201, 204}), (b"0123456789+", {400})):
        headers, body = form(before_s3, signed["fields"], content)
        answer = before_s3.call(path, host=S3, method="POST", headers=headers, body=body)
        assert answer.status in statuses, answer.body
    headers, body = form(before_s3, {**signed["fields"], "key": "users/other/x"}, b"01234")
    assert before_s3.call(path, host=S3, method="POST", headers=headers, body=body).status == 403


def test_pages_of_the_suite_may_read_the_answer(before_s3, signer, bucket):
    where = {"Bucket": bucket, "Key": "users/u/seen"}
    headers = {"Origin": "https://app.localhost:8443"}
    put = follow(
        before_s3, signer.generate_presigned_url("put_object", where), "PUT", body=b"x", headers=headers
    )
    assert put.headers["access-control-allow-origin"] in ("https://app.localhost:8443", "*")
    asked = before_s3.call(
        f"/{bucket}/users/u/seen",
        host=S3,
        method="OPTIONS",
        headers={**headers, "Access-Control-Request-Method": "PUT"},
    )
    assert asked.status == 200
    assert "PUT" in asked.headers["access-control-allow-methods"]


@pytest.mark.parametrize("key", ["test", "000000000000", ""])
def test_nobody_is_root_from_outside(before_s3, bucket, key):
    forger = boto3.client(
        "s3",
        endpoint_url=f"https://{S3}:{before_s3.edge.port}",
        region_name="us-east-1",
        aws_access_key_id=key or "x",
        aws_secret_access_key="test",
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
    url = forger.generate_presigned_url("list_objects_v2", {"Bucket": bucket})
    assert follow(before_s3, url).status == 403
    assert (
        before_s3.call(f"/{bucket}/users/u/seen", host=S3, headers={"Authorization": "Bearer x"}).status
        == 403
    )
    assert before_s3.call(f"/{bucket}/users/u/seen", host=S3).status == 403


def test_other_services_are_out_of_reach(before_s3, aws, bucket):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = before_s3.call(
        f"/{bucket}", host=S3, method="POST", headers=headers, body=b"Action=ListUsers&Version=2010-05-08"
    )
    assert answer.status >= 400


@pytest.fixture
def sdk(before_s3, aws, monkeypatch):
    """An SDK that really connects, as an app with a user's temporary credentials would."""
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **more: resolve("127.0.0.1" if host == S3 else host, *rest, **more),
    )
    given = aws.service_client("users", "sts").assume_role(
        RoleArn=aws.environment("users")["STORAGE_ROLE_ARN"], RoleSessionName="someone"
    )["Credentials"]
    return boto3.client(
        "s3",
        endpoint_url=f"https://{S3}:{before_s3.edge.port}",
        region_name="us-east-1",
        verify=str(before_s3.tls.root),
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
    )


@pytest.mark.parametrize("checksums", ["when_supported", "when_required"])
def test_an_sdk_uploads_streams_and_lists(sdk, bucket, checksums):
    sdk.meta.config.request_checksum_calculation = checksums
    content = bytes(range(256)) * 2000
    sdk.put_object(Bucket=bucket, Key="users/sdk/small", Body=b"small", ContentType="text/plain")
    sdk.upload_fileobj(io.BytesIO(content), bucket, "users/sdk/streamed ü+&.bin")
    assert sdk.get_object(Bucket=bucket, Key="users/sdk/streamed ü+&.bin")["Body"].read() == content
    listed = sdk.list_objects_v2(Bucket=bucket, Prefix="users/sdk/", Delimiter="/", MaxKeys=100)
    assert [item["Key"] for item in listed["Contents"]] == ["users/sdk/small", "users/sdk/streamed ü+&.bin"]
    sdk.delete_object(Bucket=bucket, Key="users/sdk/small")


def test_an_sdk_uploads_in_parts(sdk, bucket):
    chunk = 700 * 1024  # the gateway under test takes bodies up to a mebibyte
    upload = sdk.create_multipart_upload(Bucket=bucket, Key="users/u/parts")["UploadId"]
    where = {"Bucket": bucket, "Key": "users/u/parts", "UploadId": upload}
    parts = [
        {"PartNumber": n, "ETag": sdk.upload_part(**where, PartNumber=n, Body=bytes([n]) * chunk)["ETag"]}
        for n in (1, 2)
    ]
    sdk.complete_multipart_upload(**where, MultipartUpload={"Parts": parts})
    assert sdk.head_object(Bucket=bucket, Key="users/u/parts")["ContentLength"] == 2 * chunk
