"""A WSGI application that does one TransactWriteItems of botocore per request: the floor of a write.

The two items and their conditions are those of a to-do that is created.
"""

import os
import threading
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import boto3

_client: Any = None
_lock = threading.Lock()


def _connected() -> Any:
    global _client  # made after the fork, once per process
    with _lock:
        if _client is None:
            _client = boto3.client(
                "dynamodb",
                endpoint_url=os.environ["AWS_ENDPOINT_URL"],
                region_name=os.environ["AWS_REGION"],
            )
    return _client


def _put(key: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    item = {name: {"S": value} for name, value in attributes.items()}
    return {"Put": {"TableName": os.environ["TODOS_TABLE"], "Item": key | item}}


def app(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Write a head and a to-do of an account of their own."""
    owner = {"S": f"U#{uuid.uuid4()}"}
    place = dict.fromkeys(("in_list", "due", "place", "change"), "0" * 40)
    head = _put({"pk": owner, "sk": {"S": "META"}}, seq="1", lists="1", todos="1")
    head["Put"]["ConditionExpression"] = "attribute_not_exists(pk)"
    todo = _put({"pk": owner, "sk": {"S": f"T#{uuid.uuid4()}"}}, d="x" * 400, **place)
    todo["Put"]["ConditionExpression"] = "attribute_not_exists(pk)"
    _connected().transact_write_items(TransactItems=[head, todo])
    start_response("201 Created", [("Content-Length", "0")])
    return ()
