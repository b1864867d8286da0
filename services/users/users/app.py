"""The web application: wiring, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from chassis.clock import Clock, utc_now
from chassis.http.app import build
from chassis.http.health import Check
from chassis.http.openapi import ApiInfo
from chassis.identity.auth import TokenVerifier
from users.authentication import SessionVerifier
from users.config import ApiSettings
from users.domain.access_tokens import AccessTokens, Identity
from users.domain.accounts import Accounts
from users.domain.address_proofs import AddressProofs
from users.domain.confirmation import Confirmation
from users.domain.exports import ExportLimits, Exports
from users.domain.passwords import Passwords
from users.domain.recent import RecentCount
from users.domain.refresh_tokens import RefreshTokens
from users.domain.sealing import Digester
from users.domain.sessions import Sessions, SignIn
from users.domain.storage import CredentialSource, StorageAccess, StorageLocation
from users.domain.throttle import Throttle
from users.routes.accounts import AccountRoutes
from users.routes.cookies import TrustedOrigins
from users.routes.discovery import DiscoveryRoutes
from users.routes.email_verifications import EmailVerificationRoutes
from users.routes.exports import ExportRoutes
from users.routes.me import MeRoutes
from users.routes.reminders import ReminderRoutes
from users.routes.sessions import SessionRoutes
from users.wiring import Stores, keyring_of, lifetimes_of, preferences_of, proofs_sealer, real

INFO = ApiInfo(
    name="users",
    title="Slipway users",
    description="Accounts, sessions and tokens; the suite's OpenID Connect issuer.",
)


def create_app(
    settings: ApiSettings,
    *,
    parts: Stores | None = None,
    verifier: TokenVerifier | None = None,
    clock: Clock = utc_now,
) -> Flask:
    """Return the app, over `parts` or over the stores that the settings name."""
    stores = parts or real(settings)
    identity = Identity(settings.auth_issuer, settings.auth_audience)
    lifetimes = lifetimes_of(settings)
    passwords = Passwords(settings.password_hash_concurrency, settings.password_hash_waiting)
    throttle = Throttle(
        stores.failures, Digester(settings.secret, "login failures"), clock, settings.guesses_per_network
    )
    keyring = keyring_of(settings, stores, clock)
    access = AccessTokens(keyring, identity, clock)
    refresh = RefreshTokens(Digester(settings.secret, "refresh tokens"))
    accounts = Accounts(stores.accounts, passwords, throttle, settings.event_source, clock)
    sign_in = SignIn(stores.accounts, stores.sessions, passwords, throttle, access, refresh, clock, lifetimes)
    sessions = Sessions(stores.sessions, access, refresh, clock, lifetimes)
    fresh = timedelta(minutes=settings.fresh_sign_in_minutes)
    confirmation = Confirmation(stores.accounts, stores.sessions, passwords, throttle, clock, fresh)
    storage = _storage_access(settings, stores.credentials)
    proofs = _address_proofs(settings, stores, clock)
    return build(
        INFO,
        settings,
        routes=[
            AccountRoutes(accounts),
            SessionRoutes(sign_in, sessions, TrustedOrigins(settings.own_origins), clock),
            MeRoutes(accounts, confirmation, storage, proofs),
            ExportRoutes(_exports(settings, stores, clock), confirmation),
            EmailVerificationRoutes(proofs),
            ReminderRoutes(preferences_of(settings, stores)),
            DiscoveryRoutes(settings.auth_issuer, keyring),
        ],
        checks=[Check("postgres", stores.probe), Check("signing_keys", keyring.signer)],
        idempotency=stores.idempotency,
        verifier=verifier or SessionVerifier(identity, keyring, sessions, clock),
    )


def _address_proofs(settings: ApiSettings, stores: Stores, clock: Clock) -> AddressProofs:
    digester = Digester(settings.secret, "address mails")
    asked = RecentCount(
        stores.failures, digester, clock, timedelta(hours=1), limit=settings.address_mails_per_hour
    )
    return AddressProofs(
        stores.accounts,
        stores.proofs,
        asked,
        proofs_sealer(settings),
        clock,
        timedelta(hours=settings.address_proof_hours),
    )


def _exports(settings: ApiSettings, stores: Stores, clock: Clock) -> Exports:
    limits = ExportLimits(settings.exports_a_day, timedelta(minutes=settings.export_link_minutes))
    services = [name for name in settings.export_services.split(",") if name]
    return Exports(
        stores.exports, stores.accounts, stores.export_files, services, settings.event_source, limits, clock
    )


def _storage_access(settings: ApiSettings, source: CredentialSource) -> StorageAccess:
    endpoint = settings.s3_public_endpoint_url or f"https://s3.{settings.aws_region}.amazonaws.com"
    partition = settings.storage_role_arn.split(":")[1]
    place = StorageLocation(settings.aws_region, endpoint, settings.storage_bucket, partition=partition)
    return StorageAccess(source, place, timedelta(minutes=settings.storage_credentials_minutes))
