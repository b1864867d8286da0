"""A stream's records as boto3 gives them, made of Lambda's JSON, which has binary values in Base64."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

_ITEMS = {"Keys", "OldImage", "NewImage"}


def with_bytes(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record with its binary values as bytes."""
    data = record["dynamodb"]
    items = {name: _attributes(data[name]) for name in _ITEMS & data.keys()}
    return {**record, "dynamodb": {**data, **items}}


def _attributes(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _attribute(value) for name, value in item.items()}


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    [(kind, content)] = value.items()
    if kind == "B":
        return {"B": b64decode(content)}
    if kind == "BS":
        return {"BS": [b64decode(one) for one in content]}
    if kind == "M":
        return {"M": _attributes(content)}
    if kind == "L":
        return {"L": [_attribute(one) for one in content]}
    return dict(value)
