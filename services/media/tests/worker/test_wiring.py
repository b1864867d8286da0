"""What the processes do with their environment."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import yaml
from services.media.tests.factories import World, some_settings

from chassis.messages.jobs import run_worker
from chassis.messages.worker import Worker
from chassis.server.wsgi import wsgi_app
from media.app import create_app
from media.config import ApiSettings, MediaSettings, WorkerSettings
from media.imaging.sandbox import SandboxedRenderer
from media.worker import build

ENVIRONMENT = {
    "AUTH_ISSUER": "https://users.example.test",
    "AUTH_JWKS_URL": "http://127.0.0.1:9",
    "MEDIA_TABLE": "media",
    "MEDIA_BUCKET": "media-bucket",
    "UPLOADS_QUEUE_URL": "http://127.0.0.1:9/uploads",
    "UPLOADS_DLQ_URL": "http://127.0.0.1:9/uploads-dlq",
    "UPLOADS_VISIBILITY_TIMEOUT": "30",
    "USERS_EVENTS_QUEUE_URL": "http://127.0.0.1:9/users",
    "USERS_EVENTS_DLQ_URL": "http://127.0.0.1:9/users-dlq",
    "USERS_EVENTS_VISIBILITY_TIMEOUT": "20",
    "EVENTS_TOPIC_ARN": "arn:aws:sns:us-east-1:000000000000:media-events",
    "EXPORTS_BUCKET": "exports",
    "AWS_ACCESS_KEY_ID": "AKID",
    "AWS_SECRET_ACCESS_KEY": "secret",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return ENVIRONMENT


def test_in_aws_clients_are_sent_to_the_buckets_own_address() -> None:
    settings = some_settings(s3_public_endpoint_url=None, aws_region="eu-west-1")
    assert settings.bucket_url() == "https://media-test.s3.eu-west-1.amazonaws.com"


def test_beside_an_emulator_clients_are_sent_to_its_public_address() -> None:
    settings = some_settings(s3_public_endpoint_url="https://s3.localhost:8443/")
    assert settings.bucket_url() == "https://s3.localhost:8443/media-test"


def test_the_web_role_starts_from_its_environment_without_a_connection(environment: dict[str, str]) -> None:
    app = wsgi_app(ApiSettings, create_app)
    assert "/v1/uploads" in {rule.rule for rule in app.url_map.iter_rules()}


def test_the_worker_loads_nothing_heavy_in_vain_so_that_it_is_soon_back_where_it_is_killed() -> None:
    unused = {"PIL", "pillow_heif", "flask"}
    told = f"import sys, media.worker; print(sorted({unused} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_missing_variable_is_named(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    monkeypatch.delenv("UPLOADS_QUEUE_URL")
    with pytest.raises(SystemExit):
        run_worker(WorkerSettings, build)
    assert "UPLOADS_QUEUE_URL" in capfd.readouterr().err


def test_every_queue_of_the_manifest_has_its_consumer(
    environment: dict[str, str], world: World, pytestconfig: pytest.Config
) -> None:
    manifest = yaml.safe_load((pytestconfig.rootpath / "services/media/service.yaml").read_text())
    jobs = build(WorkerSettings(), parts=world.stores)
    jobs.close()
    made = {consumer.name: consumer for consumer in jobs.consumers}
    assert set(made) == {queue["name"] for queue in manifest["queues"]}
    assert made["media-users-events"].visibility_timeout == 20


def test_the_worker_ends_its_renderer_when_it_is_told_to_stop(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Any] = []
    closed: list[bool] = []
    monkeypatch.setattr(Worker, "run", lambda self: ran.append(self))
    monkeypatch.setattr(SandboxedRenderer, "close", lambda _self: closed.append(True))
    run_worker(WorkerSettings, build)
    (made,) = ran
    names = [periodic.name for periodic in made._periodic]
    assert names == [
        "due-sweep",
        "slow-lane",
        "erasures",
        "collections",
        "bucket-walk",
        "staged-files",
        "open-uploads",
    ]
    assert closed == [True] * (WorkerSettings().pictures_at_once + 1)


def test_every_setting_is_described() -> None:
    assert all(field.description for field in WorkerSettings.model_fields.values())
    assert set(MediaSettings.model_fields) < set(WorkerSettings.model_fields)
