"""Who may enter the emulator, and what they are told when something behind it is away."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError, HTTPClientError

from emulator.tests.conftest import KEY, SERVE

SIGNED = "AWS4-HMAC-SHA256 Credential=KEY/{today}/us-east-1/{service}/aws4_request, "
SIGNED += "SignedHeaders=host, Signature=0"


def ask(emulator, path, method="GET", headers=None, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=60)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_health_is_open(shared):
    status, body = ask(shared, "/_ministack/health")
    assert status == 200
    assert json.loads(body)["auth"] == "enabled"


@pytest.mark.parametrize(
    "path", ["/_ministack/reset", "/_ministack/config", "/_localstack/health", "/_aws/x"]
)
def test_administration_is_not(shared, path):
    assert ask(shared, path, "POST")[0] == 404


def test_calls_without_credentials_are_refused(shared):
    status, _ = ask(shared, "/", "POST", {"X-Amz-Target": "AmazonSQS.ListQueues"}, b"{}")
    assert status in (400, 403)


@pytest.mark.parametrize(
    "credentials",
    [
        {"key": "AKIAUNKNOWNUNKNOWN00"},
        {"secret": "wrong"},
        {"key": "test", "secret": "test"},
        {"key": "test"},
        {"key": "000000000000"},
    ],
    ids=[
        "unknown key",
        "wrong secret",
        "the well-known test key",
        "test with our secret",
        "an account number",
    ],
)
def test_other_credentials_are_refused(shared, credentials):
    shared.client("s3").create_bucket(Bucket="files")
    calls = {
        "sqs": lambda sqs: sqs.list_queues(),
        "iam": lambda iam: iam.list_users(),
        "sns": lambda sns: sns.list_topics(),
        "sts": lambda sts: sts.get_session_token(),
        "dynamodb": lambda dynamodb: dynamodb.list_tables(),
        "s3": lambda s3: s3.list_objects_v2(Bucket="files"),
    }
    for service, call in calls.items():
        with pytest.raises(ClientError) as refused:
            call(shared.client(service, **credentials))
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 401, 403), service


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer token",
        "Basic dGVzdDp0ZXN0",
        "AWS test:signature",
        "AWS4-HMAC-SHA256",
        SIGNED.replace("KEY", ""),
        SIGNED.replace("KEY", "test"),
        SIGNED.replace("KEY", "{root}"),
        SIGNED.replace("KEY", "{root}").replace("HMAC", "ECDSA-P256"),
    ],
)
def test_what_is_not_a_good_signature_is_refused(shared, authorization):
    shared.client("s3").create_bucket(Bucket="files")
    shared.client("s3").put_object(Bucket="files", Key="a", Body=b"a")
    for service, method, path, target in (
        ("sqs", "POST", "/", "AmazonSQS.ListQueues"),
        ("dynamodb", "POST", "/", "DynamoDB_20120810.ListTables"),
        ("s3", "GET", "/files/a", None),
        ("s3", "GET", "/files?list-type=2", None),
        ("s3", "PUT", "/files/b", None),
        ("s3", "DELETE", "/files/a", None),
        ("s3", "GET", "/files/a?AWSAccessKeyId=test&Signature=x&Expires=9999999999", None),
        ("s3", "GET", f"/files/a?AWSAccessKeyId={KEY}&Signature=x&Expires=9999999999", None),
    ):
        headers = {"X-Amz-Target": target} if target else {}
        if authorization is not None:
            headers["Authorization"] = authorization.format(
                service=service, root=KEY, today=time.strftime("%Y%m%d", time.gmtime())
            )
        status, body = ask(shared, path, method, headers, b"{}" if target else None)
        assert 400 <= status < 404, (service, method, path, status, body[:200])


@pytest.mark.parametrize("key", ["test", "AKIAUNKNOWNUNKNOWN00", KEY])
def test_a_form_upload_needs_a_good_signature_too(shared, key):
    shared.client("s3").create_bucket(Bucket="files")
    forger = shared.client("s3", key=key, secret="guessed")
    form = forger.generate_presigned_post("files", "a", ExpiresIn=60)
    fields = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form["fields"].items()
    )
    body = f'{fields}--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\na\r\n--x--\r\n'
    status, _ = ask(
        shared, "/files", "POST", {"Content-Type": "multipart/form-data; boundary=x"}, body.encode()
    )
    assert status == 403


@pytest.mark.parametrize("name", ["a\r\nSet-Cookie: b=c", "a\nb", "a\x00b", "\r\n"])
def test_line_breaks_in_what_a_reader_asks_for_end_no_header_field(shared, name):
    s3 = shared.client("s3")
    s3.create_bucket(Bucket="named")
    s3.put_object(Bucket="named", Key="a", Body=b"content")
    asked = f"attachment; filename={name}"
    answer = s3.get_object(Bucket="named", Key="a", ResponseContentDisposition=asked)
    assert answer["Body"].read() == b"content"
    assert "set-cookie" not in answer["ResponseMetadata"]["HTTPHeaders"]
    assert answer["ContentDisposition"].startswith("attachment; filename=")


def test_services_that_a_suite_does_not_use_are_not_there(shared):
    headers = {"Authorization": "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/ec2/aws4_request"}
    assert ask(shared, "/", "POST", headers, b"Action=DescribeInstances")[0] >= 400


def test_a_request_meant_for_one_service_reaches_no_other(shared):
    url = shared.client("sqs").create_queue(QueueName="work")["QueueUrl"]
    sqs = shared.client("sqs")
    add = "before-sign.sqs.*"
    sqs.meta.events.register(add, lambda request, **_: request.headers.add_header("X-Slipway-Only", "s3"))
    with pytest.raises(ClientError, match="NotFound"):
        sqs.send_message(QueueUrl=url, MessageBody="a")


def test_a_missing_variable_is_named(emulator_python):
    done = subprocess.run([emulator_python, SERVE], env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "EMULATOR_PORT" in done.stderr


def test_it_stops_in_good_order_while_someone_waits_for_messages(emulator):
    sqs = emulator.client("sqs")
    url = sqs.create_queue(QueueName="work")["QueueUrl"]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(sqs.receive_message, QueueUrl=url, WaitTimeSeconds=20)
        time.sleep(1)
        assert not waiting.done()
        assert emulator.end(signal.SIGTERM) == 0
        # A poll that was waited for would have been answered.
        with pytest.raises((ClientError, HTTPClientError)):
            waiting.result()
    emulator.start()
    assert emulator.client("sqs").list_queues()["QueueUrls"] == [url]


def test_tables_that_are_away_are_a_reason_to_try_again(tables):
    dynamodb = tables.client("dynamodb")
    assert dynamodb.list_tables()["TableNames"] == []
    tables.upstream.kill()
    tables.upstream.wait()
    with pytest.raises(ClientError) as refused:
        dynamodb.list_tables()
    assert refused.value.response["Error"]["Code"] == "InternalServerError"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503


def test_the_tables_server_sees_only_calls_that_iam_allows(tables):
    tables.client("iam").create_user(UserName="nobody")
    key = tables.client("iam").create_access_key(UserName="nobody")["AccessKey"]
    stranger = tables.client("dynamodb", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    with pytest.raises(ClientError, match="AccessDenied"):
        stranger.list_tables()


def test_a_full_disk_is_not_answered_with_success(emulator):
    emulator.client("s3").create_bucket(Bucket="files")
    folder = emulator.state / "objects" / "000000000000" / "files"
    folder.rmdir()
    folder.write_text("in the way")
    with pytest.raises(ClientError) as refused:
        emulator.client("s3").put_object(Bucket="files", Key="a/b", Body=b"a")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
