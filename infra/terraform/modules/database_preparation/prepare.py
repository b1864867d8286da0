"""Makes a service's login role and its database, or brings them to what is wanted; safe to run again.

Reads SERVER, DATABASE, MASTER and ROLE from the environment; the last two are JSON with `username` and
`password`.
"""

import json
import os

import psycopg2
from psycopg2 import sql


def prepare(server: str, database: str, master: dict[str, str], role: dict[str, str]) -> None:
    """Give `role` its password and `database`, which it owns and only it may enter."""
    options = {"host": server, "sslmode": os.environ.get("SSLMODE", "require"), "connect_timeout": 10}
    connection = psycopg2.connect(
        dbname="postgres", user=master["username"], password=master["password"], **options
    )
    connection.autocommit = True  # a database cannot be made inside a transaction
    login, name = sql.Identifier(role["username"]), sql.Identifier(database)
    with connection.cursor() as cursor:
        cursor.execute("SET password_encryption = 'scram-sha-256'")
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role["username"],))
        verb = "ALTER" if cursor.fetchone() else "CREATE"
        statement = sql.SQL(verb + " ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}")
        cursor.execute(statement.format(login, sql.Literal(role["password"])))
        # The server's master is no superuser: it may hand over what a role owns only as a member of it.
        cursor.execute(sql.SQL("GRANT {} TO {}").format(login, sql.Identifier(master["username"])))
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,))
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, login))
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    connection.close()
    print(f"database {database} is ready for {role['username']}")


prepare(
    os.environ["SERVER"],
    os.environ["DATABASE"],
    json.loads(os.environ["MASTER"]),
    json.loads(os.environ["ROLE"]),
)
