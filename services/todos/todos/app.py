"""The web application: wiring, and nothing else."""

from __future__ import annotations

from flask import Flask

from chassis.allowance import Allowance
from chassis.clock import Clock, utc_now
from chassis.http.app import build
from chassis.http.health import Check
from chassis.http.openapi import ApiInfo
from chassis.identity.auth import TokenVerifier
from chassis.turns import Turns
from todos.config import ApiSettings
from todos.domain.batch import Batch
from todos.domain.changes import Feed
from todos.domain.fair_reads import FairReads
from todos.domain.lists import Lists
from todos.domain.reading import Reader
from todos.domain.todos import Todos
from todos.routes.batch import BatchRoutes
from todos.routes.changes import ChangeRoutes
from todos.routes.lists import ListRoutes
from todos.routes.todos import TodoRoutes
from todos.wiring import Stores, accounts_of, real, writer_of

INFO = ApiInfo("todos", "To-dos", "Lists and to-dos, read far more often than they are written.")


def create_app(
    settings: ApiSettings,
    *,
    parts: Stores | None = None,
    verifier: TokenVerifier | None = None,
    clock: Clock = utc_now,
) -> Flask:
    """Return the app, over `parts` or over the stores that the settings name."""
    stores = parts or real(settings)
    writer = writer_of(settings, stores, clock)
    lists = Lists(writer)
    fair = FairReads(
        Turns(1, settings.max_waiting, settings.read_seconds),
        Allowance(settings.read_burst_bytes, settings.read_bytes_per_second),
    )
    accounts = accounts_of(stores, clock)
    reader = Reader(stores.todos, stores.cache, lists, fair, accounts)
    return build(
        INFO,
        settings,
        routes=[
            ListRoutes(lists, reader),
            TodoRoutes(Todos(writer), reader),
            BatchRoutes(Batch(writer), settings.page_bytes),
            ChangeRoutes(Feed(stores.todos, lists, clock, fair)),
        ],
        checks=[
            Check("dynamodb", stores.todos.probe),
            Check("redis", stores.cache.probe, critical=False),
        ],
        idempotency=stores.idempotency,
        cache=stores.cache,
        verifier=verifier,
        accounts=accounts,
        may_change=writer.require_allowance,
    )
