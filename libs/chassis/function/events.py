"""What a worker does, called by Lambda: batches of a queue or of a table's stream, and schedules.

- A batch of a queue: each message goes to its consumer; answered are those that come again.
- Messages of a topic: each goes to the consumer of the topic's queue.
- A batch of a table's stream: each change goes, in order, to the table's readers; answered is the first that
  comes again.
- `{"periodic": "all"}`, by a schedule: all periodic work is done.
- `{"check": "start"}`, by a deployment: nothing is done. A function that answers has started.

After each of them the outboxes are emptied: a function has no thread that would do it meanwhile.
Source of the shapes: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html and its neighbours.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chassis.errors import Problem
from chassis.function.records import with_bytes
from chassis.messages.consumer import Consumer
from chassis.messages.delivery import dead_letter, deliver
from chassis.messages.jobs import Jobs
from chassis.outcomes import Delivery

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from chassis.stores.streams import StreamReader

log = logging.getLogger(__name__)

_LEAST_MILLISECONDS = 3000
"""With less time left nothing more is begun; it comes again."""

_Batch = Mapping[str, list[dict[str, str]]]


class NotOurs(ValueError):
    """Nobody here deals with the event: a mapping or schedule leads to the wrong function."""


class ComesAgain(Exception):
    """Something could not be dealt with; Lambda calls again."""


class WorkerFunction:
    """The function of a worker. Whatever it is called with may come twice."""

    def __init__(self, jobs: Jobs, client: SQSClient) -> None:
        self._jobs = jobs
        self._client = client

    def __call__(self, event: Mapping[str, Any], context: Any) -> _Batch | None:
        """Deal with an event. Raises NotOurs and ComesAgain."""
        try:
            return self._deal_with(event, context)
        finally:
            self._relay()

    def _deal_with(self, event: Mapping[str, Any], context: Any) -> _Batch | None:
        records: Sequence[Any] = event.get("Records") or ()
        source = (records[0].get("eventSource") or records[0].get("EventSource")) if records else None
        if source == "aws:sqs":
            return _failed(self._messages(records, context))
        if source == "aws:dynamodb":
            return _failed(self._changes(records, context))
        if source == "aws:sns":
            self._notifications(records)
            return None
        if event.get("periodic") == "all":
            self._periodic()
            return None
        if event.get("check") == "start":
            return None
        raise NotOurs(
            f"nothing here deals with an event of {source or ', '.join(sorted(event)) or 'nothing'}"
        )

    def _messages(self, records: Sequence[Any], context: Any) -> Iterator[str]:
        """Yield the messages that come again; each is dealt with by itself."""
        for record in records:
            consumer = self._consumer(_last_part(record["eventSourceARN"]))
            if _is_late(context) or self._is_to_come_again(consumer, record["body"]):
                yield record["messageId"]

    def _notifications(self, records: Sequence[Any]) -> None:
        """Deal with what a topic sends to the function itself. Raises ComesAgain."""
        failed = []
        for record in records:
            topic = _last_part(record["Sns"]["TopicArn"])
            if self._is_to_come_again(self._consumer(topic, exact=False), record["Sns"]["Message"]):
                failed.append(record["Sns"]["MessageId"])
        if failed:
            raise ComesAgain(f"notifications that could not be dealt with: {', '.join(failed)}")

    def _is_to_come_again(self, consumer: Consumer, body: str) -> bool:
        delivery, reason = deliver(consumer, body)
        if delivery is Delivery.DEAD_LETTER:
            dead_letter(self._client, consumer, body, reason)
        return delivery is Delivery.RETRY

    def _consumer(self, name: str, *, exact: bool = True) -> Consumer:
        """Return the consumer of a queue; not `exact`: of the queue that is named after a topic."""
        for consumer in self._jobs.consumers:
            if _last_part(consumer.queue_url, "/") == name or (
                not exact and consumer.name.endswith(f"-{name}")
            ):
                return consumer
        raise NotOurs(f"nothing here consumes {name}")

    def _changes(self, records: Sequence[Any], context: Any) -> Iterator[str]:
        """Yield the first change that comes again; those behind it come with it, so order is kept."""
        for record in records:
            table = record["eventSourceARN"].partition(":table/")[2].partition("/")[0]
            readers = self._readers(table)
            if _is_late(context) or not all(reader.take(with_bytes(record)) for reader in readers):
                yield record["dynamodb"]["SequenceNumber"]
                return

    def _readers(self, table: str) -> Sequence[StreamReader]:
        found = [reader for reader in self._jobs.streams.values() if reader.table == table]
        if not found:
            raise NotOurs(f"nothing here reads the stream of {table}")
        return found

    def _periodic(self) -> None:
        failed = []
        for work in self._jobs.periodic:
            try:
                work.run()
            except Exception as error:
                log.exception("periodic work failed", extra={"work": work.name})
                failed.append(f"{work.name}: {error!r}")
        if failed:
            raise ComesAgain("; ".join(failed))

    def _relay(self) -> None:
        for name, relay in self._jobs.relays.items():
            try:
                relay.drain()
            except Problem as error:  # it stays in the outbox, for the next call
                log.warning("events not published yet", extra={"relay": name, "error": repr(error)})


def _failed(identifiers: Iterator[str]) -> _Batch:
    return {"batchItemFailures": [{"itemIdentifier": one} for one in identifiers]}


def _last_part(name: str, separator: str = ":") -> str:
    return name.rpartition(separator)[2]


def _is_late(context: Any) -> bool:
    return bool(context.get_remaining_time_in_millis() < _LEAST_MILLISECONDS)
