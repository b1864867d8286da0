"""The web application: wiring, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from chassis.clock import Clock, utc_now
from chassis.http import app
from chassis.http.health import Check
from chassis.http.openapi import ApiInfo
from chassis.settings import load_settings
from chassis.stores.aws import Aws
from chassis.telemetry import logs
from users.authentication import SessionVerifier
from users.config import UsersSettings
from users.domain.access_tokens import AccessTokens, Identity
from users.domain.accounts import Accounts
from users.domain.passwords import Passwords
from users.domain.ports import Stores
from users.domain.refresh_tokens import RefreshTokens
from users.domain.sealing import Digester
from users.domain.sessions import Sessions, SignIn
from users.domain.storage import CredentialSource, StorageAccess, StorageLocation
from users.domain.throttle import Throttle
from users.routes.accounts import AccountRoutes
from users.routes.cookies import TrustedOrigins
from users.routes.discovery import DiscoveryRoutes
from users.routes.me import MeRoutes
from users.routes.sessions import SessionRoutes
from users.sts import StsCredentials
from users.wiring import keyring_of, lifetimes_of, stores_of

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
    return _wired(settings, stores or stores_of(settings), credentials or _sts(settings), clock)


def _wired(settings: UsersSettings, stores: Stores, credentials: CredentialSource, clock: Clock) -> Flask:
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
    storage = _storage_access(settings, credentials)
    return app.build(
        INFO,
        settings,
        routes=[
            AccountRoutes(accounts),
            SessionRoutes(sign_in, sessions, TrustedOrigins(settings.own_origins), clock),
            MeRoutes(accounts, storage),
            DiscoveryRoutes(settings.auth_issuer, keyring),
        ],
        checks=[Check("postgres", stores.probe), Check("signing_keys", keyring.signer)],
        idempotency=stores.idempotency,
        verifier=SessionVerifier(identity, keyring, sessions, clock),
    )


def _storage_access(settings: UsersSettings, source: CredentialSource) -> StorageAccess:
    endpoint = settings.s3_public_endpoint_url or f"https://s3.{settings.aws_region}.amazonaws.com"
    place = StorageLocation(settings.aws_region, endpoint, settings.storage_bucket)
    return StorageAccess(source, place, timedelta(minutes=settings.storage_credentials_minutes))


def _sts(settings: UsersSettings) -> StsCredentials:
    return StsCredentials(
        Aws(settings.aws_region, settings.aws_endpoint_url).client("sts"), settings.storage_role_arn
    )
