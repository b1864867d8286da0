"""A publisher that keeps what it is given."""

from __future__ import annotations

from chassis.errors import Transient
from chassis.messages.events import Event


class FakePublisher:
    """Publishes into `published`; while `away` is true it raises Transient instead."""

    def __init__(self) -> None:
        self.published: list[Event] = []
        self.away = False

    def publish(self, event: Event) -> None:
        if self.away:
            raise Transient("The topic is away.")
        self.published.append(event)
