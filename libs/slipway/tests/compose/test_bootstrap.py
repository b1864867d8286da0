"""The container that makes the suite's resources, against a real emulator."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from botocore.parsers import ResponseParserError

from slipway.compose import bootstrap as module
from slipway.compose.bootstrap import Bootstrap
from slipway.compose.settings import ComposeSettings
from slipway.manifest import load_all
from slipway.provision.run import provision
from slipway.testing.aws import EmulatedAws


class Ended(Exception):
    """Ends the loop that has no end."""


class Databases:
    """Stands in for Postgres and notes what was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.failures = 0

    def ensure(self, url: str, databases: Mapping[str, str]) -> None:
        if self.failures:
            self.failures -= 1
            raise psycopg2.OperationalError("the database starts up")
        self.asked.append((url, dict(databases)))


@pytest.fixture
def databases(monkeypatch: pytest.MonkeyPatch) -> Databases:
    found = Databases()
    monkeypatch.setattr(module, "ensure_databases", found.ensure)
    return found


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checkout: Path, aws: EmulatedAws) -> Path:
    """Folders in place of the volumes, and root's credentials in the environment."""
    for name in load_all(checkout):
        (tmp_path / "settings" / name).mkdir(parents=True)
    monkeypatch.setattr(module, "ROOT", checkout)
    monkeypatch.setattr(module, "STATE", tmp_path / "state")
    monkeypatch.setattr(module, "SETTINGS", tmp_path / "settings")
    monkeypatch.setattr(module, "EDGE_CREDENTIALS", tmp_path / "origin.json")
    monkeypatch.setattr(module, "_READY", tmp_path / "ready")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", aws.root_key[0])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", aws.root_key[1])
    return tmp_path


@pytest.fixture
def bootstrap(
    folders: Path, databases: Databases, aws: EmulatedAws, monkeypatch: pytest.MonkeyPatch
) -> Bootstrap:
    """One with resources of names of its own: the emulator is every test's."""
    prefix = f"b{secrets.token_hex(4)}-"
    monkeypatch.setattr(module, "provision", partial(provision, prefix=prefix))
    made = Bootstrap(ComposeSettings("suite.test", 9443, aws.endpoint_url, "1.2.3", "abc"))
    made._first_table = prefix + made._first_table
    return made


def environments(folders: Path) -> dict[str, dict[str, str]]:
    return {
        path.parent.name: json.loads(path.read_text())
        for path in (folders / "settings").glob("*/environment.json")
    }


def sleeping(monkeypatch: pytest.MonkeyPatch, *steps: Callable[[], Any]) -> None:
    """Do a step whenever the loop sleeps; after the last one the loop ends."""
    left = list(steps)

    def sleep(_seconds: float) -> None:
        if not left:
            raise Ended
        left.pop(0)()

    monkeypatch.setattr("slipway.compose.bootstrap.time.sleep", sleep)


def test_every_service_is_told_its_resources_and_its_neighbours_names(
    bootstrap: Bootstrap, folders: Path, databases: Databases, aws: EmulatedAws, checkout: Path
) -> None:
    bootstrap.make()
    told = environments(folders)
    assert set(told) == set(load_all(checkout))
    assert told["todos"]["AWS_ENDPOINT_URL"] == aws.endpoint_url
    assert told["todos"]["AUTH_JWKS_URL"] == "http://users:8080/.well-known/jwks.json"
    asked = [
        (told[name][env], share.removeprefix("service/"))
        for name, manifest in load_all(checkout).items()
        for env, share in manifest.shares.items()
        if share.startswith("service/")
    ]
    assert asked
    assert [address for address, _ in asked] == [f"http://{name}:8080" for _, name in asked]
    heard = {
        (told[name][env], share.removeprefix("subscribers/"))
        for name, manifest in load_all(checkout).items()
        for env, share in manifest.shares.items()
        if share.startswith("subscribers/")
    }
    assert heard
    for services, kind in heard:
        assert services.split(",") == [name for name, one in load_all(checkout).items() if one.hears(kind)]
    assert re.fullmatch(r"redis://todos:[0-9a-f]{32}@redis:6379/0", told["todos"]["REDIS_URL"])
    assert not any("redis://" in value for value in told["users"].values())
    assert told["users"]["DATABASE_URL"].endswith("@postgres:5432/users")
    assert told["media"]["EDGE_PURGE_URL"] == "http://gateway:8444/v1/purges"
    assert told["media"]["EDGE_PRIVATE_KEY"].startswith("-----BEGIN PRIVATE KEY-----")
    assert not [name for name in told["users"] if name.startswith("EDGE_")]
    assert (folders / "origin.json").stat().st_mode & 0o77 == 0
    assert told["users"]["AUTH_ISSUER"] == "https://users.suite.test:9443"
    [(admin, wanted)] = databases.asked
    assert admin.endswith("@postgres:5432/postgres")
    assert f":{wanted['users']}@" in told["users"]["DATABASE_URL"]
    names = aws.client("dynamodb").list_tables()["TableNames"]
    assert {told["todos"]["TODOS_TABLE"], told["media"]["MEDIA_TABLE"]} <= set(names)


def first_table(folders: Path, checkout: Path) -> str:
    """Return the name of the table by which is seen whether the emulator has forgotten everything."""
    tables = [(name, one.env) for name, made in load_all(checkout).items() for one in made.stores.tables]
    service, variable = tables[0]
    return str(environments(folders)[service][variable])


def test_made_again_everything_is_as_it_was(bootstrap: Bootstrap, folders: Path) -> None:
    bootstrap.make()
    first = environments(folders)
    bootstrap.make()
    assert environments(folders) == first


def test_what_fails_is_said_and_tried_again_until_it_is_ready(
    bootstrap: Bootstrap,
    folders: Path,
    databases: Databases,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    databases.failures = 1
    caplog.set_level("INFO")
    sleeping(monkeypatch, lambda: not (folders / "ready").exists() or pytest.fail("ready too early"))
    with pytest.raises(Ended):
        bootstrap.run()
    assert (folders / "ready").exists()
    assert caplog.messages == ["resources not made: the database starts up", "resources made"]


def test_what_the_emulator_forgot_is_made_again_and_nothing_else_is_touched(
    bootstrap: Bootstrap,
    folders: Path,
    databases: Databases,
    aws: EmulatedAws,
    checkout: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bootstrap.make()
    (folders / "ready").touch()
    table = first_table(folders, checkout)

    def forget() -> None:
        assert len(databases.asked) == 1
        aws.client("dynamodb").delete_table(TableName=table)

    sleeping(monkeypatch, forget)
    with pytest.raises(Ended):
        bootstrap.run()
    assert len(databases.asked) == 2
    assert aws.client("dynamodb").describe_table(TableName=table)


def test_what_was_interrupted_half_way_is_finished(
    bootstrap: Bootstrap, folders: Path, aws: EmulatedAws, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.make()
    (folders / "ready").touch()
    table = first_table(folders, checkout)
    whole = module.provision

    def interrupted(*arguments: Any, **options: Any) -> Any:
        whole(*arguments, **options)
        monkeypatch.setattr(module, "provision", whole)
        raise ResponseParserError("the emulator died in the middle of an answer")

    def forget() -> None:
        aws.client("dynamodb").delete_table(TableName=table)
        monkeypatch.setattr(module, "provision", interrupted)
        for path in (folders / "settings").glob("*/environment.json"):
            path.unlink()

    def look() -> None:
        assert not (folders / "ready").exists()
        assert environments(folders) == {}

    sleeping(monkeypatch, forget, look)
    with pytest.raises(Ended):
        bootstrap.run()
    assert (folders / "ready").exists()
    assert first_table(folders, checkout) == table


def test_an_emulator_that_is_away_is_waited_for(
    folders: Path, databases: Databases, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (folders / "ready").touch()
    sleeping(monkeypatch)
    with pytest.raises(Ended):
        Bootstrap(ComposeSettings("suite.test", 9443, "http://127.0.0.1:9", "1", "abc")).run()
    assert databases.asked == []
    assert "resources not made" in caplog.text
