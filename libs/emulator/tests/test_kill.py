"""Whatever the emulator has acknowledged is there after kill -9."""

from __future__ import annotations

import json
import threading
import time

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

ACCOUNT = "000000000000"
ROUNDS = 4


def queue_fed_by(emulator, topic, queue):
    """Make `queue` with a subscription to `topic`; return the queue's URL and the topic's ARN."""
    sns, sqs = emulator.client("sns"), emulator.client("sqs")
    arn = sns.create_topic(Name=topic)["TopicArn"]
    target = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{queue}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": target,
        "Condition": {"ArnEquals": {"aws:SourceArn": arn}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    url = sqs.create_queue(QueueName=queue, Attributes={"Policy": policy})["QueueUrl"]
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=target, Attributes={"RawMessageDelivery": "true"})
    return url, arn


def bucket_announcing(emulator, bucket, topic):
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
        "Condition": {"ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    emulator.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=bucket)
    configuration = {"TopicConfigurations": [{"TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}]}
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)


def drain(emulator, url):
    """Receive everything that can be received now, without deleting."""
    sqs = emulator.client("sqs")
    found = []
    while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=300).get(
        "Messages"
    ):
        found += [message["Body"] for message in batch]
    return found


class Writers:
    """Threads that each repeat one call and remember what was acknowledged."""

    def __init__(self, calls):
        self.acknowledged = {name: [] for name in calls}
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=item) for item in calls.items()]
        for thread in self._threads:
            thread.start()

    def _write(self, name, call):
        number = 0
        while not self._stop.is_set():
            number += 1
            try:
                call(f"{name}-{number}")
            except (BotoCoreError, ClientError, ResponseParserError):
                time.sleep(0.05)
            else:
                self.acknowledged[name].append(f"{name}-{number}")
            time.sleep(0.02)

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join()


def test_nothing_acknowledged_is_lost_when_it_is_killed_again_and_again(tables):
    queue, _ = queue_fed_by(tables, "unused", "work")
    published, topic = queue_fed_by(tables, "events", "events")
    announced, uploads = queue_fed_by(tables, "uploads", "uploads")
    bucket_announcing(tables, "files", uploads)
    dynamodb = tables.client("dynamodb")
    dynamodb.create_table(
        TableName="things",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    sqs, sns, s3, iam = (tables.client(name) for name in ("sqs", "sns", "s3", "iam"))
    writers = Writers(
        {
            "sent": lambda text: sqs.send_message(QueueUrl=queue, MessageBody=text),
            "published": lambda text: sns.publish(TopicArn=topic, Message=text),
            "put": lambda text: s3.put_object(Bucket="files", Key=text, Body=text.encode() * 500),
            "item": lambda text: dynamodb.put_item(TableName="things", Item={"pk": {"S": text}}),
            "user": lambda text: iam.create_user(UserName=text),
        }
    )
    for _ in range(ROUNDS):
        time.sleep(0.8)
        tables.kill_and_start()
    writers.stop()
    tables.kill_and_start()

    wrote = writers.acknowledged
    assert all(len(names) > 5 for names in wrote.values()), {name: len(them) for name, them in wrote.items()}
    assert set(wrote["sent"]) <= set(drain(tables, queue))
    assert set(wrote["published"]) <= set(drain(tables, published))
    keys = [
        record["s3"]["object"]["key"]
        for text in drain(tables, announced)
        for record in json.loads(text).get("Records", [])
    ]
    assert set(wrote["put"]) <= set(keys)
    s3 = tables.client("s3")
    for name in wrote["put"]:
        assert s3.get_object(Bucket="files", Key=name)["Body"].read() == name.encode() * 500
    items = tables.client("dynamodb").get_paginator("scan").paginate(TableName="things")
    assert set(wrote["item"]) <= {item["pk"]["S"] for page in items for item in page["Items"]}
    users = tables.client("iam").get_paginator("list_users").paginate()
    assert set(wrote["user"]) <= {user["UserName"] for page in users for user in page["Users"]}


def test_messages_in_flight_can_be_received_again_at_once(emulator):
    sqs = emulator.client("sqs")
    url = sqs.create_queue(QueueName="work")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="held")
    sqs.receive_message(QueueUrl=url, VisibilityTimeout=600)
    emulator.kill_and_start()
    assert drain(emulator, url) == ["held"]


def test_a_receipt_from_before_still_deletes(emulator):
    sqs = emulator.client("sqs")
    url = sqs.create_queue(QueueName="work")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="held")
    receipt = sqs.receive_message(QueueUrl=url)["Messages"][0]["ReceiptHandle"]
    emulator.kill_and_start()
    emulator.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=receipt)
    assert drain(emulator, url) == []


def test_deleted_messages_stay_deleted(emulator):
    sqs = emulator.client("sqs")
    url = sqs.create_queue(QueueName="work")["QueueUrl"]
    for text in ("one", "two"):
        sqs.send_message(QueueUrl=url, MessageBody=text)
    first = sqs.receive_message(QueueUrl=url)["Messages"][0]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    emulator.kill_and_start()
    assert drain(emulator, url) == ["two"]


def test_how_often_a_message_was_received_is_remembered(emulator):
    sqs = emulator.client("sqs")
    url = sqs.create_queue(QueueName="work")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="poison")
    sqs.receive_message(QueueUrl=url, VisibilityTimeout=600)
    emulator.kill_and_start()
    again = emulator.client("sqs").receive_message(QueueUrl=url, AttributeNames=["ApproximateReceiveCount"])
    assert again["Messages"][0]["Attributes"]["ApproximateReceiveCount"] == "2"


def test_temporary_credentials_and_the_roles_behind_them_survive(emulator):
    iam = emulator.client("iam")
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "sts:AssumeRole",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="visitor", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    allowed = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::files/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName="visitor", PolicyName="all", PolicyDocument=policy)
    emulator.client("s3").create_bucket(Bucket="files")
    narrow = json.dumps(
        {"Version": "2012-10-17", "Statement": [{**allowed, "Resource": "arn:aws:s3:::files/mine/*"}]}
    )
    given = emulator.client("sts").assume_role(RoleArn=role, RoleSessionName="me", Policy=narrow)[
        "Credentials"
    ]
    emulator.kill_and_start()
    s3 = emulator.client(
        "s3", key=given["AccessKeyId"], secret=given["SecretAccessKey"], token=given["SessionToken"]
    )
    s3.put_object(Bucket="files", Key="mine/a", Body=b"a")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket="files", Key="yours/a", Body=b"a")


def test_a_multipart_upload_goes_on_after_a_kill(emulator):
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket="files")
    upload = s3.create_multipart_upload(Bucket="files", Key="big", ContentType="image/png")["UploadId"]
    first = s3.upload_part(Bucket="files", Key="big", UploadId=upload, PartNumber=1, Body=b"a" * 5_242_880)
    emulator.kill_and_start()
    s3 = emulator.client("s3")
    second = s3.upload_part(Bucket="files", Key="big", UploadId=upload, PartNumber=2, Body=b"b")
    parts = [{"PartNumber": 1, "ETag": first["ETag"]}, {"PartNumber": 2, "ETag": second["ETag"]}]
    s3.complete_multipart_upload(Bucket="files", Key="big", UploadId=upload, MultipartUpload={"Parts": parts})
    emulator.kill_and_start()
    whole = emulator.client("s3").get_object(Bucket="files", Key="big")
    assert whole["ContentType"] == "image/png"
    assert whole["Body"].read() == b"a" * 5_242_880 + b"b"
    assert not list((emulator.state / "uploads").iterdir())


def test_the_emulators_own_tables_survive_too(emulator):
    dynamodb = emulator.client("dynamodb")
    dynamodb.create_table(
        TableName="things",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName="things", Item={"pk": {"S": "a"}, "bytes": {"B": b"\x00\xff"}})
    emulator.kill_and_start()
    found = emulator.client("dynamodb").get_item(TableName="things", Key={"pk": {"S": "a"}})["Item"]
    assert found["bytes"] == {"B": b"\x00\xff"}


def test_keys_secrets_parameters_and_identities_survive(emulator):
    key = emulator.client("kms").create_key()["KeyMetadata"]["KeyId"]
    sealed = emulator.client("kms").encrypt(KeyId=key, Plaintext=b"hidden")["CiphertextBlob"]
    emulator.client("secretsmanager").create_secret(Name="word", SecretString="hidden")
    emulator.client("ssm").put_parameter(Name="/a", Value="b", Type="String")
    emulator.client("ses").verify_email_identity(EmailAddress="a@example.test")
    emulator.kill_and_start()
    assert emulator.client("kms").decrypt(CiphertextBlob=sealed)["Plaintext"] == b"hidden"
    assert emulator.client("secretsmanager").get_secret_value(SecretId="word")["SecretString"] == "hidden"
    assert emulator.client("ssm").get_parameter(Name="/a")["Parameter"]["Value"] == "b"
    assert "a@example.test" in emulator.client("ses").list_identities()["Identities"]
