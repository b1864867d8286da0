"""`test` runs what it should, where it should, and its exit code tells the outcome."""

import os
from pathlib import Path

import pytest

from slipway import testrun
from slipway.commands.test import command
from slipway.problems import Problem
from slipway.testrun import Target

_TESTS = """\
import os
import pytest

def test_in_process():
    pass

@pytest.mark.system
def test_from_outside():
    assert os.environ["SLIPWAY_PORT"] == "9443"
    assert os.environ["SLIPWAY_STATE"] == "/state"

@pytest.mark.system
@pytest.mark.disruptive
def test_that_kills():
    assert os.environ["SLIPWAY_BASE_DOMAIN"] == "example.test"
"""
_MARKERS = "[pytest]\nmarkers =\n    system\n    disruptive\n"
_TARGET = Target("example.test", 9443, Path("/ca.pem"), Path("/state"))


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one test of each kind; our own pytest's settings do not reach it."""
    for name in [name for name in os.environ if name.startswith(("PYTEST", "COV"))]:
        monkeypatch.delenv(name)
    (tmp_path / "pytest.ini").write_text(_MARKERS)
    (tmp_path / "test_all.py").write_text(_TESTS)
    return tmp_path


def test_a_narrowed_run_passes_without_coverage(checkout: Path) -> None:
    assert testrun.in_process(checkout, ["test_all.py"]) == 0


def test_a_failing_test_fails_the_run(checkout: Path) -> None:
    (checkout / "test_bad.py").write_text("def test_bad():\n    assert False\n")
    assert testrun.in_process(checkout, ["test_bad.py"]) == 1


def test_system_tests_are_told_where_the_suite_is(checkout: Path) -> None:
    assert testrun.system(checkout, ["test_all.py"], _TARGET) == 0


def test_a_selection_without_system_tests_is_recognised(checkout: Path) -> None:
    assert testrun.has_system_tests(checkout, [])
    assert not testrun.has_system_tests(checkout, ["-k", "in_process"])


def test_fast_and_system_exclude_each_other() -> None:
    with pytest.raises(Problem, match="leaves out"):
        command.main(["--fast", "--system"], standalone_mode=False)


def test_a_base_domain_is_for_system_tests_only() -> None:
    with pytest.raises(Problem, match="--base-domain"):
        command.main(["--base-domain", "example.test"], standalone_mode=False)


@pytest.mark.xdist_group("running")
def test_a_private_suite_is_up_for_its_tests_and_leaves_only_logs(place: Path) -> None:
    with testrun.private_suite(place) as target:
        assert target.authority
        assert target.authority.exists()
        assert target.state == place / ".slipway" / "system-test"
    assert [entry.name for entry in target.state.iterdir()] == ["logs"]
