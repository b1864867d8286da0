"""What the first container makes for the others."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from slipway.compose import prepare as module
from slipway.compose.settings import ComposeSettings

SETTINGS = ComposeSettings(
    domain="suite.test", port=9443, aws_endpoint="http://aws:4566", version="1.2.3", commit="abc"
)


@pytest.fixture
def volumes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checkout: Path) -> Path:
    """Folders in place of the volumes."""
    for name in ("state", "edge", "postgres-password", "redis-users"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(module, "ROOT", checkout)
    monkeypatch.setattr(module, "STATE", tmp_path / "state")
    monkeypatch.setattr(module, "EDGE", tmp_path / "edge")
    monkeypatch.setattr(module, "POSTGRES_PASSWORD", tmp_path / "postgres-password" / "password")
    monkeypatch.setattr(module, "REDIS_USERS", tmp_path / "redis-users" / "users.conf")
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_gateway_gets_its_configuration_and_certificate_but_not_the_authoritys_key(volumes: Path) -> None:
    module.prepare(SETTINGS)
    programs = {"signature.js", "origin.js", "purge.js", "groups.js", "refusals.js"}
    assert set(contents(volumes / "edge")) == {
        *("nginx.conf", "edge.json", "root.pem", "leaf.pem", "leaf.key"),
        *programs,
    }
    configuration = (volumes / "edge" / "nginx.conf").read_text()
    assert "server todos:8080 resolve" in configuration
    assert "server aws:4566 resolve" in configuration
    assert "listen 0.0.0.0:9443 ssl" in configuration
    assert "todos.suite.test" in configuration


def test_redis_gets_a_user_for_each_service_that_uses_it_and_obeys_nobody_else(volumes: Path) -> None:
    module.prepare(SETTINGS)
    lines = (volumes / "redis-users" / "users.conf").read_text().splitlines()
    users = {line.split()[1]: line.split()[2:] for line in lines}
    assert set(users) == {"default", "todos"}
    assert users["default"][-2:] == ["-@all", "+ping"]
    assert users["todos"][1].startswith(">")
    assert "~todos:*" in users["todos"]
    assert "-@dangerous" in users["todos"]


def test_what_was_made_once_stays_the_same(volumes: Path) -> None:
    module.prepare(SETTINGS)
    first = contents(volumes)
    module.prepare(SETTINGS)
    assert contents(volumes) == first


def test_only_what_a_store_is_started_with_is_readable_by_another_user(volumes: Path) -> None:
    module.prepare(SETTINGS)
    readable = {
        path.relative_to(volumes).as_posix()
        for path in volumes.rglob("*")
        if path.is_file() and path.stat().st_mode & stat.S_IROTH
    }
    assert {"postgres-password/password", "redis-users/users.conf"} <= readable
    assert not {name for name in readable if name.endswith(".key") or name.startswith("state/secrets")}


def test_settings_are_read_from_the_environment() -> None:
    environment = {
        "SLIPWAY_DOMAIN": "suite.test",
        "SLIPWAY_PORT": "9443",
        "SLIPWAY_AWS_ENDPOINT": "http://aws:4566",
        "SLIPWAY_VERSION": "1.2.3",
        "SLIPWAY_COMMIT": "abc",
    }
    assert ComposeSettings.read(environment) == SETTINGS
    with pytest.raises(KeyError, match="SLIPWAY_PORT"):
        ComposeSettings.read({name: value for name, value in environment.items() if name != "SLIPWAY_PORT"})
