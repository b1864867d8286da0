"""Makes what the tests need: settings, to-dos, parts without Redis, a client that speaks for one account."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from chassis.clock import Clock, utc_now
from chassis.errors import Transient
from chassis.idempotency import IdempotencyStore
from chassis.idempotency.memory import MemoryIdempotency
from chassis.ids import new_id
from chassis.messages.memory_outbox import MemoryOutbox
from chassis.messages.outbox import OutboxStore
from chassis.stores.cache import CacheWrite, Loaded
from chassis.stores.reach import ValueWithReach
from chassis.testing import ISSUER, Issuer
from chassis.testing.fuzz_target import FuzzTarget
from slipway.testing.aws import EmulatedAws
from todos.app import create_app
from todos.config import ApiSettings
from todos.domain.account_state import AccountLimits
from todos.domain.ports import TodoStore
from todos.domain.todo import Todo
from todos.domain.writing import Writer
from todos.store.dynamodb import DynamoStore
from todos.store.memory import MemoryStore
from todos.wiring import Cache, Stores

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def store_on(aws: EmulatedAws) -> DynamoStore:
    """Return the store as the service has it, on its table."""
    return DynamoStore(aws.service_client("todos", "dynamodb"), aws.environment("todos")["TODOS_TABLE"])


class _Bypassed(Enum):
    BYPASS = "bypass"


class NoCache:
    """Keeps nothing but the last write's `note`; `writes` are the owners that wrote.

    While `away` is true its probe fails.
    """

    def __init__(self) -> None:
        self.writes: list[str] = []
        self.away = False
        self.note: bytes | None = None

    def read(self, owner: str, field: str, load: Callable[[], Loaded]) -> tuple[bytes, _Bypassed]:
        loaded = load()
        return (loaded.value if isinstance(loaded, ValueWithReach) else loaded), _Bypassed.BYPASS

    def find(self, owner: str, field: str, held: str = "") -> None:
        return None

    @contextmanager
    def writing(self, owner: str) -> Iterator[CacheWrite]:
        write = CacheWrite("none", self.note)
        try:
            yield write
        finally:
            self.note = None if write.places is None else write.note
            if write.places != ():
                self.writes.append(owner)

    def probe(self) -> None:
        if self.away:
            raise Transient("The cache is away.")


UNPACED = AccountLimits(write_burst=100_000)
"""The usual limits, but for those of pace: how much of an allowance is given back depends on the machine."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Stores, and what writes through them."""

    store: TodoStore
    cache: Cache
    idempotency: IdempotencyStore
    writer: Writer
    clock: Clock
    marks: Cache
    outbox: OutboxStore

    @property
    def stores(self) -> Stores:
        """The stores alone, as the entry points take them."""
        return Stores(self.store, self.cache, self.marks, self.idempotency, self.outbox)


def assemble(
    store: TodoStore,
    cache: Cache,
    idempotency: IdempotencyStore,
    limits: AccountLimits,
    clock: Clock = utc_now,
    marks: Cache | None = None,
    outbox: OutboxStore | None = None,
) -> Parts:
    """Return the parts around a store and a cache; `outbox` is the store's own where it is in memory."""
    writer = Writer(store, cache, clock, limits)
    kept = outbox or (store.outbox if isinstance(store, MemoryStore) else MemoryOutbox())
    return Parts(store, cache, idempotency, writer, clock, marks or NoCache(), kept)


def settings(**changes: Any) -> ApiSettings:
    """Return settings that name nothing real, and that let an account write as fast as it likes."""
    return ApiSettings(
        **{
            "write_burst": UNPACED.write_burst,
            "auth_issuer": ISSUER,
            "auth_jwks_url": "http://127.0.0.1:1/jwks.json",
            "todos_table": "none",
            "redis_url": "redis://127.0.0.1:1/0",
            **changes,
        }
    )


def a_todo(**changes: Any) -> Todo:
    """Return a to-do; `changes` override its fields."""
    fields: dict[str, Any] = {
        "id": new_id(),
        "list_id": UUID(int=7),
        "title": "buy milk",
        "notes": None,
        "done": False,
        "done_at": None,
        "due_at": None,
        "priority": 0,
        "tags": (),
        "position": 1024.0,
        "created_at": NOON,
        "updated_at": NOON,
        "version": 1,
    }
    return Todo(**(fields | changes))


class Api:
    """Speaks to the service for one account, whose token it sends."""

    def __init__(self, client: FlaskClient, issuer: Issuer, subject: str | None = None) -> None:
        self.client = client
        self.issuer = issuer
        self.subject = subject or str(new_id())
        self._headers = issuer.headers(self.subject)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Send a request; `if_match="x"` becomes the header `If-Match: x`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return self.client.open(path, method=method, headers=self._headers | named, **content)  # type: ignore[arg-type]

    def get(self, path: str, **headers: str) -> Any:
        """Return the JSON of a GET that must succeed."""
        response = self.call("GET", path, **headers)
        assert response.status_code == 200, response.text
        return response.json

    def add(self, title: str = "buy milk", **fields: Any) -> Any:
        """Create a to-do and return it."""
        return self._created("/v1/todos", {"title": title, **fields})

    def add_list(self, name: str = "groceries", **fields: Any) -> Any:
        """Create a list and return it."""
        return self._created("/v1/lists", {"name": name, **fields})

    def _created(self, path: str, body: Any) -> Any:
        response = self.call("POST", path, body)
        assert response.status_code == 201, response.text
        return response.json

    def titles(self, query: str = "") -> list[str]:
        """Return the titles of all to-dos that `query` finds, page by page."""
        return [item["title"] for item in self.items(query)]

    def items(self, query: str = "") -> list[Any]:
        """Return all to-dos that `query` finds, page by page."""
        found: list[Any] = []
        cursor = None
        while True:
            page = self.get(f"/v1/todos?{query}" + (f"&cursor={cursor}" if cursor else ""))
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    def another(self) -> Api:
        """Return the same for another account."""
        return Api(self.client, self.issuer)


def fuzz_target() -> FuzzTarget:
    """Return the service in memory, to be called as its document says."""
    issuer = Issuer()
    parts = assemble(MemoryStore(), NoCache(), MemoryIdempotency(), AccountLimits())
    app = create_app(settings(), parts=parts.stores, verifier=issuer.verifier())
    return FuzzTarget(app, issuer.headers, frozenset({"POST /v1/todos/batch"}))
