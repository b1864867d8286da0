"""What the web application, the worker and the commands make of the settings alike."""

from __future__ import annotations

from datetime import timedelta

from chassis.clock import Clock, utc_now
from users.config import UsersSettings
from users.domain.keyring import Keyring
from users.domain.ports import Stores
from users.domain.sealing import Sealer
from users.domain.sessions import Lifetimes
from users.store.postgres import open_stores
from users.store.postgres.database import Database, engine


def stores_of(settings: UsersSettings, pool_size: int | None = None) -> Stores:
    """Return the stores that the settings name."""
    url = settings.database_url.get_secret_value()
    return open_stores(Database(engine(url, pool_size or settings.database_pool_size)), settings.secret)


def keyring_of(settings: UsersSettings, stores: Stores, clock: Clock = utc_now) -> Keyring:
    """Return the keyring on `stores`, sealed as the settings say."""
    return Keyring(stores.signing_keys, Sealer(settings.secret, "signing keys"), clock)


def lifetimes_of(settings: UsersSettings) -> Lifetimes:
    """Return how long sessions last by the settings."""
    return Lifetimes(
        idle=timedelta(days=settings.session_idle_days), longest=timedelta(days=settings.session_longest_days)
    )
