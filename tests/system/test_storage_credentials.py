"""Temporary AWS credentials reach one's own folder and nothing else."""

from datetime import UTC, datetime
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.system.expect import eventually, is_time, problem
from tests.system.pictures import photograph
from tests.system.uploading import credentials, settled, storage


@pytest.fixture
def mine(environment, anna):
    given = credentials(anna)
    return storage(environment, given), given


@pytest.fixture
def theirs(environment, ben):
    given = credentials(ben)
    client = storage(environment, given)
    client.put_object(Bucket=given["bucket"], Key=given["prefix"] + "secret.txt", Body=b"Ben's")
    return client, given


def refuses(call, *allowed, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    status = caught.value.response["ResponseMetadata"]["HTTPStatusCode"]
    assert status in (allowed or (403,)), caught.value


def test_credentials_say_where_what_and_how_long(anna):
    given = credentials(anna)
    assert given["prefix"] == f"users/{anna.id}/"
    assert is_time(given["expires_at"])
    remaining = (datetime.fromisoformat(given["expires_at"]) - datetime.now(UTC)).total_seconds()
    assert 600 < remaining <= 12 * 3600
    assert {
        "access_key_id",
        "secret_access_key",
        "session_token",
        "region",
        "endpoint_url",
        "bucket",
    } <= given.keys()


def test_credentials_are_not_to_be_stored_by_anyone(anna):
    response = anna.client.post("users", "/v1/me/storage-credentials")
    assert "no-store" in response.headers["Cache-Control"]


def test_credentials_need_a_token(anyone):
    problem(anyone.post("users", "/v1/me/storage-credentials"), 401)


def test_ones_own_folder_is_written_read_listed_and_emptied(mine):
    s3, given = mine
    place = {"Bucket": given["bucket"], "Key": given["prefix"] + "notes/a b ü.txt"}
    s3.put_object(**place, Body=b"hello")
    assert s3.get_object(**place)["Body"].read() == b"hello"
    assert s3.head_object(**place)["ContentLength"] == 5
    listed = s3.list_objects_v2(Bucket=given["bucket"], Prefix=given["prefix"])
    assert [entry["Key"] for entry in listed["Contents"]] == [place["Key"]]
    s3.delete_object(**place)
    assert "Contents" not in s3.list_objects_v2(Bucket=given["bucket"], Prefix=given["prefix"])


@pytest.mark.needs_enforcement
@pytest.mark.parametrize("call", ["get_object", "head_object", "delete_object"])
def test_anothers_file_is_refused(mine, theirs, call):
    s3, given = mine
    client, other = theirs
    key = other["prefix"] + "secret.txt"
    refuses(getattr(s3, call), Bucket=given["bucket"], Key=key)
    assert client.get_object(Bucket=other["bucket"], Key=key)["Body"].read() == b"Ben's"


@pytest.mark.needs_enforcement
def test_nothing_is_put_into_anothers_folder(mine, theirs):
    s3, given = mine
    refuses(s3.put_object, Bucket=given["bucket"], Key=theirs[1]["prefix"] + "evil.txt", Body=b"x")
    refuses(s3.put_object, Bucket=given["bucket"], Key=theirs[1]["prefix"] + "secret.txt", Body=b"x")


@pytest.mark.needs_enforcement
def test_anothers_file_is_neither_copied_in_nor_out(mine, theirs):
    s3, given = mine
    bucket, key = given["bucket"], theirs[1]["prefix"] + "secret.txt"
    refuses(
        s3.copy_object,
        Bucket=bucket,
        Key=given["prefix"] + "stolen.txt",
        CopySource={"Bucket": bucket, "Key": key},
    )
    s3.put_object(Bucket=bucket, Key=given["prefix"] + "mine.txt", Body=b"x")
    source = {"Bucket": bucket, "Key": given["prefix"] + "mine.txt"}
    refuses(s3.copy_object, Bucket=bucket, Key=key, CopySource=source)


@pytest.mark.needs_enforcement
def test_no_multipart_upload_begins_in_anothers_folder(mine, theirs):
    s3, given = mine
    refuses(s3.create_multipart_upload, Bucket=given["bucket"], Key=theirs[1]["prefix"] + "big.bin")


@pytest.mark.needs_enforcement
def test_an_address_signed_by_oneself_opens_only_ones_own(mine, theirs, anyone):
    s3, given = mine
    key = theirs[1]["prefix"] + "secret.txt"
    url = s3.generate_presigned_url("get_object", Params={"Bucket": given["bucket"], "Key": key})
    assert anyone.fetch(url).status_code == 403


@pytest.mark.needs_enforcement
def test_a_batch_of_deletions_spares_anothers_file(mine, theirs):
    s3, given = mine
    client, other = theirs
    key = other["prefix"] + "secret.txt"
    try:
        done = s3.delete_objects(Bucket=given["bucket"], Delete={"Objects": [{"Key": key}]})
        assert "Deleted" not in done
    except ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 403  # noqa: PT017  # either way is right
    assert client.get_object(Bucket=other["bucket"], Key=key)["Body"].read() == b"Ben's"


@pytest.mark.needs_enforcement
@pytest.mark.parametrize("prefix", ["", "/", "users/", "users", "thumbnails/"])
def test_no_wider_folder_is_listed(mine, prefix):
    s3, given = mine
    refuses(s3.list_objects_v2, Bucket=given["bucket"], Prefix=prefix)


@pytest.mark.needs_enforcement
def test_anothers_folder_is_not_listed(mine, theirs):
    s3, given = mine
    refuses(s3.list_objects_v2, Bucket=given["bucket"], Prefix=theirs[1]["prefix"])


@pytest.mark.needs_enforcement
@pytest.mark.parametrize(
    "key", ["{p}../{other}/x", "{p}%2e%2e/x", "users/x", "thumbnails/x", "x", "users/{id}x/y"]
)
def test_nothing_is_put_outside_ones_folder(mine, theirs, anna, key):
    s3, given = mine
    made = (
        key.replace("{p}", given["prefix"]).replace("{other}", theirs[1]["prefix"]).replace("{id}", anna.id)
    )
    allowed = (400, 403) if "/../" in made else (403,)  # the host of S3 takes no path with dot segments
    if made.startswith(given["prefix"]) and "/../" not in made:
        s3.put_object(Bucket=given["bucket"], Key=made, Body=b"x")  # a folder is a name: `%2e` means nothing
        return
    refuses(s3.put_object, *allowed, Bucket=given["bucket"], Key=made, Body=b"x")
    secret = theirs[0].get_object(Bucket=given["bucket"], Key=theirs[1]["prefix"] + "secret.txt")
    assert secret["Body"].read() == b"Ben's"


@pytest.mark.needs_enforcement
def test_the_credentials_do_nothing_but_storage(mine, environment):
    s3, given = mine
    with pytest.raises(ClientError):
        s3.list_buckets()
    refuses(s3.get_bucket_policy, Bucket=given["bucket"])
    refuses(s3.put_bucket_policy, Bucket=given["bucket"], Policy="{}")
    refuses(s3.delete_bucket, Bucket=given["bucket"])


@pytest.mark.parametrize(
    ("service", "call", "arguments"),
    [
        ("dynamodb", "list_tables", {}),
        ("sqs", "list_queues", {}),
        ("sns", "list_topics", {}),
        ("iam", "list_users", {}),
    ],
)
def test_no_other_part_of_the_cloud_answers_them_publicly(mine, environment, service, call, arguments):
    given = mine[1]
    client = boto3.client(
        service,
        aws_access_key_id=given["access_key_id"],
        aws_secret_access_key=given["secret_access_key"],
        aws_session_token=given["session_token"],
        region_name=given["region"],
        endpoint_url=given["endpoint_url"],
        verify=environment.ca or True,
        config=Config(retries={"max_attempts": 1}),
    )
    with pytest.raises(ClientError) as caught:
        getattr(client, call)(**arguments)
    assert 400 <= caught.value.response["ResponseMetadata"]["HTTPStatusCode"] < 500


@pytest.mark.needs_enforcement
def test_changed_credentials_are_refused(environment, anna):
    given = credentials(anna)
    place = {"Bucket": given["bucket"], "Key": given["prefix"] + "x"}
    refuses(storage(environment, {**given, "secret_access_key": "x" * 40}).put_object, **place, Body=b"x")
    refuses(storage(environment, {**given, "session_token": None}).put_object, **place, Body=b"x")


@pytest.mark.needs_enforcement
def test_ones_secret_does_not_open_anothers_session(environment, anna, ben):
    given, other = credentials(anna), credentials(ben)
    mixed = {**given, "session_token": other["session_token"]}
    place = {"Bucket": given["bucket"], "Key": other["prefix"] + "x"}
    with pytest.raises(ClientError) as caught:
        storage(environment, mixed).put_object(**place, Body=b"x")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] in {400, 403}


@pytest.mark.needs_enforcement
def test_storage_is_closed_to_strangers(mine, anyone):
    s3, given = mine
    key = given["prefix"] + "open.txt"
    s3.put_object(Bucket=given["bucket"], Key=key, Body=b"x")
    for path in (f"{given['bucket']}/{key}", given["bucket"]):
        assert anyone.fetch(f"{given['endpoint_url']}/{path}").status_code in {401, 403}
    assert anyone.fetch(given["endpoint_url"]).status_code in {401, 403, 404}


def test_a_file_put_with_the_credentials_appears_by_itself(mine, anna):
    s3, given = mine
    name = f"holiday {uuid4().hex}.jpg"
    content = photograph()
    s3.put_object(Bucket=given["bucket"], Key=given["prefix"] + name, Body=content, ContentType="image/jpeg")

    def find():
        return next((found for found in anna.objects() if found["filename"].endswith(name)), None)

    found = eventually(find, "the file is listed")
    ready = settled(anna, found["id"])
    assert ready["status"] == "ready", ready
    assert ready["size"] == len(content)
    assert len(ready["thumbnails"]) == 3


def test_a_file_that_is_replaced_shows_what_it_is_now(mine, anna):
    s3, given = mine
    place = {"Bucket": given["bucket"], "Key": given["prefix"] + "same.jpg"}
    s3.put_object(**place, Body=photograph(1, 900, 600), ContentType="image/jpeg")
    eventually(
        lambda: [found for found in anna.objects() if found["status"] == "ready"], "the first is ready"
    )
    s3.put_object(**place, Body=photograph(1, 500, 700), ContentType="image/jpeg")

    def second():
        return [found for found in anna.objects() if (found["width"], found["height"]) == (500, 700)]

    eventually(second, "the second is shown")
    assert len(anna.objects()) == 1


def test_a_file_deleted_with_the_credentials_is_not_served_any_more(mine, anna, anyone):
    s3, given = mine
    place = {"Bucket": given["bucket"], "Key": given["prefix"] + "short-lived.jpg"}
    s3.put_object(**place, Body=photograph(), ContentType="image/jpeg")
    ready = eventually(
        lambda: [found for found in anna.objects() if found["status"] == "ready"], "it is ready"
    )
    s3.delete_object(**place)
    assert anyone.fetch(ready[0]["url"]).status_code in {403, 404}  # 403 where the signer may not list
