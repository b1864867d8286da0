"""AWS's REST protocol as a server needs it: which operation a request is of, and how its answer is written.

Both as botocore's service models say, as far as Lambda's functions, versions and aliases need it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from botocore.model import OperationModel, ServiceModel, StructureShape


@dataclass(frozen=True)
class RestAnswer:
    """What goes back."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def read(model: ServiceModel, method: str, target: str, body: bytes) -> tuple[OperationModel, dict[str, Any]]:
    """Return the operation and its parameters. Raises LookupError where the service has no such path."""
    parts = urlsplit(target)
    for name in model.operation_names:
        operation = model.operation_model(name)
        found = re.fullmatch(_pattern(operation.http["requestUri"]), parts.path)
        if found and operation.http["method"] == method:
            labels = {label: unquote(value) for label, value in found.groupdict().items()}
            return operation, labels | _query(operation, parts.query) | _body(operation, body)
    raise LookupError(f"{method} {parts.path}")


def written(operation: OperationModel, answer: Mapping[str, Any]) -> RestAnswer:
    """Return an answer with each member where the model has it: as a header, as the body, or in the body."""
    members = operation.output_shape.members if isinstance(operation.output_shape, StructureShape) else {}
    payload = operation.output_shape.serialization.get("payload") if operation.output_shape else None
    headers = {
        members[name].serialization["name"]: str(value)
        for name, value in answer.items()
        if members[name].serialization.get("location") == "header"
    }
    rest = {name: value for name, value in answer.items() if "location" not in members[name].serialization}
    content = answer.get(payload, b"") if payload else json.dumps(rest).encode()
    return RestAnswer(operation.http.get("responseCode", 200), headers, content)


def _pattern(uri: str) -> str:
    return re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", uri.partition("?")[0])


def _query(operation: OperationModel, query: str) -> dict[str, str]:
    given = dict(parse_qsl(query))
    named = {
        shape.serialization["name"]: name
        for name, shape in operation.input_shape.members.items()
        if shape.serialization.get("location") == "querystring"
    }
    return {named[name]: value for name, value in given.items()}


def _body(operation: OperationModel, body: bytes) -> dict[str, Any]:
    if payload := operation.input_shape.serialization.get("payload"):
        return {payload: body}
    found: dict[str, Any] = json.loads(body) if body else {}
    return found
