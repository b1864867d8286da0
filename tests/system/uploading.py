"""Bringing files in, both ways: by a form straight to storage, and with temporary credentials."""

from __future__ import annotations

import hashlib
from typing import Any

import boto3
from botocore.config import Config
from tests.system.client import Account
from tests.system.environment import Environment
from tests.system.expect import answer, eventually

SETTLED = {"ready", "rejected"}


def ask(account: Account, content: bytes, filename: str, content_type: str, **fields: Any) -> dict[str, Any]:
    """Ask for an upload of `content`; return the object's id and the form."""
    body = {"filename": filename, "content_type": content_type, "size": len(content), **fields}
    return answer(account.client.post("media", "/v1/uploads", body), 201)


def upload(
    account: Account, content: bytes, filename: str = "photo.jpg", content_type: str = "image/jpeg"
) -> str:
    """Upload a file by the form; return the object's id."""
    asked = ask(account, content, filename, content_type, sha256=hashlib.sha256(content).hexdigest())
    sent = account.client.submit(asked["upload"]["url"], asked["upload"]["fields"], content)
    assert sent.status_code in {200, 201, 204}, sent.text
    return asked["object_id"]


def look(account: Account, object_id: str) -> dict[str, Any]:
    """Return one of the account's files."""
    return answer(account.client.get("media", f"/v1/objects/{object_id}"))


def settled(account: Account, object_id: str, seconds: float = 180) -> dict[str, Any]:
    """Return the file once it is ready or rejected."""

    def attempt() -> dict[str, Any] | None:
        found = look(account, object_id)
        return found if found["status"] in SETTLED else None

    return eventually(attempt, f"object {object_id} is ready or rejected", seconds)


def credentials(account: Account) -> dict[str, Any]:
    """Return temporary credentials for one's own folder."""
    return answer(account.client.post("users", "/v1/me/storage-credentials"), 201)


def storage(environment: Environment, given: dict[str, Any]) -> Any:
    """Return an S3 client that uses the credentials and nothing else."""
    return boto3.client(
        "s3",
        aws_access_key_id=given["access_key_id"],
        aws_secret_access_key=given["secret_access_key"],
        aws_session_token=given["session_token"],
        region_name=given["region"],
        endpoint_url=given["endpoint_url"],
        verify=environment.ca or True,
        config=Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"}, signature_version="s3v4"),
    )
