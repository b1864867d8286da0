"""The dead-letter queues of a suite, as its manifests have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from slipway.manifest import Manifest, Queue
from slipway.terminal.problems import USAGE, Problem


@dataclass(frozen=True)
class DeadLetterQueue:
    """The queue `name`, which takes what the role `consumer` of `service` could not deal with in `source`."""

    name: str
    source: str
    service: str
    consumer: str


def queues_of(manifests: Mapping[str, Manifest]) -> list[DeadLetterQueue]:
    """Return the dead-letter queue of every queue of every service."""
    return [_of(service, queue) for service, manifest in manifests.items() for queue in manifest.queues]


class LetterSource(Protocol):
    """Where a dead letter comes from: a queue or a stream."""

    @property
    def name(self) -> str: ...

    @property
    def source(self) -> str: ...


S = TypeVar("S", bound=LetterSource)


def named(queues: Iterable[S], name: str) -> S:
    """Return the queue called `name`, or whose source is. Raises Problem that lists what there is."""
    known: Sequence[S] = list(queues)
    for queue in known:
        if name in (queue.name, queue.source):
            return queue
    names = ", ".join(queue.name for queue in known) or "none: no service has a queue"
    raise Problem(f"there is no dead-letter queue {name!r}", next_step=f"one of: {names}", code=USAGE)


def _of(service: str, queue: Queue) -> DeadLetterQueue:
    return DeadLetterQueue(f"{queue.name}-dlq", queue.name, service, queue.consumer)
