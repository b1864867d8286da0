"""POST /v1/me/storage-credentials."""

from __future__ import annotations

import json
import socket
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from flask import Flask
from flask.testing import FlaskClient
from services.users.tests.factories import FakeCredentials, Person, memory_stores, person, settings

from chassis.errors import Transient
from users.app import create_app
from users.wiring import credentials_of

FIELDS = {
    "access_key_id",
    "secret_access_key",
    "session_token",
    "expires_at",
    "region",
    "endpoint_url",
    "bucket",
    "prefix",
}


def test_credentials_are_answered_with_the_place_they_are_good_for(
    client: FlaskClient, credentials: FakeCredentials
) -> None:
    ada = person(client)
    response = ada.post("/v1/me/storage-credentials")
    assert response.status_code == 201
    assert set(response.json) == FIELDS
    assert response.json["prefix"] == f"users/{ada.account_id}/"
    assert response.json["endpoint_url"] == "https://s3.localhost:8443"
    assert response.json["expires_at"] == "2026-01-31T13:00:00.000Z"
    [(name, policy, _)] = credentials.asked
    assert name == ada.account_id
    assert ada.account_id in json.dumps(policy)


def test_in_aws_clients_are_told_the_regions_own_endpoint(credentials: FakeCredentials) -> None:
    named = settings(s3_public_endpoint_url=None, aws_region="eu-west-1")
    app = create_app(named, parts=memory_stores(credentials=credentials))
    response = person(app.test_client()).post("/v1/me/storage-credentials")
    assert response.json["endpoint_url"] == "https://s3.eu-west-1.amazonaws.com"
    assert response.json["region"] == "eu-west-1"


def test_a_session_is_narrowed_in_the_partition_that_its_role_is_in(credentials: FakeCredentials) -> None:
    named = settings(storage_role_arn="arn:aws-us-gov:iam::000000000000:role/user-storage")
    app = create_app(named, parts=memory_stores(credentials=credentials))
    person(app.test_client()).post("/v1/me/storage-credentials")
    [(_, policy, _)] = credentials.asked
    assert '"arn:aws-us-gov:s3:::media' in policy
    assert '"arn:aws:' not in policy


def test_while_sts_is_away_the_client_is_asked_to_come_back(
    client: FlaskClient, credentials: FakeCredentials
) -> None:
    credentials.away = Transient("away")
    response = person(client).post("/v1/me/storage-credentials")
    assert response.status_code == 503
    assert "Retry-After" in response.headers


def test_an_endpoint_that_nobody_listens_on_counts_as_away(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{listener.getsockname()[1]}"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    named = settings(aws_endpoint_url=nobody)
    client = create_app(named, parts=memory_stores(credentials=credentials_of(named))).test_client()
    assert person(client).post("/v1/me/storage-credentials").status_code == 503


class TestOnTheEmulator:
    """With real credentials of an emulator that enforces IAM."""

    @pytest.fixture
    def app(self, aws: Any, monkeypatch: pytest.MonkeyPatch) -> Flask:
        environment = aws.environment("users")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, environment[name])
        named = settings(
            aws_endpoint_url=aws.endpoint_url,
            s3_public_endpoint_url=aws.endpoint_url,
            storage_role_arn=environment["STORAGE_ROLE_ARN"],
            storage_bucket=environment["STORAGE_BUCKET"],
        )
        return create_app(named, parts=memory_stores(credentials=credentials_of(named)))

    @staticmethod
    def s3(granted: dict[str, str]) -> Any:
        return boto3.client(
            "s3",
            region_name=granted["region"],
            endpoint_url=granted["endpoint_url"],
            aws_access_key_id=granted["access_key_id"],
            aws_secret_access_key=granted["secret_access_key"],
            aws_session_token=granted["session_token"],
            config=Config(s3={"addressing_style": "path"}),
        )

    def granted(self, who: Person) -> dict[str, str]:
        response = who.post("/v1/me/storage-credentials")
        assert response.status_code == 201, response.text
        answer: dict[str, str] = response.json
        return answer

    def test_one_may_do_as_one_likes_in_ones_own_folder(self, client: FlaskClient) -> None:
        granted = self.granted(person(client))
        s3, place = self.s3(granted), {"Bucket": granted["bucket"], "Key": granted["prefix"] + "a.txt"}
        s3.put_object(**place, Body=b"mine")
        assert s3.get_object(**place)["Body"].read() == b"mine"
        listed = s3.list_objects_v2(Bucket=granted["bucket"], Prefix=granted["prefix"])
        assert [entry["Key"] for entry in listed["Contents"]] == [place["Key"]]
        s3.delete_object(**place)

    def test_another_persons_folder_is_closed(self, client: FlaskClient) -> None:
        ada, bob = self.granted(person(client)), self.granted(person(client))
        theirs = {"Bucket": bob["bucket"], "Key": bob["prefix"] + "a.txt"}
        self.s3(bob).put_object(**theirs, Body=b"theirs")
        s3 = self.s3(ada)
        attempts = [
            lambda: s3.get_object(**theirs),
            lambda: s3.put_object(**theirs, Body=b"x"),
            lambda: s3.delete_object(**theirs),
            lambda: s3.list_objects_v2(Bucket=bob["bucket"], Prefix=bob["prefix"]),
            lambda: s3.list_objects_v2(Bucket=bob["bucket"]),
            lambda: s3.put_object(Bucket=bob["bucket"], Key="elsewhere.txt", Body=b"x"),
        ]
        for attempt in attempts:
            with pytest.raises(ClientError) as caught:
                attempt()
            assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403

    def test_one_may_see_and_give_up_ones_own_unfinished_uploads(self, client: FlaskClient) -> None:
        granted = self.granted(person(client))
        s3, place = self.s3(granted), {"Bucket": granted["bucket"], "Key": granted["prefix"] + "film.mp4"}
        upload = {**place, "UploadId": s3.create_multipart_upload(**place)["UploadId"]}
        s3.upload_part(**upload, PartNumber=1, Body=b"x")
        assert len(s3.list_parts(**upload)["Parts"]) == 1
        listed = s3.list_multipart_uploads(Bucket=granted["bucket"], Prefix=granted["prefix"])
        assert [each["UploadId"] for each in listed["Uploads"]] == [upload["UploadId"]]
        s3.abort_multipart_upload(**upload)
        listed = s3.list_multipart_uploads(Bucket=granted["bucket"], Prefix=granted["prefix"])
        assert listed.get("Uploads", []) == []

    def test_another_persons_unfinished_uploads_are_closed(self, client: FlaskClient) -> None:
        ada, bob = self.granted(person(client)), self.granted(person(client))
        place = {"Bucket": bob["bucket"], "Key": bob["prefix"] + "film.mp4"}
        upload = {**place, "UploadId": self.s3(bob).create_multipart_upload(**place)["UploadId"]}
        s3 = self.s3(ada)
        attempts = [
            lambda: s3.list_parts(**upload),
            lambda: s3.abort_multipart_upload(**upload),
            lambda: s3.upload_part(**upload, PartNumber=1, Body=b"x"),
            lambda: s3.list_multipart_uploads(Bucket=bob["bucket"], Prefix=bob["prefix"]),
            lambda: s3.list_multipart_uploads(Bucket=bob["bucket"]),
        ]
        for attempt in attempts:
            with pytest.raises(ClientError) as caught:
                attempt()
            assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
