"""The script that makes a service's role and database, run as its task runs it, on a real Postgres.

Its master is one as RDS gives: it may make roles and databases, and is no superuser.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from psycopg2 import sql
from tests.terraform.terraform import CONFIGURATION

from slipway.testing.backing import Backing

_SCRIPT = CONFIGURATION / "modules" / "database_preparation" / "prepare.py"


def _query(url: str, statement: str, *values: object, **names: str) -> list[tuple[object, ...]]:
    """Return what a statement finds; `names` are put into its braces as identifiers."""
    composed = sql.SQL(statement).format(**{key: sql.Identifier(name) for key, name in names.items()})
    with contextlib.closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(composed, values)
            return cursor.fetchall() if cursor.description else []


@dataclass(frozen=True)
class Task:
    """One run of the preparation: names are of this test alone."""

    server: str
    port: int
    name: str
    password: str
    master: str
    master_password: str

    def url(self, database: str = "") -> str:
        """Return the address of a database as the login role."""
        return f"postgresql://{self.name}:{self.password}@{self.server}:{self.port}/{database or self.name}"

    def environment(self) -> dict[str, str]:
        """Return what the task definition sets, and what this Postgres, which has no TLS, needs besides."""
        return {
            "SERVER": self.server,
            "DATABASE": self.name,
            "MASTER": json.dumps({"username": self.master, "password": self.master_password}),
            "ROLE": json.dumps({"username": self.name, "password": self.password}),
            "PGPORT": str(self.port),
            "PGSSLMODE": "disable",
        }

    def run(self, **changed: str) -> subprocess.CompletedProcess[str]:
        """Run the script in a process of its own, as `python -c`."""
        environment = {"PATH": os.environ["PATH"], **self.environment(), **changed}
        command = [sys.executable, "-c", _SCRIPT.read_text()]
        return subprocess.run(
            command, check=False, capture_output=True, text=True, env=environment, timeout=60
        )


@pytest.fixture
def task(backing: Backing) -> Iterator[Task]:
    server = urlsplit(backing.postgres_admin_url)
    tail = secrets.token_hex(4)
    task = Task(
        str(server.hostname), server.port or 5432, f"notes_{tail}", "first-password", f"master_{tail}", "m"
    )
    admin = backing.postgres_admin_url
    _query(
        admin,
        "CREATE ROLE {master} LOGIN CREATEDB CREATEROLE PASSWORD %s",
        task.master_password,
        master=task.master,
    )
    _query(admin, "ALTER ROLE {master} SET log_statement = 'all'", master=task.master)
    yield task
    _forget(admin, task.name)
    _query(admin, "DROP ROLE {master}", master=task.master)


def _forget(admin: str, name: str) -> None:
    _query(admin, "DROP DATABASE IF EXISTS {name} WITH (FORCE)", name=name)
    _query(admin, "DROP ROLE IF EXISTS {name}", name=name)


def test_the_role_owns_its_database_and_works_in_it(task: Task) -> None:
    done = task.run()
    assert (done.returncode, done.stdout) == (0, f"database {task.name} is ready for {task.name}\n"), (
        done.stderr
    )
    _query(task.url(), "CREATE TABLE notes (id int)")
    assert _query(
        task.url(), "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", task.name
    ) == [(task.name,)]


def test_a_second_run_changes_nothing_that_is_there(task: Task) -> None:
    assert task.run().returncode == 0
    _query(task.url(), "CREATE TABLE notes AS SELECT 7 AS id")
    again = task.run()
    assert again.returncode == 0, again.stderr
    assert _query(task.url(), "SELECT id FROM notes") == [(7,)]


def test_a_new_password_replaces_the_old_one(task: Task) -> None:
    assert task.run().returncode == 0
    later = replace(task, password="second-password")
    assert later.run().returncode == 0
    assert _query(later.url(), "SELECT 1") == [(1,)]
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        _query(task.url(), "SELECT 1")


@pytest.mark.parametrize("statement", ["CREATE DATABASE mine", "CREATE ROLE mine", "CREATE EXTENSION dblink"])
def test_the_role_may_do_nothing_outside_its_database(task: Task, statement: str) -> None:
    assert task.run().returncode == 0
    with pytest.raises((psycopg2.errors.InsufficientPrivilege, psycopg2.errors.FeatureNotSupported)):
        _query(task.url(), statement)


def test_nobody_else_enters_the_database(task: Task, postgres_url: str) -> None:
    assert task.run().returncode == 0
    other = urlsplit(postgres_url)
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        _query(other._replace(path=f"/{task.name}").geturl(), "SELECT 1")


def test_the_password_is_in_no_log(task: Task, backing: Backing) -> None:
    assert task.run().returncode == 0
    log = "".join(path.read_text(errors="replace") for path in Path(backing.state).glob("logs/postgres*"))
    assert f'"{task.name}" LOGIN' in log
    assert task.password not in log


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"DATABASE": ""}, "DATABASE is missing"),
        ({"MASTER": "hunter2"}, "MASTER is not JSON with username and password"),
        ({"ROLE": '{"username": "x"}'}, "ROLE is not JSON with username and password"),
        ({"MASTER": '{"username": "nobody", "password": "hunter2"}'}, "is not prepared: "),
        ({"PGPORT": "1"}, "Connection refused"),
    ],
)
def test_what_is_wrong_is_said_without_the_password(task: Task, wrong: dict[str, str], sentence: str) -> None:
    done = task.run(**wrong)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_name_that_is_not_one_harms_nobody(task: Task, backing: Backing) -> None:
    hostile = replace(task, name=f'{task.name}"; DROP ROLE "{task.master}')
    done = hostile.run()
    assert done.returncode == 0, done.stderr
    assert _query(backing.postgres_admin_url, "SELECT 1 FROM pg_roles WHERE rolname = %s", task.master)
    _forget(backing.postgres_admin_url, hostile.name)
