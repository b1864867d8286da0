"""What both entry points, the API and the worker, are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from chassis.accounts import AccountData
from chassis.accounts.cached import CachedAccountData
from chassis.clock import Clock
from chassis.http.cached import AnswerCache
from chassis.idempotency import IdempotencyLimits, IdempotencyStore
from chassis.idempotency.dynamodb import DynamoIdempotency
from chassis.messages.dynamodb_outbox import DynamoOutbox
from chassis.messages.outbox import OutboxStore
from chassis.stores.aws import Aws
from chassis.stores.cache import OwnerCache, connect
from todos.config import TodosSettings
from todos.domain.account_state import AccountLimits
from todos.domain.erasure import TodoAccounts
from todos.domain.ports import ReadLimits, TodoStore
from todos.domain.reading import ReadCache
from todos.domain.writing import WriteCache, Writer
from todos.store.dynamodb import DynamoStore

_READ_TIMEOUT = 2.0


class Cache(ReadCache, WriteCache, AnswerCache, Protocol):
    """A cache of reads that knows of writes, and can say whether it is there."""

    def probe(self) -> None:
        """Raise Transient when it is away."""
        ...


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that the service keeps, behind protocols; `marks` caches which accounts are erased."""

    todos: TodoStore
    cache: Cache
    marks: Cache
    idempotency: IdempotencyStore
    outbox: OutboxStore


def real(settings: TodosSettings) -> Stores:
    """Return stores in DynamoDB, and Redis in front of them. Nothing is connected yet."""
    aws = Aws(settings.aws_region, settings.aws_endpoint_url)
    client = aws.client("dynamodb", read_timeout=_READ_TIMEOUT)
    redis = connect(settings.redis_url.get_secret_value())
    limits = ReadLimits(settings.page_bytes, settings.read_bytes, settings.read_seconds)
    return Stores(
        todos=DynamoStore(client, settings.todos_table, limits),
        cache=OwnerCache(redis, "todos", ttl=settings.cache_seconds),
        marks=OwnerCache(redis, "todos:accounts", ttl=settings.cache_seconds),
        idempotency=DynamoIdempotency(client, settings.todos_table, limits=IdempotencyLimits.of(settings)),
        outbox=DynamoOutbox(client, settings.todos_table),
    )


def writer_of(settings: TodosSettings, stores: Stores, clock: Clock) -> Writer:
    """Return the one way of writing through the store and the cache in front of it."""
    limits = AccountLimits(
        settings.max_lists,
        settings.max_todos,
        settings.max_waiting,
        settings.write_burst,
        settings.writes_per_second,
    )
    return Writer(stores.todos, stores.cache, clock, limits)


def accounts_of(stores: Stores, clock: Clock) -> AccountData:
    """Return what the service keeps of accounts, with their marks behind a cache."""
    return CachedAccountData(TodoAccounts(stores.todos, stores.cache, clock), stores.marks)
