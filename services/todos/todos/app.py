"""The wiring of the API."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from chassis.http.app import build
from chassis.http.health import Check
from chassis.http.openapi import ApiInfo
from chassis.idempotency import resource_id
from chassis.identity.auth import TokenVerifier
from todos.config import TodosSettings
from todos.domain.batch import Batch
from todos.domain.changes import Feed
from todos.domain.lists import Lists
from todos.domain.reading import Reader
from todos.domain.todos import Todos
from todos.routes.batch import BatchRoutes
from todos.routes.changes import ChangeRoutes
from todos.routes.lists import ListRoutes
from todos.routes.todos import TodoRoutes
from todos.wiring import Parts, real_parts

INFO = ApiInfo("todos", "To-dos", "Lists and to-dos, read far more often than they are written.")


def create_app(
    settings: TodosSettings,
    *,
    parts: Callable[[TodosSettings], Parts] = real_parts,
    verifier: TokenVerifier | None = None,
) -> Flask:
    """Return the service; tests give other parts and their own verifier."""
    made = parts(settings)
    lists = Lists(made.writer, resource_id)
    reader = Reader(made.store, made.cache, lists)
    return build(
        INFO,
        settings,
        routes=[
            ListRoutes(lists, reader),
            TodoRoutes(Todos(made.writer, resource_id), reader),
            BatchRoutes(Batch(made.writer, resource_id)),
            ChangeRoutes(Feed(made.store, lists, made.clock)),
        ],
        checks=[
            Check("dynamodb", made.store.probe),
            Check("redis", made.cache.probe, critical=False),
        ],
        idempotency=made.idempotency,
        verifier=verifier,
    )
