"""SQS in memory, as far as the worker uses it: messages become visible again, and receipts grow old."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import uuid4

from botocore.exceptions import ClientError, EndpointConnectionError
from mypy_boto3_sqs import SQSClient


@dataclass
class Message:
    """One message; `received` counts, `visible_at` is on the monotonic clock."""

    body: str
    reason: str | None = None
    visible_at: float = 0.0
    received: int = 0
    receipt: str = ""
    pauses: list[float] = field(default_factory=list)


class FakeSqs:
    """Queues by address. While `away` is true every call fails as an unreachable endpoint does."""

    def __init__(self) -> None:
        self.queues: dict[str, list[Message]] = {}
        self.away = False
        self.failing: set[str] = set()
        self.calls: list[str] = []
        self._changed = threading.Condition()

    def client(self) -> SQSClient:
        """Return itself under the type that the worker asks for."""
        return cast("SQSClient", self)

    def put(self, queue: str, body: str) -> Message:
        """Put a message into `queue`."""
        message = Message(body)
        with self._changed:
            self.queues.setdefault(queue, []).append(message)
            self._changed.notify_all()
        return message

    def receive_message(self, **request: Any) -> dict[str, Any]:
        self._called("receive_message")
        deadline = time.monotonic() + request["WaitTimeSeconds"]
        with self._changed:
            while not (message := self._visible(request["QueueUrl"])):
                if self.away or time.monotonic() >= deadline:
                    return {}
                self._changed.wait(0.01)
            message.received += 1
            message.receipt = str(uuid4())
            message.visible_at = time.monotonic() + request["VisibilityTimeout"]
        attributes = {"ApproximateReceiveCount": str(message.received)}
        return {
            "Messages": [{"Body": message.body, "ReceiptHandle": message.receipt, "Attributes": attributes}]
        }

    def delete_message(self, **request: Any) -> None:
        self._called("delete_message")
        with self._changed:
            self.queues[request["QueueUrl"]].remove(self._held(request))

    def change_message_visibility(self, **request: Any) -> None:
        self._called("change_message_visibility")
        with self._changed:
            message = self._held(request)
            message.pauses.append(request["VisibilityTimeout"])
            message.visible_at = time.monotonic() + request["VisibilityTimeout"]

    def send_message(self, **request: Any) -> None:
        self._called("send_message")
        sent = self.put(request["QueueUrl"], request["MessageBody"])
        sent.reason = request["MessageAttributes"]["reason"]["StringValue"]
        sent.reason.encode()

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.away:
            raise EndpointConnectionError(endpoint_url="http://queue")
        if name in self.failing:
            raise ClientError({"Error": {"Code": "InternalError", "Message": "no"}}, name)

    def _visible(self, queue: str) -> Message | None:
        now = time.monotonic()
        return next((found for found in self.queues.get(queue, []) if found.visible_at <= now), None)

    def _held(self, request: dict[str, Any]) -> Message:
        for message in self.queues[request["QueueUrl"]]:
            if message.receipt == request["ReceiptHandle"] and message.visible_at > time.monotonic():
                return message
        raise ClientError({"Error": {"Code": "ReceiptHandleIsInvalid", "Message": "old"}}, "")
