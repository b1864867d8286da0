"""What every answer of the suite has in common, and waiting for what takes time."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import requests

T = TypeVar("T")

_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
_INNARDS = re.compile(r"Traceback|\.py\b|werkzeug|psycopg|botocore|<html", re.IGNORECASE)


def answer(response: requests.Response, status: int = 200) -> Any:
    """Return the JSON of a response that must have `status`."""
    assert response.status_code == status, _shown(response)
    assert response.headers["Content-Type"].split(";")[0] == "application/json", _shown(response)
    return response.json()


def empty(response: requests.Response, status: int = 204) -> None:
    """Assert that there is a status and nothing else."""
    assert response.status_code == status, _shown(response)
    assert response.content == b""


def problem(response: requests.Response, status: int, pointer: str | None = None) -> dict[str, Any]:
    """Return the problem document (RFC 9457) of a response that must have `status`.

    With `pointer`, one of its `errors` must be about that place in the input.
    """
    assert response.status_code == status, _shown(response)
    assert response.headers["Content-Type"].split(";")[0] == "application/problem+json", _shown(response)
    document: dict[str, Any] = response.json()
    assert {"type", "title", "status", "detail", "instance", "request_id"} <= document.keys(), document
    assert document["status"] == status
    assert document["request_id"]
    assert document["request_id"] == response.headers["X-Request-Id"]
    assert not _INNARDS.search(response.text), response.text
    for error in document.get("errors", []):
        assert error.keys() >= {"pointer", "message"}, document
    if pointer is not None:
        assert pointer in [error["pointer"] for error in document.get("errors", [])], document
    return document


def refused(response: requests.Response) -> dict[str, Any]:
    """Return the problem document of any answer between 400 and 499."""
    assert 400 <= response.status_code < 500, _shown(response)
    return problem(response, response.status_code)


def is_time(value: str) -> bool:
    """Say whether `value` is RFC 3339 in UTC with `Z`."""
    return bool(_TIME.match(value)) and datetime.fromisoformat(value).tzinfo is not None


def is_id(value: str) -> bool:
    """Say whether `value` is a UUIDv7 in its usual form."""
    parsed = UUID(value)
    return str(parsed) == value and parsed.version == 7


def eventually(attempt: Callable[[], T | None], what: str, seconds: float = 180.0) -> T:
    """Return the first true result of `attempt`, tried again and again for `seconds`."""
    deadline = time.monotonic() + seconds
    pause = 0.05
    while True:
        result = attempt()
        if result:
            return result
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what} (last: {result!r})"
        time.sleep(pause)
        pause = min(pause * 1.5, 1.0)


def _shown(response: requests.Response) -> str:
    request = response.request
    return (
        f"{request.method} {request.url} answered {response.status_code} "
        f"({response.headers.get('Content-Type')}): {response.text[:600]}"
    )
