"""Which kept state a call may change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

MESSAGES = "messages"
SESSIONS = "sessions"
UPLOADS = "uploads"
_READS = ("Get", "List", "Describe", "BatchGet", "Query", "Scan", "Simulate")
_ON_MESSAGES = frozenset(
    {
        "SendMessage",
        "SendMessageBatch",
        "ReceiveMessage",
        "DeleteMessage",
        "DeleteMessageBatch",
        "ChangeMessageVisibility",
        "ChangeMessageVisibilityBatch",
    }
)


def touched_by(
    service: str, method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]
) -> frozenset[str]:
    """Return the names of the sources that a call to `service` may have changed.

    Naming one too many costs a comparison, one too few a loss.
    """
    if service == "s3":
        return _touched_by_s3(method, path, query)
    action = _action(headers, body, query)
    if action.startswith(_READS) and service != "sts":
        return frozenset()
    if service == "sqs" and action in _ON_MESSAGES:
        return frozenset({MESSAGES})
    if service == "sts":
        return frozenset({SESSIONS})
    return frozenset({service, MESSAGES})


def _touched_by_s3(method: str, path: str, query: Mapping[str, Any]) -> frozenset[str]:
    if method in ("GET", "HEAD", "OPTIONS"):
        return frozenset()
    if "uploadId" in query or "uploads" in query:
        return frozenset({MESSAGES, UPLOADS})
    is_object = "/" in path.strip("/")
    return frozenset({MESSAGES}) if is_object else frozenset({"s3", MESSAGES})


def _action(headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]) -> str:
    target = headers.get("x-amz-target", "")
    if target:
        return target.rpartition(".")[2]
    values = query.get("Action") or parse_qs(body.decode("utf-8", "replace")).get("Action") or [""]
    return values[0] if isinstance(values, list) else str(values)
