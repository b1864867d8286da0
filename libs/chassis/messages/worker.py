"""Consumes SQS queues: long poll, heartbeat, retry with backoff, dead-letter with a reason, graceful stop."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from chassis.messages.consumer import Consumer
from chassis.messages.delivery import dead_letter, deliver
from chassis.outcomes import Delivery
from chassis.process.background import Periodic, backoff, repeat, run_all, stop_on_signals

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

log = logging.getLogger(__name__)

_WAIT_SECONDS = 5  # a stop waits as long for an empty queue
_LONGEST_RETRY = 900


class Worker:
    """Runs consumers, periodic and continuous work in threads of one process."""

    def __init__(
        self,
        client: SQSClient,
        consumers: Sequence[Consumer],
        periodic: Sequence[Periodic] = (),
        continuous: Mapping[str, Callable[[threading.Event], None]] | None = None,
    ) -> None:
        self._client = client
        self._consumers = consumers
        self._periodic = periodic
        self._continuous = continuous or {}

    def run(self, stop: threading.Event | None = None) -> None:
        """Work until `stop` is set (default: by SIGTERM or SIGINT), finish what is in hand and return."""
        stop = stop or stop_on_signals()
        tasks: dict[str, Callable[[threading.Event], None]] = {
            f"{consumer.name}-{number}": partial(self._consume, consumer)
            for consumer in self._consumers
            for number in range(consumer.threads)
        }
        tasks |= {work.name: partial(repeat, work) for work in self._periodic}
        tasks |= self._continuous
        log.info("worker started", extra={"queues": [consumer.name for consumer in self._consumers]})
        run_all(tasks, stop)
        log.info("worker stopped")

    def handle_next(self, consumer: Consumer, wait: int = 0) -> int:
        """Receive at most one message, deal with it, and return how many there were (0 or 1)."""
        answer = self._client.receive_message(
            QueueUrl=consumer.queue_url,
            MaxNumberOfMessages=1,
            WaitTimeSeconds=wait,
            VisibilityTimeout=consumer.visibility_timeout,
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
        )
        messages = answer.get("Messages", [])
        for message in messages:
            self._deal_with(consumer, message)
        return len(messages)

    def _consume(self, consumer: Consumer, stop: threading.Event) -> None:
        failures = 0
        while not stop.is_set():
            try:
                self.handle_next(consumer, _WAIT_SECONDS)
                failures = 0
            except (ClientError, BotoCoreError) as error:
                failures += 1
                log.warning("queue unreachable", extra={"queue": consumer.name, "error": str(error)})
            except Exception:
                failures += 1
                log.exception("queue unreadable", extra={"queue": consumer.name})
            if failures:
                stop.wait(backoff(failures, longest=5.0))

    def _deal_with(self, consumer: Consumer, message: MessageTypeDef) -> None:
        body = message["Body"]
        with self._heartbeat(consumer, message):
            delivery, reason = deliver(consumer, body)
        if delivery is Delivery.RETRY:
            self._retry(consumer, message)
            return
        if delivery is Delivery.DEAD_LETTER:
            dead_letter(self._client, consumer, body, reason)
        self._client.delete_message(QueueUrl=consumer.queue_url, ReceiptHandle=message["ReceiptHandle"])

    def _retry(self, consumer: Consumer, message: MessageTypeDef) -> None:
        """Make the message visible again after a pause; the queue's redrive policy bounds how often."""
        received = int(message.get("Attributes", {}).get("ApproximateReceiveCount", "1"))
        pause = math.ceil(backoff(received, first=1.0, longest=_LONGEST_RETRY))
        self._client.change_message_visibility(
            QueueUrl=consumer.queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=pause
        )

    @contextmanager
    def _heartbeat(self, consumer: Consumer, message: MessageTypeDef) -> Iterator[None]:
        """Keep the message invisible to others for as long as the block takes."""
        done = threading.Event()
        arguments = (consumer, message["ReceiptHandle"], done)
        threading.Thread(target=self._renew, args=arguments, daemon=True).start()
        try:
            yield
        finally:
            done.set()

    def _renew(self, consumer: Consumer, receipt: str, done: threading.Event) -> None:
        while not done.wait(consumer.visibility_timeout / 3):
            try:
                self._client.change_message_visibility(
                    QueueUrl=consumer.queue_url,
                    ReceiptHandle=receipt,
                    VisibilityTimeout=consumer.visibility_timeout,
                )
            except (ClientError, BotoCoreError) as error:
                log.warning("heartbeat failed", extra={"queue": consumer.name, "error": str(error)})
