"""What the tests of this service are made of."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from pydantic import SecretStr

from chassis.clock import Clock, utc_now
from chassis.idempotency.memory import MemoryIdempotency
from chassis.ids import new_id
from chassis.messages.memory_outbox import MemoryOutbox
from chassis.testing import FakeClock
from chassis.testing.fuzz_target import FuzzTarget
from chassis.testing.mail import MemoryMailLog, MemorySuppressions
from users.app import create_app
from users.config import ApiSettings, WorkerSettings
from users.domain import emails
from users.domain.export_ports import ExportFiles
from users.domain.records import Account, Device, Session, StorageCredentials
from users.domain.storage import CredentialSource
from users.store.memory import (
    MemoryAccounts,
    MemoryFailures,
    MemorySessions,
    MemorySigningKeys,
    MemoryTables,
)
from users.store.memory_exports import MemoryExportFiles, MemoryExports
from users.store.memory_proofs import MemoryProofs
from users.wiring import Stores

SECRET = bytes(range(32))
PASSWORD = "correct horse battery staple"
NOW = FakeClock().now
DEVICE = Device("Tester/1.0", "192.0.2.7")
_VALUES: dict[str, Any] = {
    "public_port": 8443,
    "auth_issuer": "https://users.localhost:8443",
    "auth_jwks_url": "http://127.0.0.1:1/.well-known/jwks.json",
    "database_url": SecretStr("postgresql://users:secret@127.0.0.1:1/users"),
    "key_encryption_key": SecretStr(base64.b64encode(SECRET).decode()),
    "events_topic_arn": "arn:aws:sns:us-east-1:000000000000:users-events",
    "todos_events_queue_url": "http://127.0.0.1:1/users-todos-events",
    "todos_events_dlq_url": "http://127.0.0.1:1/users-todos-events-dlq",
    "todos_events_visibility_timeout": 30,
    "mail_events_queue_url": "http://127.0.0.1:1/users-mail-events",
    "mail_events_dlq_url": "http://127.0.0.1:1/users-mail-events-dlq",
    "mail_events_visibility_timeout": 30,
    "storage_role_arn": "arn:aws:iam::000000000000:role/user-storage",
    "storage_bucket": "media",
    "exports_bucket": "exports",
    "export_services": "media,todos",
    "s3_public_endpoint_url": "https://s3.localhost:8443",
}


def settings(**changes: Any) -> ApiSettings:
    """Return valid settings of the API that name nothing real."""
    return ApiSettings(**{**_VALUES, **changes})


def worker_settings(**changes: Any) -> WorkerSettings:
    """Return valid settings of the worker that name nothing real."""
    return WorkerSettings(**{**_VALUES, **changes})


def account(email: str | None = None, **changes: Any) -> Account:
    """Return an account that nobody has kept yet."""
    account_id = new_id()
    address = email or f"{account_id}@example.com"
    values = {
        "id": account_id,
        "email": address,
        "email_key": emails.key(address),
        "name": "Ada Lovelace",
        "password_hash": "$argon2id$not-a-real-one",
        "created_at": NOW,
        **changes,
    }
    return Account(**values)


def session(account_id: UUID, at: datetime = NOW, **changes: Any) -> Session:
    """Return a session that nobody has kept yet, good for a day."""
    values = {
        "id": new_id(),
        "account_id": account_id,
        "device": DEVICE,
        "created_at": at,
        "last_used_at": at,
        "expires_at": at + timedelta(days=1),
        **changes,
    }
    return Session(**values)


@dataclass
class FakeCredentials:
    """A CredentialSource that remembers what it was asked."""

    asked: list[tuple[str, str, timedelta]] = field(default_factory=list)
    away: Exception | None = None

    def assume(self, name: str, policy: str, lifetime: timedelta) -> StorageCredentials:
        if self.away is not None:
            raise self.away
        self.asked.append((name, policy, lifetime))
        return StorageCredentials("ASIATEST", "secret", "session", NOW + lifetime)


def memory_stores(
    clock: Clock = utc_now,
    credentials: CredentialSource | None = None,
    export_files: ExportFiles | None = None,
) -> Stores:
    """Return fresh stores in memory."""
    tables = MemoryTables(MemoryOutbox(clock))
    return Stores(
        accounts=MemoryAccounts(tables),
        sessions=MemorySessions(tables),
        proofs=MemoryProofs(tables),
        failures=MemoryFailures(),
        signing_keys=MemorySigningKeys(),
        outbox=tables.outbox,
        mail_log=MemoryMailLog(),
        suppressions=MemorySuppressions(),
        idempotency=MemoryIdempotency(lambda: clock().timestamp()),
        credentials=credentials or FakeCredentials(),
        exports=MemoryExports(tables),
        export_files=export_files or MemoryExportFiles(),
        probe=lambda: None,
        purge_idempotency=lambda _now: 0,
        purge_mail_log=lambda _now: 0,
    )


@dataclass
class Person:
    """Somebody with an account and a session, and a client to use them with."""

    client: FlaskClient
    email: str
    password: str
    account_id: str
    tokens: dict[str, Any]

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a signed-in call."""
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    def get(self, path: str, **options: Any) -> Any:
        """GET as this person."""
        return self.client.get(path, headers=self.headers | options.pop("headers", {}), **options)

    def post(self, path: str, json: object = None, **options: Any) -> Any:
        """POST as this person."""
        return self.client.post(path, json=json, headers=self.headers | options.pop("headers", {}), **options)

    def patch(self, path: str, json: object, **options: Any) -> Any:
        """PATCH as this person."""
        return self.client.patch(
            path, json=json, headers=self.headers | options.pop("headers", {}), **options
        )

    def delete(self, path: str) -> Any:
        """DELETE as this person."""
        return self.client.delete(path, headers=self.headers)


def sign_up(client: FlaskClient, email: str | None = None, password: str = PASSWORD) -> dict[str, Any]:
    """Make an account over HTTP and return it."""
    body = {"email": email or f"{new_id()}@example.com", "password": password, "name": "Ada Lovelace"}
    response = client.post("/v1/accounts", json=body)
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json
    return created


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD, **options: Any) -> Any:
    """Sign in over HTTP and return the response."""
    return client.post("/v1/sessions", json={"email": email, "password": password, **options})


def person(client: FlaskClient, email: str | None = None, password: str = PASSWORD) -> Person:
    """Make an account and sign in."""
    created = sign_up(client, email, password)
    response = sign_in(client, created["email"], password)
    assert response.status_code == 201, response.text
    return Person(client, created["email"], password, created["id"], response.json)


def fuzz_target() -> FuzzTarget:
    """Return the service in memory, to be called as its document says."""
    app = create_app(settings(guesses_per_network=100_000), parts=memory_stores())

    def sign_in_anew() -> dict[str, str]:
        return {"Authorization": f"Bearer {person(app.test_client()).tokens['access_token']}"}

    return FuzzTarget(app, sign_in_anew)
