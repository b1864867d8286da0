"""From the form to the thumbnails through real S3, SNS, SQS and DynamoDB, with the service's permissions."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
import requests
from PIL import Image
from services.media.tests.factories import a_picture, sha256
from services.media.tests.real import RealWorld

from chassis.messages.events import new_event
from media.domain import uploads
from media.domain.ports import Usage
from slipway.testing.aws import EmulatedAws


def test_a_posted_picture_becomes_ready_with_thumbnails_that_can_be_fetched(
    real: RealWorld, owner: str
) -> None:
    body = a_picture((2000, 1000))
    begun = real.begin(owner, body, sha256=sha256(body))
    assert real.post(begun, body).status_code == 204
    shown = real.handle_until(owner, begun["object_id"], "ready", "rejected")
    assert (shown["status"], shown["width"], shown["height"]) == ("ready", 2000, 1000)
    for thumbnail, box in zip(shown["thumbnails"], (256, 512, 1024), strict=True):
        answer = requests.get(thumbnail["url"], timeout=60)
        picture = Image.open(io.BytesIO(answer.content))
        assert picture.size == (thumbnail["width"], thumbnail["height"]) == (box, box // 2)
        assert answer.headers["Content-Type"] == thumbnail["content_type"] == "image/webp"


def test_the_original_is_fetched_by_its_signed_address_and_by_no_other(real: RealWorld, owner: str) -> None:
    body = a_picture()
    begun = real.begin(owner, body, filename="Füße (1).jpg")
    real.post(begun, body)
    url = real.handle_until(owner, begun["object_id"], "ready")["url"]
    answer = requests.get(url, timeout=60)
    assert answer.content == body
    assert answer.headers["Content-Disposition"].startswith("inline;")
    assert "filename*=UTF-8''F%C3%BC%C3%9Fe%20%281%29.jpg" in answer.headers["Content-Disposition"]
    assert requests.get(url.partition("?")[0], timeout=60).status_code == 403
    assert requests.get(url[:-1] + ("0" if url[-1] != "0" else "1"), timeout=60).status_code == 403


@pytest.mark.parametrize(
    ("extra", "changes"),
    [
        (b"x", {}),
        (b"", {"Content-Type": "text/html"}),
        (b"", {"key": "users/somebody/else.jpg"}),
    ],
    ids=["one byte more", "another type", "another key"],
)
def test_s3_refuses_what_was_not_promised(
    real: RealWorld, owner: str, extra: bytes, changes: dict[str, str]
) -> None:
    body = a_picture()
    begun = real.begin(owner, body)
    assert real.post(begun, body + extra, **changes).status_code in {400, 403}
    assert real.show(owner, begun["object_id"]).json["status"] == "pending"


def test_s3_refuses_bytes_that_have_another_digest_than_the_declared_one(real: RealWorld, owner: str) -> None:
    body = a_picture()
    begun = real.begin(owner, body, sha256=sha256(body))
    refused = real.post(begun, body[:-1] + b"?")
    assert (refused.status_code, "BadDigest" in refused.text) == (400, True)
    assert real.show(owner, begun["object_id"]).json["status"] == "pending"
    assert real.post(begun, body).status_code == 204


def test_a_file_put_straight_into_the_folder_appears_by_itself(
    real: RealWorld, owner: str, aws: EmulatedAws
) -> None:
    key = f"users/{owner}/holiday/Größe 1+1.png"
    body = a_picture((300, 200), "PNG")
    aws.client("s3").put_object(Bucket=real.settings.media_bucket, Key=key, Body=body)
    while not real.list(owner):
        real.handle()
    shown = real.list(owner)[0]
    assert (shown["filename"], shown["content_type"], shown["status"]) == (
        "Größe 1+1.png",
        "image/png",
        "ready",
    )
    assert requests.get(shown["url"], timeout=60).content == body


def test_a_file_deleted_straight_in_the_folder_disappears_by_itself(
    real: RealWorld, owner: str, aws: EmulatedAws
) -> None:
    s3, key = aws.client("s3"), f"users/{owner}/a.png"
    s3.put_object(Bucket=real.settings.media_bucket, Key=key, Body=a_picture(kind="PNG"))
    while not real.list(owner):
        real.handle()
    s3.delete_object(Bucket=real.settings.media_bucket, Key=key)
    while real.list(owner):
        real.handle()
    assert real.stores.files.listing(f"thumbnails/{owner}/", "", 10).files == []


def test_a_deleted_object_leaves_nothing_in_the_bucket(real: RealWorld, owner: str) -> None:
    body = a_picture()
    begun = real.begin(owner, body)
    real.post(begun, body)
    real.handle_until(owner, begun["object_id"], "ready")
    path = f"/v1/objects/{begun['object_id']}"
    assert real.client.delete(path, headers=real.issuer.headers(owner)).status_code == 204
    assert real.client.delete(path, headers=real.issuer.headers(owner)).status_code == 404
    assert real.stores.files.listing(f"users/{owner}/", "", 10).files == []
    assert real.stores.files.listing(f"thumbnails/{owner}/", "", 10).files == []
    assert real.stores.accounts.usage(owner) == Usage(0, 0)


def test_a_deleted_account_leaves_nothing(real: RealWorld, owner: str, aws: EmulatedAws) -> None:
    body = a_picture()
    begun = real.begin(owner, body, idempotency_key="once")
    real.post(begun, body)
    real.handle_until(owner, begun["object_id"], "ready")
    event = new_event("users.account.deleted.v1", "users", owner, {})
    _send(aws, real.settings.users_events_queue_url, event.model_dump_json())
    while not real.stores.accounts.is_erased(owner):
        real.handle(queue=1)
    assert real.show(owner, begun["object_id"]).status_code == 401
    assert real.stores.files.listing(f"users/{owner}/", "", 10).files == []
    assert real.stores.files.listing(f"thumbnails/{owner}/", "", 10).files == []
    real.jobs.relays["relay"].drain()  # the events that tell of it
    pages = aws.client("dynamodb").get_paginator("scan").paginate(TableName=real.settings.media_table)
    [mark] = [item for page in pages for item in page["Items"] if owner in str(item)]
    assert mark["sk"] == {"S": "ACCOUNT"}


def test_a_message_that_is_none_goes_to_the_dead_letters(real: RealWorld, aws: EmulatedAws) -> None:
    _send(aws, real.settings.uploads_queue_url, json.dumps({"hello": "world", "for": "dead letters"}))
    sqs = aws.client("sqs")
    found: list[Any] = []
    while not found:
        real.handle()
        answer = sqs.receive_message(
            QueueUrl=real.settings.uploads_dlq_url, MessageAttributeNames=["reason"], WaitTimeSeconds=0
        )
        found = answer.get("Messages", [])
    assert "no records" in found[0]["MessageAttributes"]["reason"]["StringValue"]


def _send(aws: EmulatedAws, queue_url: str, body: str) -> None:
    aws.client("sqs").send_message(QueueUrl=queue_url, MessageBody=body)


def test_a_large_file_goes_in_parts_whose_sizes_s3_enforces(
    real: RealWorld, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LARGEST_FORM", 5 * 1024 * 1024)
    monkeypatch.setattr(uploads, "SMALLEST_PART", 5 * 1024 * 1024)
    body = bytes(5 * 1024 * 1024) + b"the rest"
    begun = real.begin(owner, body, filename="a.zip", content_type="application/zip", sha256=sha256(body))
    size, sent = begun["upload"]["part_size"], []
    assert requests.put(begun["upload"]["parts"][0]["url"], data=b"too short", timeout=60).status_code == 403
    for part in begun["upload"]["parts"]:
        chunk = body[(part["number"] - 1) * size : part["number"] * size]
        answer = requests.put(part["url"], data=chunk, timeout=60)
        sent.append({"number": part["number"], "etag": answer.headers["ETag"]})
    path = f"/v1/uploads/{begun['object_id']}/complete"
    answer = real.client.post(path, json={"parts": sent}, headers=real.issuer.headers(owner))
    assert answer.status_code == 200
    shown = real.handle_until(owner, begun["object_id"], "ready", "rejected")
    assert (shown["status"], shown["size"], shown["sha256"]) == ("ready", len(body), sha256(body))
