"""Each service may do what its manifest names, and nothing else: the emulator enforces it."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

ITEM = {"pk": {"S": "a"}, "sk": {"S": "b"}}


def refused(call):
    with pytest.raises(ClientError) as error:
        call()
    code = error.value.response["Error"]["Code"]
    assert code in ("AccessDenied", "AccessDeniedException", "AuthorizationError"), code
    return True


def test_a_service_may_do_what_its_manifest_names(account):
    dynamodb = account.of("seller", "dynamodb")
    table = account.env["seller"]["WARES_TABLE"]
    dynamodb.put_item(TableName=table, Item={**ITEM, "owner": {"S": "me"}})
    assert dynamodb.get_item(TableName=table, Key=ITEM)["Item"]["owner"] == {"S": "me"}
    found = dynamodb.query(
        TableName=table,
        IndexName="by_owner",
        KeyConditionExpression="#o = :o",
        ExpressionAttributeNames={"#o": "owner"},
        ExpressionAttributeValues={":o": {"S": "me"}},
    )
    assert found["Count"] == 1
    s3 = account.of("seller", "s3")
    s3.put_object(Bucket=account.env["seller"]["PICTURES_BUCKET"], Key="thumbnails/a", Body=b"a")
    account.of("seller", "sns").publish(TopicArn=account.env["seller"]["EVENTS_TOPIC_ARN"], Message="m")


def test_a_service_may_consume_from_its_queues_without_a_line_of_its_own(account):
    sqs, mine = account.of("seller", "sqs"), account.env["seller"]
    queue, dead = mine["PICTURES_QUEUE_URL"], mine["PICTURES_DLQ_URL"]
    account.root("sqs").send_message(QueueUrl=queue, MessageBody="m")
    [found] = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    handle = {"QueueUrl": queue, "ReceiptHandle": found["ReceiptHandle"]}
    sqs.change_message_visibility(**handle, VisibilityTimeout=30)
    sqs.send_message(QueueUrl=dead, MessageBody=found["Body"])
    sqs.delete_message(**handle)
    assert refused(lambda: sqs.send_message(QueueUrl=queue, MessageBody="m"))
    assert refused(lambda: sqs.receive_message(QueueUrl=dead))


def test_an_action_that_is_not_named_is_refused(account):
    table = account.env["seller"]["WARES_TABLE"]
    dynamodb = account.of("seller", "dynamodb")
    assert refused(lambda: dynamodb.delete_item(TableName=table, Key=ITEM))
    assert refused(lambda: dynamodb.scan(TableName=table))
    assert refused(lambda: dynamodb.delete_table(TableName=table))
    assert refused(lambda: dynamodb.list_tables())
    query = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "a"}}}
    assert refused(lambda: dynamodb.query(TableName=table, **query))


def test_a_transaction_is_checked_item_by_item(account):
    table = account.env["seller"]["WARES_TABLE"]
    dynamodb = account.of("seller", "dynamodb")
    item = {"pk": {"S": "t"}, "sk": {"S": "t"}}
    dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": item}}])
    assert refused(
        lambda: dynamodb.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": table, "Item": item}},
                {"Delete": {"TableName": table, "Key": ITEM}},
            ]
        )
    )


def test_another_services_resources_are_refused(account):
    table = account.env["seller"]["WARES_TABLE"]
    assert refused(lambda: account.of("buyer", "dynamodb").get_item(TableName=table, Key=ITEM))
    assert refused(
        lambda: account.of("buyer", "sns").publish(TopicArn=account.env["buyer"]["SALES"], Message="m")
    )
    assert refused(lambda: account.of("buyer", "sqs").receive_message(QueueUrl=account.env["buyer"]["WORK"]))
    assert refused(lambda: account.of("buyer", "s3").list_objects_v2(Bucket=account.env["buyer"]["PICTURES"]))


def test_keys_outside_the_named_pattern_are_refused(account):
    s3, bucket = account.of("seller", "s3"), account.env["seller"]["PICTURES_BUCKET"]
    assert refused(lambda: s3.put_object(Bucket=bucket, Key="users/a", Body=b"a"))
    assert refused(lambda: s3.delete_object(Bucket=bucket, Key="thumbnails/a"))


def test_no_service_may_manage_anything(account):
    for service, call in (
        ("iam", lambda iam: iam.create_user(UserName="evil")),
        ("iam", lambda iam: iam.list_users()),
        ("sqs", lambda sqs: sqs.create_queue(QueueName="evil")),
        ("s3", lambda s3: s3.list_buckets()),
        ("kms", lambda kms: kms.create_key()),
        ("secretsmanager", lambda secrets: secrets.list_secrets()),
    ):
        client = account.of("seller", service)
        assert refused(lambda call=call, client=client: call(client))


def test_a_policy_written_before_is_replaced(fresh):
    assert fresh.of("seller", "sns").publish(TopicArn=fresh.env["seller"]["EVENTS_TOPIC_ARN"], Message="m")
    fresh.provision(seller={"permissions": [{"allow": ["dynamodb:GetItem"], "on": ["table/wares"]}]})
    topic = fresh.env["seller"]["EVENTS_TOPIC_ARN"]
    assert refused(lambda: fresh.of("seller", "sns").publish(TopicArn=topic, Message="m"))
    fresh.provision(seller={"permissions": []})
    table = fresh.env["seller"]["WARES_TABLE"]
    assert refused(lambda: fresh.of("seller", "dynamodb").get_item(TableName=table, Key=ITEM))


class TestTemporaryCredentials:
    """The storage contract: one folder for one user."""

    @pytest.fixture
    def visit(self, account):
        def credentials(subject, service="seller"):
            bucket = f"arn:aws:s3:::{account.env['seller']['PICTURES_BUCKET']}"
            listing = {"StringLike": {"s3:prefix": [f"users/{subject}/*", f"users/{subject}/"]}}
            statements = [
                {
                    "Effect": "Allow",
                    "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
                    "Resource": f"{bucket}/users/{subject}/*",
                },
                {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket, "Condition": listing},
            ]
            given = account.of(service, "sts").assume_role(
                RoleArn=account.env["seller"]["VISITOR_ROLE_ARN"],
                RoleSessionName=subject,
                Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}),
                DurationSeconds=900,
            )["Credentials"]
            return account.client("s3", given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])

        return credentials

    def test_a_user_owns_their_folder(self, account, visit):
        bucket, s3 = account.env["seller"]["PICTURES_BUCKET"], visit("alice")
        s3.put_object(Bucket=bucket, Key="users/alice/a.jpg", Body=b"a")
        assert s3.get_object(Bucket=bucket, Key="users/alice/a.jpg")["Body"].read() == b"a"
        assert s3.list_objects_v2(Bucket=bucket, Prefix="users/alice/")["KeyCount"] == 1
        s3.delete_object(Bucket=bucket, Key="users/alice/a.jpg")

    def test_another_users_folder_is_refused(self, account, visit):
        bucket, s3 = account.env["seller"]["PICTURES_BUCKET"], visit("alice")
        visit("bob").put_object(Bucket=bucket, Key="users/bob/b.jpg", Body=b"b")
        assert refused(lambda: s3.get_object(Bucket=bucket, Key="users/bob/b.jpg"))
        assert refused(lambda: s3.put_object(Bucket=bucket, Key="users/bob/c.jpg", Body=b"c"))
        assert refused(lambda: s3.delete_object(Bucket=bucket, Key="users/bob/b.jpg"))
        assert refused(lambda: s3.list_objects_v2(Bucket=bucket, Prefix="users/bob/"))
        assert refused(lambda: s3.list_objects_v2(Bucket=bucket, Prefix="users/"))
        assert refused(lambda: s3.list_objects_v2(Bucket=bucket))
        copy = {"Bucket": bucket, "Key": "users/bob/b.jpg"}
        assert refused(lambda: s3.copy_object(Bucket=bucket, Key="users/alice/stolen", CopySource=copy))

    def test_a_session_has_no_more_than_its_role(self, account, visit):
        bucket = account.env["seller"]["PICTURES_BUCKET"]
        assert refused(
            lambda: visit("../thumbnails").put_object(Bucket=bucket, Key="thumbnails/x", Body=b"x")
        )

    def test_only_the_service_that_owns_the_role_may_assume_it(self, account, visit):
        assert refused(lambda: visit("alice", service="buyer"))
