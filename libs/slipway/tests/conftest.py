"""A checkout of its own for each run: our code, and a throwaway service that shows what it was told."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from slipway.commands import context, up
from slipway.local import lifecycle
from slipway.local.status import inspect
from slipway.local.suite import Suite, SuiteSettings, save_settings
from slipway.parts import dynoxide, virtualenv
from slipway.state import ports
from slipway.state.layout import Layout
from slipway.terminal.progress import Silent

_ROOT = Path(__file__).resolve().parents[3]

_MANIFEST = """\
name: notes
description: A throwaway service that the runner's tests run.
subdomain: notes
issuer: true
roles:
  api: {kind: web, stop_timeout: 5}
  worker: {kind: worker, stop_timeout: 5}
  migrate: {kind: task}
stores:
  postgres: {database: notes}
  redis: {}
  tables:
    - {name: notes, env: NOTES_TABLE, partition: pk, sort: sk, stream: NEW_AND_OLD_IMAGES}
queues:
  - {name: notes-jobs, env: JOBS_QUEUE_URL, consumer: worker}
secrets:
  - {env: NOTES_SECRET}
"""
_WEB = """\
import json
import os

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(dict(os.environ)).encode()]
"""
_WORKER = """\
import signal
print("at work", flush=True)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
signal.pause()
"""


def write_service(root: Path) -> Path:
    """Put the throwaway service into the checkout `root` and return its package's folder."""
    package = root / "services" / "notes" / "notes"
    package.mkdir(parents=True)
    (package.parent / "service.yaml").write_text(_MANIFEST)
    (package / "__init__.py").touch()
    (package / "app.py").write_text(_WEB)
    (package / "wsgi.py").write_text("from notes.app import app\n")
    (package / "worker.py").write_text(_WORKER)
    (package / "commands").mkdir()
    (package / "commands" / "migrate.py").write_text('print("migrated")\n')
    return package


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter; pytest's own are closed."""
    with tempfile.TemporaryDirectory(prefix="slipway-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture(scope="session")
def place(open_folder: Path) -> Path:
    """A checkout with one service; its folder's name is one that careless code trips over."""
    return make_checkout(open_folder / 'it\'s a 100% new "$one" [#1*]; checkout')


def make_checkout(root: Path) -> Path:
    """Make the checkout `root`: our code, the throwaway service, and what this checkout has fetched."""
    root.mkdir()
    for name in ("libs", "requirements", "gateway", "slipway", "pyproject.toml"):
        (root / name).symlink_to(_ROOT / name)
    write_service(root)
    _share_tools(root)
    return root


@pytest.fixture(scope="session")
def suite(place: Path) -> Iterator[Suite]:
    """The suite of `place` on a free port; down at first, and after the tests."""
    suite = Suite(place, place / ".slipway", SuiteSettings(port=ports.pick()))
    yield suite
    suite = replace(suite)
    supervisor = suite.daemon.connect()
    if supervisor:
        suite.daemon.stop(supervisor, timeout=120)


@pytest.fixture
def running(suite: Suite) -> Suite:
    """The suite of `place`, up, whatever the test before has done to it: it may have taken its ports away."""
    rows = inspect(suite.layout, replace(suite).daemon.connect(), replace(suite).parts)
    if not all(row.healthy for row in rows):
        lifecycle.up(replace(suite), Silent())
    return replace(suite)


def _share_tools(root: Path) -> None:
    """Let the new checkout use what this one has fetched."""
    real, here = Layout(_ROOT, _ROOT / ".slipway"), Layout(root, root / ".slipway")
    virtualenv.ensure(real.emulator_venv, _ROOT / "requirements" / "emulator.txt")
    try:
        dynoxide.ensure(real.tools)
    except dynoxide.Unavailable:
        real.tools.mkdir(parents=True, exist_ok=True)
    here.state.mkdir()
    here.tools.symlink_to(real.tools)
    here.emulator_venv.symlink_to(real.emulator_venv)


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Runs `up` without starting anything; returns its exit code, text, and the settings kept."""
    monkeypatch.setenv("SLIPWAY_STATE", str(tmp_path))

    def remember(suite: Suite, _progress: object) -> list[str]:
        suite.layout.make()
        save_settings(suite)
        return []

    monkeypatch.setattr(lifecycle, "up", remember)

    def run(*arguments: str) -> tuple[int, str, SuiteSettings]:
        result = CliRunner().invoke(up.command, ["--no-live", *arguments])
        return result.exit_code, result.output, context.suite().settings

    return run
