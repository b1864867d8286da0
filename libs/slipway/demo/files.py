"""The steps with files: a photograph and its thumbnails, and a folder of one's own in S3."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from slipway.demo.client import Address, Wrong, require, until
from slipway.demo.people import Person
from slipway.demo.photographs import PHOTOGRAPH, inspect
from slipway.demo.stage import Stage

Connect = Callable[[Address, dict[str, Any]], Any]


def run(stage: Stage, person: Person, folder: Path) -> list[str]:
    """Upload the photograph and save its thumbnails in `folder`; return the addresses that were given out."""
    content = PHOTOGRAPH.read_bytes()
    with stage.step("Upload a photograph straight to S3") as step:
        object_id = _upload(person, content)
        told = inspect(content)
        require(
            told.orientation == 6 and told.has_place, "the photograph should be turned and tell its place"
        )
        step.say(f"{PHOTOGRAPH.name}: {told.width} x {told.height}, {len(content):,} bytes")
        step.say(f"its EXIF data: orientation {told.orientation} (camera held upright), GPS position: yes")
    with stage.step("Wait for its thumbnails") as step:
        ready = _await_ready(person, object_id)
        thumbnails = ready["thumbnails"]
        require(len(thumbnails) == 3, f"there are {len(thumbnails)} thumbnails, not three")
        step.say(f"shown as {ready['width']} x {ready['height']}")
    with stage.step("Save the thumbnails") as step:
        folder.mkdir(parents=True, exist_ok=True)
        for thumbnail in thumbnails:
            step.say(_save(person, thumbnail, folder))
    return [ready["url"], *(thumbnail["url"] for thumbnail in thumbnails)]


def put_by_oneself(stage: Stage, person: Person, connect: Connect) -> None:
    """Put a second file with temporary credentials; it appears by itself."""
    with stage.step("Put a second file with temporary credentials") as step:
        given = credentials(person)
        content = PHOTOGRAPH.read_bytes()
        key = f"{given['prefix']}holiday.jpg"
        connect(person.api.address, given).put_object(
            Bucket=given["bucket"], Key=key, Body=content, ContentType="image/jpeg"
        )
        step.say(f"s3://{given['bucket']}/{key}, good until {given['expires_at']}")
    with stage.step("It appears by itself, with thumbnails") as step:
        found = until(lambda: _named(person, "holiday.jpg"), "the file put with credentials is listed")
        ready = _await_ready(person, found["id"])
        step.say(f"object {ready['id']}, {len(ready['thumbnails'])} thumbnails")


def try_anothers_folder(stage: Stage, person: Person, other: Person, connect: Connect) -> None:
    """Be refused by S3 itself, in all four ways; skipped, and said so, where storage does not enforce IAM."""
    if not _enforces(person):
        stage.leave_out(
            f"Try {other.name}'s folder with {person.name}'s credentials",
            "the AWS emulator of this suite does not enforce IAM; ./slipway up runs one that does",
        )
        return
    with stage.step(f"Try {other.name}'s folder with {person.name}'s credentials") as step:
        mine, theirs = credentials(person), credentials(other)
        bucket, key = theirs["bucket"], f"{theirs['prefix']}diary.txt"
        connect(person.api.address, theirs).put_object(Bucket=bucket, Key=key, Body=b"Dear diary")
        storage = connect(person.api.address, mine)
        for name, arguments in (
            ("get_object", {"Key": key}),
            ("put_object", {"Key": key, "Body": b"Dear Ben"}),
            ("delete_object", {"Key": key}),
            ("list_objects_v2", {"Prefix": theirs["prefix"]}),
        ):
            step.say(f"{name}: {_refusal(storage, name, Bucket=bucket, **arguments)}")


def credentials(person: Person) -> dict[str, Any]:
    """Return temporary credentials for the person's own folder."""
    given: dict[str, Any] = person.api.call("POST", "users", "/v1/me/storage-credentials", expect=201).json()
    return given


def _enforces(person: Person) -> bool:
    """Say whether storage enforces IAM; where that is not said, by whether it lists files to anybody."""
    address = person.api.address
    if address.enforces is not None or not address.is_local:
        return address.enforces is not False
    given = credentials(person)
    listing = person.api.fetch(f"{given['endpoint_url']}/{given['bucket']}?list-type=2&max-keys=1")
    return listing.status_code != 200


def _upload(person: Person, content: bytes) -> str:
    body = {
        "filename": PHOTOGRAPH.name,
        "content_type": "image/jpeg",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    asked = person.api.call("POST", "media", "/v1/uploads", json=body, expect=201).json()
    person.api.submit(asked["upload"]["url"], asked["upload"]["fields"], content)
    return str(asked["object_id"])


def _await_ready(person: Person, object_id: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        response = person.api.call("GET", "media", f"/v1/objects/{object_id}")
        found: dict[str, Any] = response.json()
        require(found["status"] != "rejected", f"the file was rejected: {found.get('reason')}", response)
        return found if found["status"] == "ready" else None

    return until(look, f"thumbnails of object {object_id}")


def _save(person: Person, thumbnail: dict[str, Any], folder: Path) -> str:
    response = person.api.fetch(thumbnail["url"])
    require(response.status_code == 200, f"a thumbnail answered {response.status_code}", response)
    told = inspect(response.content)
    require((told.width, told.height) == (thumbnail["width"], thumbnail["height"]), "its size is another one")
    require(told.height > told.width and not told.is_turned, "the thumbnail does not stand upright")
    require(not told.has_metadata and not told.has_place, "the thumbnail still carries metadata")
    ending = thumbnail["content_type"].rpartition("/")[2].replace("jpeg", "jpg")
    path = folder / f"{thumbnail['name']}.{ending}"
    path.write_bytes(response.content)
    return f"{path}: {told.width} x {told.height}, {len(response.content):,} bytes, upright, no metadata"


def _named(person: Person, name: str) -> dict[str, Any] | None:
    items = person.api.call("GET", "media", "/v1/objects").json()["items"]
    return next((item for item in items if item["filename"].endswith(name)), None)


def connect(address: Address, given: dict[str, Any]) -> Any:
    """Return an S3 client that has the given temporary credentials and nothing else."""
    make: Any = boto3.client
    return make(
        "s3",
        aws_access_key_id=given["access_key_id"],
        aws_secret_access_key=given["secret_access_key"],
        aws_session_token=given["session_token"],
        region_name=given["region"],
        endpoint_url=given["endpoint_url"],
        verify=address.verify,
        config=Config(s3={"addressing_style": "path"}, signature_version="s3v4", proxies={}),
    )


def _refusal(storage: Any, name: str, **arguments: object) -> str:
    """Return how S3 refused the call; raise Wrong when it did not."""
    try:
        getattr(storage, name)(**arguments)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        code = error.response["Error"]["Code"]
        require(status == 403, f"{name} on another user's folder answered {status} {code} instead of 403")
        return f"{status} {code}"
    except BotoCoreError as error:
        raise Wrong(f"{name} on another user's folder failed: {error}") from error
    raise Wrong(f"{name} on another user's folder was allowed")
