"""What a new service is to have, and whether that can be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from slipway.manifest import Manifest
from slipway.scaffold.naming import Naming
from slipway.terminal.problems import USAGE, Problem

Store = Literal["dynamodb", "postgres", "none"]

_ACCOUNTS_TOPIC = "users-events"
_ACCOUNT_DELETED = "users.account.deleted.v1"
_EXPORT_REQUESTED = "users.export.requested.v1"
_OF_EVERY_KEEPER = (_ACCOUNT_DELETED, _EXPORT_REQUESTED)
"""What every service with a store hears, and leaves to the chassis."""


@dataclass(frozen=True)
class Choices:
    """What a new service is to have. `subscribes` has event types by their topics."""

    naming: Naming
    description: str
    store: Store = "dynamodb"
    cache: bool = False
    worker: bool | None = None
    publishes: bool = False
    public: bool = False
    subscribes: Mapping[str, tuple[str, ...]] | None = None

    @property
    def keeps(self) -> bool:
        """Whether it has a store."""
        return self.store != "none"

    @property
    def heard(self) -> dict[str, tuple[str, ...]]:
        """The event types that it does something of its own with; what all keepers hear is the chassis's."""
        own = {
            topic: tuple(kind for kind in kinds if not (self.keeps and kind in _OF_EVERY_KEEPER))
            for topic, kinds in (self.subscribes or {}).items()
        }
        return {topic: kinds for topic, kinds in own.items() if kinds}

    @property
    def has_worker(self) -> bool:
        """Whether something is done behind the API's back: erasing accounts, handling events."""
        return self.keeps or bool(self.heard)

    def for_template(self) -> Mapping[str, Any]:
        """Return what the template calls these choices."""
        return {
            **self.naming.spellings(),
            "description": self.description,
            "keeps": self.keeps,
            "dynamodb": self.store == "dynamodb",
            "postgres": self.store == "postgres",
            "Adapter": "Postgres" if self.store == "postgres" else "Dynamo",
            "cache": self.cache,
            "worker": self.has_worker,
            "publishes": self.publishes,
            "public": self.public,
            "queues": list(self._queues()),
            "what_worker_does": ", ".join(self._works()),
            "hears": bool(self.heard),
            "heard": sorted({kind for kinds in self.heard.values() for kind in kinds}),
            "account_deleted": _ACCOUNT_DELETED,
        }

    def _works(self) -> Iterator[str]:
        """Yield what the worker does, in words."""
        if self.keeps:
            yield "erases and exports accounts"
        if self.publishes:
            yield "publishes events"
        if self.heard:
            yield "handles those of others"

    def _queues(self) -> Iterator[Mapping[str, Any]]:
        """Yield each queue: its topic, every type in it, and those that the service handles itself."""
        erasing = {_ACCOUNTS_TOPIC: _OF_EVERY_KEEPER} if self.keeps else {}
        for topic in sorted({*erasing, *self.heard}):
            heard = self.heard.get(topic, ())
            yield {
                "topic": topic,
                "field": topic.replace("-", "_"),
                "types": (*erasing.get(topic, ()), *heard),
                "heard": heard,
                "erases": topic in erasing,
            }


def subscriptions(told: Iterable[str], manifests: Mapping[str, Manifest]) -> dict[str, tuple[str, ...]]:
    """Return event types by topic, of `TOPIC:EVENT` each. Raises Problem for what nobody publishes."""
    published = {one.publishes.topic: one.publishes.types for one in manifests.values() if one.publishes}
    found: dict[str, tuple[str, ...]] = {}
    for text in told:
        topic, _, kind = text.partition(":")
        if kind not in published.get(topic, ()):
            known = ", ".join(f"{one}:{event}" for one, events in published.items() for event in events)
            raise Problem(
                f"nobody publishes {text!r}",
                next_step=f"--subscribes TOPIC:EVENT, one of {known}",
                code=USAGE,
            )
        if kind not in found.get(topic, ()):
            found[topic] = (*found.get(topic, ()), kind)
    return found


def require_possible(choices: Choices) -> None:
    """Raise Problem where one choice rules another out."""
    for refused, what, next_step in (
        (
            choices.cache and not choices.keeps,
            "a service without a store has nothing to cache",
            "leave out --cache, or choose --store dynamodb or postgres",
        ),
        (
            choices.publishes and not choices.keeps,
            "a service without a store has no change to publish",
            "leave out --publishes, or choose --store dynamodb or postgres",
        ),
        (
            choices.worker is False and choices.keeps,
            "a service with a store needs a worker: it erases and exports what accounts have",
            "leave out --no-worker, or choose --store none",
        ),
        (
            not choices.keeps and _EXPORT_REQUESTED in choices.heard.get(_ACCOUNTS_TOPIC, ()),
            "a service without a store has nothing to export, and every export would wait for it",
            f"leave out --subscribes {_ACCOUNTS_TOPIC}:{_EXPORT_REQUESTED}, or give it a store",
        ),
        (
            choices.worker is False and choices.has_worker,
            "events are handled by a worker",
            "leave out --no-worker, or --subscribes",
        ),
        (
            bool(choices.worker) and not choices.has_worker,
            "a worker without a store needs events to handle",
            f"name some: --subscribes {_ACCOUNTS_TOPIC}:{_ACCOUNT_DELETED}",
        ),
    ):
        if refused:
            raise Problem(what, next_step=next_step, code=USAGE)
