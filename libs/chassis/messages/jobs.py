"""What a worker does, and how its process begins and ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from chassis.messages.consumer import Consumer
from chassis.messages.outbox import Relay
from chassis.messages.worker import Worker
from chassis.process.background import Periodic
from chassis.settings import ServiceSettings, load_settings, service_of
from chassis.stores.aws import Aws
from chassis.telemetry import logs

if TYPE_CHECKING:
    from chassis.stores.streams import StreamReader

S = TypeVar("S", bound=ServiceSettings)


@dataclass(frozen=True, slots=True)
class Jobs:
    """Everything that one worker does.

    `consumers` handle messages, `periodic` work is done again and again, `relays` publish what outboxes
    have, and `streams` read tables' changes. `close` is called when all of them have stopped.
    """

    consumers: Sequence[Consumer] = ()
    periodic: Sequence[Periodic] = ()
    relays: Mapping[str, Relay] = field(default_factory=dict)
    streams: Mapping[str, StreamReader] = field(default_factory=dict)
    close: Callable[[], object] = lambda: None

    @property
    def continuous(self) -> Mapping[str, Callable[[threading.Event], None]]:
        """What runs in a thread of its own until the event that it gets is set."""
        relays = {name: relay.run for name, relay in self.relays.items()}
        return relays | {name: reader.run for name, reader in self.streams.items()}


def run_worker(kind: type[S], build: Callable[[S], Jobs]) -> None:
    """Be a worker: read the settings, build the jobs and do them until SIGTERM or SIGINT.

    Wrong settings end the process as `load_settings` says.
    """
    settings = load_settings(kind)
    logs.configure(service_of(kind), settings.log_level)
    client = Aws(settings.aws_region, settings.aws_endpoint_url).client("sqs")
    jobs = build(settings)
    try:
        Worker(client, jobs.consumers, jobs.periodic, jobs.continuous).run()
    finally:
        jobs.close()
