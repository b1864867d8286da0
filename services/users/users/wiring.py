"""What the API, the worker and the commands are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from chassis.clock import Clock, utc_now
from chassis.idempotency import IdempotencyLimits, IdempotencyStore
from chassis.idempotency.postgres import PostgresIdempotency
from chassis.messages.mail_log import MailLog
from chassis.messages.mail_suppression import Suppressions
from chassis.messages.outbox import OutboxStore
from chassis.messages.postgres_mail import PostgresMailLog, PostgresSuppressions
from chassis.messages.postgres_outbox import PostgresOutbox
from chassis.stores.aws import Aws
from chassis.stores.postgres.database import Database, engine
from users.config import UsersSettings
from users.domain.export_ports import ExportFiles, ExportStore
from users.domain.keyring import Keyring
from users.domain.ports import AccountStore, FailureStore, ProofStore, SessionStore, SigningKeyStore
from users.domain.reminders import ReminderPreferences
from users.domain.sealing import Digester, Sealer
from users.domain.sessions import Lifetimes
from users.domain.storage import CredentialSource
from users.store.postgres.accounts import PostgresAccounts
from users.store.postgres.exports import PostgresExports
from users.store.postgres.failures import PostgresFailures
from users.store.postgres.proofs import PostgresProofs
from users.store.postgres.sessions import PostgresSessions
from users.store.postgres.signing_keys import PostgresSigningKeys
from users.store.postgres.tables import (
    CONSTRAINTS,
    accounts,
    idempotency_keys,
    mail_log,
    mail_suppressions,
    outbox,
)
from users.store.s3_exports import S3ExportFiles
from users.store.sts import StsCredentials

_KEEP_MAILS = timedelta(days=30)
"""So long it is known which reminders were mailed: far longer than one may be late."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that the service keeps, behind protocols; `probe` raises Transient without the database."""

    accounts: AccountStore
    sessions: SessionStore
    proofs: ProofStore
    failures: FailureStore
    signing_keys: SigningKeyStore
    outbox: OutboxStore
    mail_log: MailLog
    suppressions: Suppressions
    idempotency: IdempotencyStore
    credentials: CredentialSource
    exports: ExportStore
    export_files: ExportFiles
    probe: Callable[[], None]
    purge_idempotency: Callable[[datetime], int]
    purge_mail_log: Callable[[datetime], int]


def real(settings: UsersSettings) -> Stores:
    """Return stores in Postgres, and AWS's STS. Nothing is connected yet."""
    pool = engine(settings.database_address(), "users", settings.database_pool_size)
    database = database_on(pool)
    return stores_on(
        database,
        settings.secret,
        credentials_of(settings),
        export_files_of(settings),
        limits=IdempotencyLimits.of(settings),
    )


def database_on(pool: Engine) -> Database:
    """Return the service's database, whose connections are those of `pool`."""
    return Database(pool, accounts, CONSTRAINTS)


def credentials_of(settings: UsersSettings) -> CredentialSource:
    """Return the source of storage credentials that the settings name."""
    aws = Aws(settings.aws_region, settings.aws_endpoint_url)
    return StsCredentials(aws.client("sts"), settings.storage_role_arn)


def export_files_of(settings: UsersSettings) -> ExportFiles:
    """Return the bucket of exports that the settings name."""
    aws = Aws(settings.aws_region, settings.aws_endpoint_url)
    public = aws.client("s3", endpoint_url=settings.s3_public_endpoint_url)
    return S3ExportFiles(aws.client("s3", read_timeout=30.0), public, settings.exports_bucket)


def stores_on(
    database: Database,
    secret: bytes,
    credentials: CredentialSource,
    export_files: ExportFiles,
    clock: Clock = utc_now,
    limits: IdempotencyLimits = IdempotencyLimits(),  # noqa: B008  # it is frozen
) -> Stores:
    """Return every store on `database`; recorded answers are sealed under `secret`."""
    idempotency = PostgresIdempotency(
        database, idempotency_keys, Sealer(secret, "idempotency"), clock, limits
    )
    mails = PostgresMailLog(database, mail_log, _KEEP_MAILS)
    return Stores(
        accounts=PostgresAccounts(database),
        sessions=PostgresSessions(database),
        proofs=PostgresProofs(database),
        failures=PostgresFailures(database),
        signing_keys=PostgresSigningKeys(database),
        outbox=PostgresOutbox(database, outbox, clock),
        mail_log=mails,
        suppressions=PostgresSuppressions(database, mail_suppressions),
        idempotency=idempotency,
        credentials=credentials,
        exports=PostgresExports(database),
        export_files=export_files,
        probe=database.probe,
        purge_idempotency=idempotency.purge,
        purge_mail_log=mails.purge,
    )


def keyring_of(settings: UsersSettings, stores: Stores, clock: Clock = utc_now) -> Keyring:
    """Return the keyring on `stores`, sealed as the settings say."""
    return Keyring(stores.signing_keys, Sealer(settings.secret, "signing keys"), clock)


def proofs_sealer(settings: UsersSettings) -> Sealer:
    """Return what seals the tokens of links that are not mailed yet."""
    return Sealer(settings.secret, "address proofs")


def preferences_of(settings: UsersSettings, stores: Stores) -> ReminderPreferences:
    """Return who gets reminders by mail, over `stores`."""
    return ReminderPreferences(stores.accounts, Digester(settings.secret, "reminders by mail"))


def lifetimes_of(settings: UsersSettings) -> Lifetimes:
    """Return how long sessions last by the settings."""
    return Lifetimes(
        idle=timedelta(days=settings.session_idle_days), longest=timedelta(days=settings.session_longest_days)
    )
