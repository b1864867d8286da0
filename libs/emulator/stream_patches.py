"""Whose permission a reader of a table's stream needs: MiniStack judges these calls on all resources.

Streams are dynoxide's, whose ARNs name a region of its own, and whose iterators say which table they are of.
"""

from __future__ import annotations

import base64
import json
import re
from types import ModuleType
from typing import Any

_STREAM = re.compile(r"arn:aws:dynamodb:[^:]*:[^:]*:table/([^/]+)/stream/(.+)")
_SERVICES = {"dynamodb", "dynamodbstreams"}


def judge_readers_by_their_stream(actions: ModuleType) -> None:
    """Let policies name the stream that DescribeStream, GetShardIterator and GetRecords read, as AWS does."""
    original = actions.extract_resource_arn

    def resource(service: str, *request: Any, **named: Any) -> str:
        *_, body, _query, region, account = (*request, *named.values())
        stream = stream_of(body) if service in _SERVICES else None
        if stream is None:
            return str(original(service, *request, **named))
        return f"arn:aws:dynamodb:{region}:{account}:table/{stream}"

    actions.extract_resource_arn = resource  # type: ignore[attr-defined]


def stream_of(body: bytes) -> str | None:
    """Return `TABLE/stream/LABEL` of a call on a stream; None for any other call."""
    try:
        document = json.loads(body)
        if found := _STREAM.fullmatch(document.get("StreamArn", "")):
            return f"{found[1]}/stream/{found[2]}"
        return f"{_table_in(document['ShardIterator'])}/stream/any"
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _table_in(iterator: str) -> str:
    text = iterator + "=" * (-len(iterator) % 4)
    return str(json.loads(base64.urlsafe_b64decode(text))["table_name"])
