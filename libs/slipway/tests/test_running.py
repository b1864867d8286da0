"""A whole suite, with real parts and a throwaway service, goes up and down."""

import contextlib
import json
import os
import signal
import time
import urllib.request
from pathlib import Path

import psutil
import psycopg2
import pytest

from slipway.local import lifecycle
from slipway.local.status import PartStatus, inspect
from slipway.local.suite import Suite, SuiteSettings
from slipway.supervision import launch_specs
from slipway.terminal.problems import BUSY, Problem
from slipway.terminal.progress import Silent

pytestmark = pytest.mark.xdist_group("running")


def statuses(suite: Suite) -> dict[str, PartStatus]:
    return {row.name: row for row in inspect(suite.layout, suite.daemon.connect(), suite.parts)}


def wait_until_healthy(suite: Suite, seconds: float = 120) -> dict[str, PartStatus]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        rows = statuses(suite)
        if all(row.healthy for row in rows.values()):
            return rows
        time.sleep(0.1)
    raise AssertionError({row.name: row.detail for row in rows.values() if not row.healthy})


def told(suite: Suite) -> dict[str, str]:
    port = suite.ports["notes"]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as answer:
        return dict(json.load(answer))


def processes_below(folder: Path) -> list[int]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if Path(process.cwd()).is_relative_to(folder):
                found.append(process.pid)
    return found


def test_every_part_is_healthy_when_up_returns(running: Suite) -> None:
    rows = statuses(running)
    assert {"postgres", "cache", "emulator", "notes", "notes-worker", "gateway", "supervisor"} <= set(rows)
    assert all(row.healthy and row.pid and row.memory_bytes for row in rows.values())


def test_a_service_gets_its_settings_and_nothing_else(running: Suite) -> None:
    environment = told(running)
    assert environment["PUBLIC_PORT"] == str(running.settings.port)
    assert environment["NOTES_TABLE"] == "notes"
    assert len(environment["NOTES_SECRET"]) == 44
    assert not {name for name in environment if name.startswith(("PYTEST", "SLIPWAY"))}


def test_a_service_can_use_its_database(running: Suite) -> None:
    with psycopg2.connect(told(running)["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS kept (id int); INSERT INTO kept VALUES (1)")


def test_secrets_are_readable_by_their_owner_only(running: Suite) -> None:
    files = [path for path in running.layout.secrets.rglob("*") if path.is_file()]
    orders_ = list((running.layout.run / "parts").glob("*/program.json"))
    assert len(files) > 4
    assert {path.stat().st_mode & 0o077 for path in (*files, *orders_)} == {0}


def test_up_again_starts_nothing(running: Suite) -> None:
    assert lifecycle.up(running, Silent()) == []


def test_up_with_another_port_says_that_the_suite_is_running(running: Suite) -> None:
    other = Suite(running.root, running.state, SuiteSettings(port=running.settings.port + 1))
    with pytest.raises(Problem, match="is running for localhost on port") as caught:
        lifecycle.up(other, Silent())
    assert caught.value.code == BUSY


@pytest.mark.parametrize(
    "name", ["postgres", "cache", "dynamo", "mail", "emulator", "notes", "notes-worker", "gateway"]
)
def test_a_killed_part_comes_back(running: Suite, name: str) -> None:
    before = wait_until_healthy(running).get(name)
    if before is None:
        pytest.skip(f"no {name} on this machine")
    os.kill(before.pid, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while statuses(running)[name].restarts == before.restarts and time.monotonic() < deadline:
        time.sleep(0.05)
    after = wait_until_healthy(running)[name]
    assert after.pid != before.pid
    assert after.restarts == before.restarts + 1


def test_a_restarted_part_runs_the_present_code(running: Suite) -> None:
    wait_until_healthy(running)
    before = statuses(running)["notes"]
    lifecycle.restart(running, ["notes"], Silent())
    after = statuses(running)["notes"]
    assert after.pid != before.pid
    assert after.restarts == 0


def test_a_changed_gateway_is_reloaded_without_being_restarted(running: Suite) -> None:
    before = statuses(running)["gateway"]
    path = running.layout.part("gateway") / "program.json"
    order = json.loads(path.read_text())
    path.write_text(json.dumps({**order, "version": "of yesterday"}, indent=2, sort_keys=True))
    assert lifecycle.up(running, Silent()) == []
    assert statuses(running)["gateway"].pid == before.pid
    assert json.loads(launch_specs.read(running.layout, "gateway"))["version"] == order["version"]


def test_nothing_outlives_a_killed_supervisor_and_up_recovers_with_the_data(running: Suite) -> None:
    url = told(running)["DATABASE_URL"]
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS survivors (id int); INSERT INTO survivors VALUES (1)")
    for pid in processes_below(running.layout.run) + processes_below(running.layout.data):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert lifecycle.up(running, Silent())
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM survivors")
        assert cursor.fetchone() == (1,)


def test_a_start_that_fails_leaves_nothing_running(running: Suite) -> None:
    lifecycle.down(running, Silent())
    migrate = running.root / "services" / "notes" / "notes" / "commands" / "migrate.py"
    before = migrate.read_text()
    migrate.write_text('raise SystemExit("the column is gone")\n')
    try:
        with pytest.raises(Problem, match="the column is gone"):
            lifecycle.up(Suite(running.root, running.state, running.settings), Silent())
    finally:
        migrate.write_text(before)
    assert running.daemon.connect() is None
    assert processes_below(running.layout.run) == []


def test_what_was_down_is_up_again_after_up(running: Suite) -> None:
    again = Suite(running.root, running.state, running.settings)
    lifecycle.up(again, Silent())
    assert lifecycle.down(again, Silent())
    assert not lifecycle.down(again, Silent())
    assert processes_below(running.layout.run) == []
