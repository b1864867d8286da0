"""What the manifests of a suite ask for, seen resource by resource."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from slipway.manifest import MAIL_EVENTS, Bucket, Manifest, Queue, Table


@dataclass(frozen=True)
class ResourcePlan:
    """All resources of a suite. `topics` maps each topic to the buckets that announce objects on it.

    MAIL_EVENTS is among them where a queue hears it.
    """

    topics: Mapping[str, tuple[str, ...]]
    queues: tuple[Queue, ...]
    buckets: tuple[Bucket, ...]
    tables: tuple[Table, ...]

    @classmethod
    def of(cls, manifests: Iterable[Manifest]) -> ResourcePlan:
        services = tuple(manifests)
        buckets = tuple(bucket for service in services for bucket in service.stores.buckets)
        topics: dict[str, tuple[str, ...]] = {
            service.publishes.topic: () for service in services if service.publishes
        }
        for bucket in buckets:
            if bucket.notify_topic:
                topics[bucket.notify_topic] = (*topics.get(bucket.notify_topic, ()), bucket.name)
        queues = tuple(queue for service in services for queue in service.queues)
        if any(one.topic == MAIL_EVENTS for queue in queues for one in queue.subscribes):
            topics[MAIL_EVENTS] = ()
        return cls(
            topics=topics,
            queues=queues,
            buckets=buckets,
            tables=tuple(table for service in services for table in service.stores.tables),
        )
