"""Makes a service's login role and its database, or brings them to what is wanted; safe to run again.

Reads SERVER, DATABASE, MASTER and ROLE from the environment; the last two are JSON with `username` and
`password`. The master need not be a superuser (on RDS it is none): it may make roles and databases.
"""

import contextlib
import json
import os
import sys

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection, cursor, encrypt_password

Login = dict[str, str]


def connected(server: str, master: Login) -> connection:
    """Connect to the server as its master, by TLS unless the environment says otherwise."""
    opened = psycopg2.connect(
        host=server,
        dbname="postgres",
        user=master["username"],
        password=master["password"],
        sslmode=os.environ.get("PGSSLMODE", "require"),
        connect_timeout=10,
    )
    opened.autocommit = True  # a database cannot be made inside a transaction
    return opened


def make_role(on: cursor, role: Login) -> None:
    """Make the login role, or give it its present password. The server's log sees its hash only."""
    hashed = encrypt_password(role["password"], role["username"], on.connection, "scram-sha-256")
    on.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role["username"],))
    verb = sql.SQL("ALTER" if on.fetchone() else "CREATE")
    name = sql.Identifier(role["username"])
    statement = sql.SQL("{} ROLE {} LOGIN NOCREATEDB NOCREATEROLE PASSWORD {}")
    on.execute(statement.format(verb, name, sql.Literal(hashed)))


def make_database(on: cursor, database: str, owner: str, master: str) -> None:
    """Make the database, which `owner` owns and nobody else may enter."""
    name, role = sql.Identifier(database), sql.Identifier(owner)
    # Who is no superuser hands over a database only as a member of the role that gets it.
    on.execute(sql.SQL("GRANT {} TO {}").format(role, sql.Identifier(master)))
    on.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", (database,))
    found = on.fetchone()
    if found is None:
        on.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, role))
    elif found[0] != owner:
        on.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, role))
    on.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))


def given(name: str) -> str:
    """Return a variable of the environment; ends the process when it is missing."""
    return os.environ.get(name) or sys.exit(f"{name} is missing: the task definition sets it")


def login(name: str) -> Login:
    """Return the login in a variable; ends the process, without showing it, when it is something else."""
    with contextlib.suppress(ValueError, TypeError, KeyError):
        found = json.loads(given(name))
        return {key: str(found[key]) for key in ("username", "password")}
    sys.exit(f"{name} is not JSON with username and password: look at the secret it comes from")


def main() -> None:
    """Prepare what the environment names."""
    server, database, master, role = given("SERVER"), given("DATABASE"), login("MASTER"), login("ROLE")
    try:
        with contextlib.closing(connected(server, master)) as opened, opened.cursor() as on:
            make_role(on, role)
            make_database(on, database, role["username"], master["username"])
    except psycopg2.Error as error:
        sys.exit(f"database {database} on {server} is not prepared: {error}")
    print(f"database {database} is ready for {role['username']}")


main()
