"""The pool, and what becomes of Postgres's errors."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chassis.errors import Problem, Transient
from chassis.stores.postgres import database as module
from chassis.stores.postgres.database import Database, engine, translated
from users.errors import EmailTaken
from users.wiring import database_on


def unused_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def test_a_server_that_is_away_is_a_passing_trouble() -> None:
    with pytest.raises(Transient):
        database_on(engine(f"postgresql://users:secret@127.0.0.1:{unused_port()}/users", "users")).probe()


def test_tables_that_are_not_there_yet_are_a_passing_trouble(database: Database) -> None:
    with pytest.raises(Transient), database.transaction() as connection:
        connection.exec_driver_sql("SELECT 1 FROM not_migrated_yet")


def test_a_statement_that_takes_too_long_is_cancelled(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LIMITS", "SET LOCAL statement_timeout = 20")
    with pytest.raises(Transient), database.transaction() as connection:
        connection.exec_driver_sql("SELECT pg_sleep(5)")


def test_a_lock_is_not_waited_for_for_ever(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LIMITS", "SET LOCAL lock_timeout = 20")
    with database.transaction() as first:
        first.exec_driver_sql("LOCK TABLE outbox")
        with pytest.raises(Transient), database.transaction() as second:
            second.exec_driver_sql("LOCK TABLE outbox")


def test_the_limits_hold_for_every_transaction(database: Database) -> None:
    for _ in range(2):
        with database.transaction() as connection:
            assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == "5s"
            assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "3s"


def test_connections_that_the_server_closed_cost_nobody_an_error(database: Database) -> None:
    def work(_number: int) -> object:
        with database.transaction() as connection:
            return connection.exec_driver_sql("SELECT pg_sleep(0.05), 7").one()[1]

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
        with database.transaction() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert list(threads.map(work, range(4))) == [7, 7, 7, 7]


def test_a_connection_lost_in_a_transaction_is_a_passing_trouble(database: Database) -> None:
    with pytest.raises(Transient), database.transaction() as connection:
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")


def test_a_pool_without_a_free_connection_is_a_passing_trouble() -> None:
    with pytest.raises(Transient), translated():
        raise PoolTimeout


def test_a_broken_promise_of_the_tables_has_a_name(database: Database) -> None:
    insert = (
        "INSERT INTO accounts (id, email, email_key, name, password_hash, created_at)"
        " VALUES (gen_random_uuid(), 'a', 'a', 'a', 'a', now())"
    )
    with pytest.raises(EmailTaken), database.transaction() as connection:
        connection.exec_driver_sql(f"{insert}; {insert}")


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("INSERT INTO outbox (event) VALUES (NULL)", IntegrityError),
        ("SELECT no_such_column FROM outbox", DBAPIError),
    ],
)
def test_a_bug_stays_a_bug(database: Database, statement: str, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught, database.transaction() as connection:
        connection.exec_driver_sql(statement)
    assert not isinstance(caught.value, Problem)
