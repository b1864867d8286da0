"""The service over real stores: API, worker, and a client that talks to S3 by HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient

from chassis.messages.jobs import Jobs
from chassis.messages.worker import Worker
from chassis.stores.aws import Aws
from chassis.testing import AUDIENCE, ISSUER, Issuer
from media import wiring
from media.app import create_app
from media.config import ApiSettings, WorkerSettings
from media.wiring import Stores
from media.worker import build

_TIMEOUT = 20.0


@dataclass
class RealWorld:
    """One running service; messages are handled when asked for."""

    issuer: Issuer
    client: FlaskClient
    stores: Stores
    settings: WorkerSettings
    jobs: Jobs
    worker: Worker

    @classmethod
    @contextmanager
    def started(cls, environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[RealWorld]:
        """Give a world whose settings are `environment`."""
        more = {
            "AUTH_ISSUER": ISSUER,
            "AUTH_AUDIENCE": AUDIENCE,
            "AUTH_JWKS_URL": "http://127.0.0.1:9",
            "S3_PUBLIC_ENDPOINT_URL": environment["AWS_ENDPOINT_URL"],
        }
        for name, value in {**environment, **more}.items():
            monkeypatch.setenv(name, value)
        issuer, settings = Issuer(), WorkerSettings()
        real = wiring.real(settings)
        jobs = build(settings, parts=real)
        sqs = Aws(settings.aws_region, settings.aws_endpoint_url).client("sqs", read_timeout=20.0)
        client = create_app(ApiSettings(), parts=real, verifier=issuer.verifier()).test_client()
        try:
            yield cls(issuer, client, real, settings, jobs, Worker(sqs, jobs.consumers))
        finally:
            jobs.close()

    def begin(self, owner: str, body: bytes, idempotency_key: str | None = None, **changes: Any) -> Any:
        """Begin an upload of `body` and return the answer."""
        headers = self.issuer.headers(owner)
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        wanted = {"filename": "cat.jpg", "content_type": "image/jpeg", "size": len(body)} | changes
        answer = self.client.post("/v1/uploads", json=wanted, headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.json

    def post(self, begun: Any, body: bytes, **changes: str) -> requests.Response:
        """Post `body` with the form to S3."""
        upload = begun["upload"]
        fields = upload["fields"] | changes
        return requests.post(upload["url"], data=fields, files={"file": ("x", body)}, timeout=60)

    def handle(self, queue: int = 0) -> None:
        """Handle the next message of the uploads (0) or of the account events (1)."""
        consumer = self.jobs.consumers[queue]
        deadline = time.monotonic() + _TIMEOUT
        while not self.worker.handle_next(consumer, wait=1):
            assert time.monotonic() < deadline, "no message came"

    def handle_until(self, owner: str, object_id: str, *statuses: str) -> Any:
        """Handle messages until the object has one of `statuses`; return it as shown."""
        while (shown := self.show(owner, object_id).json)["status"] not in statuses:
            self.handle()
        return shown

    def show(self, owner: str, object_id: str) -> Any:
        """Return the API's answer about the object."""
        return self.client.get(f"/v1/objects/{object_id}", headers=self.issuer.headers(owner))

    def list(self, owner: str) -> Any:
        """Return the items of the first page."""
        return self.client.get("/v1/objects", headers=self.issuer.headers(owner)).json["items"]
