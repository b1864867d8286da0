"""The web application: wiring, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from chassis import app, logs
from chassis.aws import Aws
from chassis.clock import Clock, utc_now
from chassis.health import Check
from chassis.openapi import ApiInfo
from chassis.settings import load_settings
from users.authentication import SessionVerifier
from users.config import UsersSettings
from users.cookies import OwnPages
from users.domain.access_tokens import AccessTokens, Identity
from users.domain.accounts import Accounts
from users.domain.keyring import Keyring
from users.domain.passwords import Passwords
from users.domain.refresh_tokens import RefreshTokens
from users.domain.sealing import Digester, Sealer
from users.domain.sessions import Lifetimes, Sessions, SignIn
from users.domain.storage import CredentialSource, Place, StorageAccess
from users.domain.throttle import Throttle
from users.routes.accounts import AccountRoutes
from users.routes.discovery import DiscoveryRoutes
from users.routes.me import MeRoutes
from users.routes.sessions import SessionRoutes
from users.store.base import Stores
from users.store.postgres import open_stores
from users.store.postgres.database import Database, engine
from users.sts import StsCredentials

INFO = ApiInfo(
    name="users",
    title="Slipway users",
    description="Accounts, sessions and tokens; the suite's OpenID Connect issuer.",
)


def create_app(
    settings: UsersSettings | None = None,
    stores: Stores | None = None,
    credentials: CredentialSource | None = None,
    clock: Clock = utc_now,
) -> Flask:
    """Return the app; what is not given is made from the environment."""
    settings = settings or load_settings(UsersSettings)
    logs.configure("users", settings.log_level)
    stores = stores or stores_of(settings)
    identity = Identity(settings.auth_issuer, settings.auth_audience)
    lifetimes = lifetimes_of(settings)
    passwords = Passwords(settings.password_hash_concurrency)
    throttle = Throttle(stores.failures, Digester(settings.secret, "login failures"), clock)
    keyring = keyring_of(settings, stores, clock)
    access = AccessTokens(keyring, identity, clock)
    refresh = RefreshTokens(Digester(settings.secret, "refresh tokens"))
    accounts = Accounts(stores.accounts, passwords, throttle, settings.event_source, clock)
    sign_in = SignIn(stores.accounts, stores.sessions, passwords, throttle, access, refresh, clock, lifetimes)
    sessions = Sessions(stores.sessions, access, refresh, clock, lifetimes)
    storage = _storage_access(settings, credentials or _sts(settings))
    return app.build(
        INFO,
        settings,
        routes=[
            AccountRoutes(accounts),
            SessionRoutes(sign_in, sessions, OwnPages(settings), clock),
            MeRoutes(accounts, storage),
            DiscoveryRoutes(settings.auth_issuer, keyring),
        ],
        checks=[Check("postgres", stores.probe), Check("signing_keys", keyring.signer)],
        idempotency=stores.idempotency,
        verifier=SessionVerifier(identity, keyring, sessions, clock),
    )


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


def _storage_access(settings: UsersSettings, source: CredentialSource) -> StorageAccess:
    endpoint = settings.s3_public_endpoint_url or f"https://s3.{settings.aws_region}.amazonaws.com"
    place = Place(settings.aws_region, endpoint, settings.storage_bucket)
    return StorageAccess(source, place, timedelta(minutes=settings.storage_credentials_minutes))


def _sts(settings: UsersSettings) -> StsCredentials:
    return StsCredentials(
        Aws(settings.aws_region, settings.aws_endpoint_url).client("sts"), settings.storage_role_arn
    )
