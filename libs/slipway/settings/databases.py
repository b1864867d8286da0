"""The databases of a Postgres server: one per service that wants one, with a login role that owns it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import psycopg2
import psycopg2.extensions
from psycopg2 import sql


def ensure_databases(admin_url: str, databases: Mapping[str, str]) -> None:
    """Make what is missing of `databases` (name to password of its role).

    Raises psycopg2.Error.
    """
    with contextlib.closing(psycopg2.connect(admin_url, connect_timeout=5)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for database, password in databases.items():
                _make_database(cursor, database, password)


def _make_database(cursor: psycopg2.extensions.cursor, name: str, password: str) -> None:
    """Make the role and the database `name`, or give the role its present password."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,))
    verb = "ALTER" if cursor.fetchone() else "CREATE"
    cursor.execute(
        sql.SQL("{} ROLE {} LOGIN PASSWORD %s").format(sql.SQL(verb), sql.Identifier(name)), (password,)
    )
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
    if not cursor.fetchone():
        cursor.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(name))
        )
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
