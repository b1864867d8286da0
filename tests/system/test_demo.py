"""The demonstration, run as a person runs it."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def demo(environment):
    """Return what runs `./slipway demo` against the suite under test."""

    def run(*arguments):
        ca = ["--ca", environment.ca] if environment.ca else []
        place = ["--base-domain", environment.domain, "--port", str(environment.port)]
        return subprocess.run(
            ["./slipway", "demo", *place, *ca, *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )

    return run


def test_the_demonstration_is_right_from_end_to_end(demo, enforces):
    done = demo()
    assert done.returncode == 0, done.stdout + done.stderr
    # Where storage enforces nothing, isolation cannot be shown, and that is said.
    assert f"All {17 if enforces else 16} steps passed" in done.stdout
    assert ("left out" in done.stdout) is not enforces


def test_where_nothing_runs_the_demonstration_says_what_to_do(demo):
    done = demo("--port", "1")
    assert done.returncode == 69
    assert "run ./slipway up first" in done.stderr
