"""AWS as a deployment meets it, in memory: answers by operation, and a bucket with conditional writes."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from slipway.deploy.aws import AwsAccount, Refused

Answer = Callable[[Mapping[str, Any]], dict[str, Any]]


@dataclass
class FakeAws(AwsAccount):
    """Answers an operation by its function in `answers`, and notes what it was asked in `asked`."""

    region: str = "eu-central-1"
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def call(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        return self.ask(service, operation, **parameters)

    def ask(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        self.asked.append((operation, parameters))
        return self.answers[operation](parameters)

    def asked_for(self, operation: str) -> list[dict[str, Any]]:
        return [parameters for name, parameters in self.asked if name == operation]


def refused(reason: str) -> Refused:
    return Refused(f"AWS says {reason}", reason=reason, next_step="")


class Bucket:
    """One object, written on the conditions that S3 knows; `before_write` may refuse a write."""

    def __init__(self) -> None:
        self.content: bytes | None = None
        self._version = 0
        self.before_write: Callable[[], None] = lambda: None

    @property
    def etag(self) -> str:
        return f'"{self._version}"'

    def aws(self) -> FakeAws:
        return FakeAws(
            answers={"put_object": self._put, "get_object": self._get, "delete_object": self._delete}
        )

    def put(self, content: bytes) -> None:
        self.content, self._version = content, self._version + 1

    def _put(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        self.before_write()
        if asked.get("IfNoneMatch") == "*" and self.content is not None:
            raise refused("PreconditionFailed")
        if "IfMatch" in asked and (self.content is None or asked["IfMatch"] != self.etag):
            raise refused("PreconditionFailed")
        self.put(asked["Body"])
        return {"ETag": self.etag}

    def _get(self, _asked: Mapping[str, Any]) -> dict[str, Any]:
        assert self.content is not None
        return {"Body": io.BytesIO(self.content), "ETag": self.etag}

    def _delete(self, _asked: Mapping[str, Any]) -> dict[str, Any]:
        self.content = None
        return {}
