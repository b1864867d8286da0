"""The migrations, held to the chassis's contract."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import MetaData

from chassis.testing.migrations import MigrationsContract
from users.commands.migrate import MIGRATIONS
from users.store.postgres import tables


class TestMigrations(MigrationsContract):
    """The contract."""

    @pytest.fixture
    def migrations(self) -> Path:
        return MIGRATIONS

    @pytest.fixture
    def metadata(self) -> MetaData:
        return tables.metadata
