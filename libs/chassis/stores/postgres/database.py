"""The pool, transactions with time limits, and the one place where Postgres errors are translated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

import sqlalchemy
from sqlalchemy import Connection, Engine, Table, make_url, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chassis.errors import Problem
from chassis.stores.postgres import timeouts
from chassis.stores.postgres.errors import DatabaseAway, DatabaseBusy

STATEMENT_TIMEOUT_MS = 5_000
LOCK_TIMEOUT_MS = 3_000
ANSWER_TIMEOUT_SECONDS = STATEMENT_TIMEOUT_MS / 1000 + 1
"""How long an answer is waited for: a moment longer than the server may take for a statement."""

_LIMITS = f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS}; SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}"

Constraints = Mapping[str, type[Problem]]
"""The problem that each constraint's violation is, by the constraint's name."""
_NONE: Constraints = {}

_PASSING = {
    "40001",  # serialization failure
    "40P01",  # deadlock
    "42P01",  # undefined table: the migrations have not run yet; readiness says so
    "53300",  # too many connections
    "55P03",  # lock not available in time
    "57014",  # statement cancelled by its timeout
}


def engine(url: str, service: str, pool_size: int = 8, timeout: float = ANSWER_TIMEOUT_SECONDS) -> Engine:
    """Return an engine with a fixed pool. Nothing is connected yet, so it may be made before a fork.

    The server sees who is connected under the name of `service`.

    A pooled connection is tried before use, so a restarted server costs nobody an error. A server that
    does not answer a statement within `timeout` seconds is given up.
    """
    timeouts.install()
    return sqlalchemy.create_engine(
        make_url(url).set(drivername="postgresql+psycopg2"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=3,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "connection_factory": partial(timeouts.TimeoutConnection, timeout=timeout),
            "application_name": service,
            "keepalives_idle": 30,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 10_000,
        },
    )


class Database:
    """Transactions on one database; `probed` is a table that is there once the migrations have run."""

    def __init__(self, pool: Engine, probed: Table, constraints: Constraints = _NONE) -> None:
        self._pool = pool
        self._probed = select(1).select_from(probed).limit(1)
        self._constraints = constraints
        self._outage = timeouts.Outage()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Commit when the block ends, roll back when it raises; Postgres errors come out as problems.

        The time limits are set per transaction, because a proxy between us and the server
        shares its connections (RDS Proxy pins those with session settings).
        """
        with translated(self._constraints), self._outage.watched(), self._pool.begin() as connection:
            connection.exec_driver_sql(_LIMITS)
            self._outage.over()
            yield connection

    def probe(self) -> None:
        """Raise Transient unless the tables can be read."""
        with self.transaction() as connection:
            connection.execute(self._probed)


@contextmanager
def translated(constraints: Constraints = _NONE) -> Iterator[None]:
    """Translate what SQLAlchemy and psycopg2 raise inside the block to problems; what is a bug stays one."""
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseBusy from error
    except IntegrityError as error:
        diagnosis = getattr(error.orig, "diag", None)
        kind = constraints.get(getattr(diagnosis, "constraint_name", None) or "")
        if kind is None:
            raise
        raise kind from error
    except DBAPIError as error:
        if _is_passing(error):
            raise DatabaseAway from error
        raise


def _is_passing(error: DBAPIError) -> bool:
    code = getattr(error.orig, "pgcode", None)
    if code is not None:
        return code in _PASSING or code.startswith(("08", "57P"))  # connection exceptions, shutdowns
    return error.connection_invalidated or isinstance(
        error, sqlalchemy.exc.OperationalError | sqlalchemy.exc.InterfaceError
    )
