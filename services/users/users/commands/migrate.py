"""`python -m users.commands.migrate [REVISION]`: bring the database to the newest schema, or to REVISION."""

from __future__ import annotations

import sys
from pathlib import Path

from chassis.stores.postgres.migrations import run
from users.config import UsersSettings

MIGRATIONS = Path(__file__).parents[2] / "migrations"

if __name__ == "__main__":
    run(UsersSettings, MIGRATIONS, sys.argv[1:])
