"""What a service with a database is told."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from sqlalchemy import make_url

from chassis.settings import ServiceSettings


def _is_postgres(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(("postgresql://", "postgres://")):
        raise ValueError("must begin with postgresql://")
    return value


class PostgresSettings(ServiceSettings):
    """Settings of every role of a service that keeps what it has in Postgres."""

    database_url: Annotated[SecretStr, AfterValidator(_is_postgres)] = Field(
        description="Postgres database of the service: `postgresql://user:password@host:port/name`."
    )
    database_host: str | None = Field(
        default=None,
        description="Host of the database, where the login is copied from a region in which it has another.",
    )
    database_pool_size: int = Field(
        default=8, ge=1, le=100, description="Connections that each process keeps; one per thread is enough."
    )

    def database_address(self) -> str:
        """Return where the database is, with the login: DATABASE_URL, at DATABASE_HOST where that is set."""
        url = self.database_url.get_secret_value()
        if self.database_host is None:
            return url
        return make_url(url).set(host=self.database_host).render_as_string(hide_password=False)
