"""What is made, what flows through it, and what a second run does."""

from __future__ import annotations

import json

import pytest

from slipway.provision.accounts import Clients, ProvisionTarget
from slipway.provision.run import ProvisionError, provision
from slipway.tests.provision.conftest import BUYER, SELLER, manifests


def receive(account, url, seconds=0):
    """All messages that can be received now."""
    sqs, found = account.root("sqs"), []
    while batch := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=seconds, MessageAttributeNames=["All"]
    ).get("Messages"):
        found += batch
    return found


def publish(account, kind, body="{}"):
    attributes = {"type": {"DataType": "String", "StringValue": kind}}
    topic = account.env["seller"]["EVENTS_TOPIC_ARN"]
    account.of("seller", "sns").publish(TopicArn=topic, Message=body, MessageAttributes=attributes)


def test_an_event_arrives_raw_and_only_where_its_type_is_wanted(fresh):
    publish(fresh, "seller.sale.undone.v1", '{"n": 1}')
    publish(fresh, "seller.sale.made.v1", '{"n": 2}')
    [message] = receive(fresh, fresh.env["buyer"]["PURCHASES_QUEUE_URL"])
    assert json.loads(message["Body"]) == {"n": 2}
    assert message["MessageAttributes"]["type"]["StringValue"] == "seller.sale.made.v1"


def test_a_topic_that_the_manifest_does_not_name_cannot_send(fresh):
    sns = fresh.root("sns")
    foreign = sns.create_topic(Name=f"{fresh.prefix}foreign")["TopicArn"]
    sns.subscribe(TopicArn=foreign, Protocol="sqs", Endpoint=fresh.names.arn("queue/purchases"))
    sns.publish(TopicArn=foreign, Message="m")
    assert receive(fresh, fresh.env["buyer"]["PURCHASES_QUEUE_URL"]) == []


def test_an_object_is_announced_when_its_key_has_the_prefix(fresh):
    bucket = fresh.env["seller"]["PICTURES_BUCKET"]
    for key in ("users/a.jpg", "thumbnails/a.jpg"):
        fresh.root("s3").put_object(Bucket=bucket, Key=key, Body=b"a")
    bodies = [json.loads(one["Body"]) for one in receive(fresh, fresh.env["seller"]["PICTURES_QUEUE_URL"])]
    keys = [record["s3"]["object"]["key"] for body in bodies for record in body.get("Records", [])]
    assert keys == ["users/a.jpg"]


def test_a_message_received_too_often_goes_to_the_dead_letters(fresh):
    seller, sqs = fresh.env["seller"], fresh.root("sqs")
    sqs.send_message(QueueUrl=seller["PICTURES_QUEUE_URL"], MessageBody="poison")
    for _ in range(4):
        sqs.receive_message(QueueUrl=seller["PICTURES_QUEUE_URL"], VisibilityTimeout=0, WaitTimeSeconds=0)
    assert "poison" in [one["Body"] for one in receive(fresh, seller["PICTURES_DLQ_URL"])]


def test_tables_have_their_expiry_and_index(account):
    dynamodb, name = account.root("dynamodb"), account.env["seller"]["WARES_TABLE"]
    table = dynamodb.describe_table(TableName=name)["Table"]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["by_owner"]
    assert (
        dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["AttributeName"]
        == "expires_at"
    )


def test_buckets_are_private_and_take_uploads_from_the_suites_pages(account):
    s3, name = account.root("s3"), account.env["seller"]["PICTURES_BUCKET"]
    blocked = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert all(blocked.values())
    [rule] = s3.get_bucket_cors(Bucket=name)["CORSRules"]
    assert rule["AllowedOrigins"] == ["https://*.localhost:8443"]
    assert {"GET", "POST", "PUT"} <= set(rule["AllowedMethods"])


def test_each_service_is_told_its_resources_by_the_names_of_its_manifest(account):
    names, seller, buyer = account.names, account.env["seller"], account.env["buyer"]
    url = f"{account.target.endpoint_url}/{account.target.account}/{account.prefix}"
    assert seller["WARES_TABLE"] == f"{account.prefix}wares"
    assert seller["PICTURES_QUEUE_URL"] == f"{url}pictures"
    assert seller["PICTURES_DLQ_URL"] == f"{url}pictures-dlq"
    assert seller["EVENTS_TOPIC_ARN"] == buyer["SALES"] == names.arn("topic/sales")
    assert seller["VISITOR_ROLE_ARN"] == names.arn("role/visitor")
    assert buyer["PICTURES"] == seller["PICTURES_BUCKET"]
    assert buyer["WORK"] == seller["PICTURES_QUEUE_URL"]
    assert seller["AWS_ACCESS_KEY_ID"] != buyer["AWS_ACCESS_KEY_ID"]


def test_a_second_run_writes_nothing(account, monkeypatch):
    calls = []
    original = Clients._make

    def recording(self, service):
        client = original(self, service)
        client.meta.events.register("before-call.*", lambda model, **_: calls.append(model.name))
        return client

    monkeypatch.setattr(Clients, "_make", recording)
    before = account.env
    assert account.provision() == before
    reads = ("Get", "List", "Describe")
    assert {name for name in calls if not name.startswith(reads)} == {
        "CreateTopic"
    }  # answers with the topic's ARN


def test_lost_keys_are_made_again(fresh):
    before = fresh.env["seller"]["AWS_ACCESS_KEY_ID"]
    user = fresh.names.user("seller")
    fresh.root("iam").delete_access_key(UserName=user, AccessKeyId=before)
    assert fresh.provision()["seller"]["AWS_ACCESS_KEY_ID"] != before
    for path in fresh.keys.iterdir():
        path.unlink()
    fresh.provision()
    publish(fresh, "seller.sale.made.v1")
    assert len(fresh.root("iam").list_access_keys(UserName=user)["AccessKeyMetadata"]) == 1


def test_keys_are_for_their_owner_only(account):
    assert {path.stat().st_mode & 0o777 for path in account.keys.iterdir()} == {0o600}


def test_changes_of_a_manifest_are_applied(fresh):
    queue = {**SELLER["queues"][0], "visibility_timeout": 90, "max_receives": 7}
    more = {**queue, "name": "sales-copy", "env": "COPY_QUEUE_URL", "subscribes": [{"topic": "sales"}]}
    table = {**SELLER["stores"]["tables"][0], "indexes": [{"name": "by_shop", "partition": "shop"}]}
    bucket = {**SELLER["stores"]["buckets"][0], "notify_prefix": "new/", "browser_uploads": False}
    listener = {**BUYER["queues"][0], "subscribes": [{"topic": "sales", "types": ["seller.sale.undone.v1"]}]}
    fresh.provision(
        seller={"queues": [queue, more], "stores": {"tables": [table], "buckets": [bucket]}},
        buyer={"queues": [listener]},
    )
    sqs, seller = fresh.root("sqs"), fresh.env["seller"]
    found = sqs.get_queue_attributes(QueueUrl=seller["PICTURES_QUEUE_URL"], AttributeNames=["All"])[
        "Attributes"
    ]
    assert found["VisibilityTimeout"] == "90"
    assert json.loads(found["RedrivePolicy"])["maxReceiveCount"] in (7, "7")
    indexes = fresh.root("dynamodb").describe_table(TableName=seller["WARES_TABLE"])["Table"][
        "GlobalSecondaryIndexes"
    ]
    assert {index["IndexName"] for index in indexes} == {"by_owner", "by_shop"}  # data is never removed
    publish(fresh, "seller.sale.undone.v1")
    assert len(receive(fresh, fresh.env["buyer"]["PURCHASES_QUEUE_URL"])) == 1
    assert len(receive(fresh, seller["COPY_QUEUE_URL"])) == 1
    fresh.root("s3").put_object(Bucket=seller["PICTURES_BUCKET"], Key="new/a", Body=b"a")
    assert "new/a" in "".join(one["Body"] for one in receive(fresh, seller["PICTURES_QUEUE_URL"]))


def test_a_queue_that_no_longer_listens_is_unsubscribed(fresh):
    fresh.provision(buyer={"queues": [{**BUYER["queues"][0], "subscribes": []}]})
    publish(fresh, "seller.sale.made.v1")
    assert receive(fresh, fresh.env["buyer"]["PURCHASES_QUEUE_URL"]) == []


def test_another_key_for_a_table_is_refused_with_advice(fresh):
    table = {**SELLER["stores"]["tables"][0], "partition": "other"}
    with pytest.raises(ProvisionError, match="new name"):
        fresh.provision(seller={"stores": {"tables": [table], "buckets": SELLER["stores"]["buckets"]}})


def stores_with(table):
    return {"stores": {"tables": [table], "buckets": SELLER["stores"]["buckets"]}}


LOCAL = {"name": "by_price", "partition": "pk", "sort": "price", "local": True}


def test_a_local_index_is_made_with_its_table(fresh):
    table = {**SELLER["stores"]["tables"][0], "name": "wares-by-price"}
    table["indexes"] = [*table["indexes"], LOCAL]
    for _ in range(2):
        fresh.provision(seller=stores_with(table) | {"permissions": []})
    found = fresh.root("dynamodb").describe_table(TableName=fresh.names.name("wares-by-price"))["Table"]
    assert [index["IndexName"] for index in found["LocalSecondaryIndexes"]] == ["by_price"]
    assert [index["IndexName"] for index in found["GlobalSecondaryIndexes"]] == ["by_owner"]


def test_a_local_index_for_a_table_that_is_there_is_refused_with_advice(fresh):
    table = {**SELLER["stores"]["tables"][0], "indexes": [LOCAL]}
    with pytest.raises(ProvisionError, match="new name"):
        fresh.provision(seller=stores_with(table) | {"permissions": []})


def test_an_emulator_that_is_away_is_one_clear_error(tmp_path):
    with pytest.raises(ProvisionError, match="Could not connect"):
        provision(manifests(), ProvisionTarget("http://127.0.0.1:9", "key", "secret"), keys=tmp_path)
