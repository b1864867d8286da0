"""Reading a dead-letter queue without emptying it, and taking messages out of it.

SQS has no way to look at a message: it is received, which hides it from others for `HOLD_SECONDS`, and put
back. A command that is killed meanwhile loses nothing, the messages are there again after that time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from slipway.deadletters.queues import DeadLetterQueue
from slipway.terminal.problems import USAGE, Problem

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageAttributeValueOutputTypeDef, MessageTypeDef

HOLD_SECONDS = 60
_BATCH = 10
_REASON = "reason"
"""The attribute in which a worker says why; a message that was tried too often has none."""


@dataclass(frozen=True)
class Letter:
    """A dead letter. `reason` is None where the queue gave up on it, not a worker."""

    id: str
    reason: str | None
    sent_at: str
    body: str


class DeadLetters:
    """The messages of one dead-letter queue; `url` makes the address of a queue of its name."""

    def __init__(self, sqs: SQSClient, queue: DeadLetterQueue, url: Callable[[str], str]) -> None:
        self._sqs = sqs
        self._queue = queue
        self._url = url(queue.name)
        self._source_url = url(queue.source)

    def count(self) -> int:
        """Return how many messages there are, those that somebody reads just now included."""
        counts = self._sqs.get_queue_attributes(
            QueueUrl=self._url,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )["Attributes"]
        return sum(int(count) for count in counts.values())

    def read(self, limit: int) -> list[Letter]:
        """Return up to `limit` messages, the oldest first; they all stay."""
        held: list[MessageTypeDef] = []
        try:
            for batch in self._receive():
                held += batch
                if len(held) >= limit:
                    break
        finally:
            self._put_back(held)
        letters = sorted((_letter(one) for one in held), key=lambda letter: (letter.sent_at, letter.id))
        return letters[:limit]

    def redrive(self, ids: Collection[str] = ()) -> int:
        """Send the messages `ids`, all where none is given, to their queue again; return how many.

        One that dies on the way is sent twice, which consumers expect. Raises Problem for an id
        that is not there, having moved nothing.
        """
        if ids:
            return self._with(ids, self._send_again)
        moved = 0
        for batch in self._receive():
            for message in batch:
                self._send_again(message)
                moved += 1
        return moved

    def discard(self, letter_id: str) -> None:
        """Delete a message for good. Raises Problem when it is not there."""
        self._with([letter_id], self._delete)

    def _with(self, ids: Collection[str], act: Callable[[MessageTypeDef], None]) -> int:
        """Do `act` on the messages `ids`, and put back what was received in search of them."""
        held: dict[str, MessageTypeDef] = {}
        wanted = set(ids)
        try:
            for batch in self._receive():
                held |= {message["MessageId"]: message for message in batch}
                if wanted <= held.keys():
                    break
            self._require(wanted, held)
            for one in wanted:
                act(held[one])
                del held[one]
        finally:
            self._put_back(held.values())
        return len(wanted)

    def _require(self, ids: Collection[str], found: Collection[str]) -> None:
        missing = sorted(set(ids) - set(found))
        if missing:
            raise Problem(
                f"{self._queue.name} has no message {', '.join(missing)}",
                next_step=f"./slipway dlq show {self._queue.name} lists what there is",
                code=USAGE,
            )

    def _receive(self) -> Iterator[list[MessageTypeDef]]:
        """Yield what is there now in batches, each message once; what comes back meanwhile is left."""
        left, seen = self.count(), set[str]()
        while left > 0:
            messages = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=_BATCH,
                VisibilityTimeout=HOLD_SECONDS,
                WaitTimeSeconds=1,
                MessageSystemAttributeNames=["SentTimestamp"],
                MessageAttributeNames=["All"],
            ).get("Messages", [])
            fresh = [message for message in messages if message["MessageId"] not in seen]
            if not fresh:
                self._put_back(messages)
                return
            seen.update(message["MessageId"] for message in fresh)
            left -= len(fresh)
            yield fresh

    def _put_back(self, messages: Iterable[MessageTypeDef]) -> None:
        for message in messages:
            self._sqs.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )

    def _send_again(self, message: MessageTypeDef) -> None:
        attributes = {name: value for name, value in _attributes(message).items() if name != _REASON}
        self._sqs.send_message(
            QueueUrl=self._source_url, MessageBody=message["Body"], MessageAttributes=attributes
        )
        self._delete(message)

    def _delete(self, message: MessageTypeDef) -> None:
        self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])


def _letter(message: MessageTypeDef) -> Letter:
    reason = _attributes(message).get(_REASON)
    sent = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
    return Letter(
        id=message["MessageId"],
        reason=reason.get("StringValue") if reason else None,
        sent_at=sent.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        body=message["Body"],
    )


def _attributes(message: MessageTypeDef) -> Mapping[str, MessageAttributeValueOutputTypeDef]:
    return message.get("MessageAttributes", {})
