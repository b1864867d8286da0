"""`test` runs what it should, where it should, and its exit code tells the outcome."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from slipway.checkout import tests
from slipway.checkout.tests import SuiteUnderTest
from slipway.commands.test import command
from slipway.terminal.problems import Problem

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
_MARKERS = "[pytest]\nmarkers =\n    system\n    disruptive\n    afterwards\n    long\n"
_TARGET = SuiteUnderTest("example.test", 9443, Path("/ca.pem"), Path("/state"))


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one test of each kind; our own pytest's settings do not reach it."""
    for name in [name for name in os.environ if name.startswith(("PYTEST", "COV"))]:
        monkeypatch.delenv(name)
    (tmp_path / "pytest.ini").write_text(_MARKERS)
    (tmp_path / "test_all.py").write_text(_TESTS)
    return tmp_path


def test_a_narrowed_run_passes_without_coverage(checkout: Path) -> None:
    assert tests.in_process(checkout, ["test_all.py"]) == 0


def test_a_failing_test_fails_the_run(checkout: Path) -> None:
    (checkout / "test_bad.py").write_text("def test_bad():\n    assert False\n")
    assert tests.in_process(checkout, ["test_bad.py"]) == 1


def test_what_takes_minutes_runs_by_name_or_when_asked_for(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tests, "COVERAGE_AT_LEAST", 0)
    (checkout / "test_long.py").write_text(
        "import pytest\n\n@pytest.mark.long\ndef test_bad():\n    assert False\n"
    )

    assert tests.in_process(checkout, []) == 0
    assert tests.in_process(checkout, [], long=True) == 1
    assert tests.in_process(checkout, ["test_long.py"]) == 1


def test_system_tests_are_told_where_the_suite_is(checkout: Path) -> None:
    assert tests.system(checkout, ["test_all.py"], _TARGET) == 0


def test_what_reads_what_the_others_left_behind_runs_after_all_of_them(checkout: Path) -> None:
    (checkout / "test_0_first_by_name.py").write_text(
        "import pathlib, pytest\n\n@pytest.mark.system\n@pytest.mark.afterwards\ndef test_after():\n"
        "    assert pathlib.Path('left').exists()\n"
    )
    (checkout / "test_rough.py").write_text(
        "import pathlib, pytest\n\n@pytest.mark.system\n@pytest.mark.disruptive\ndef test_rough():\n"
        "    pathlib.Path('left').touch()\n"
    )
    assert tests.system(checkout, [], _TARGET) == 0


def test_a_system_test_that_takes_minutes_is_run_when_it_is_asked_for(checkout: Path) -> None:
    (checkout / "test_long.py").write_text(
        "import pytest\n\n@pytest.mark.system\n@pytest.mark.long\n@pytest.mark.disruptive\n"
        "def test_bad():\n    assert False\n"
    )
    assert tests.system(checkout, [], _TARGET) == 0
    assert tests.system(checkout, [], _TARGET, long=True) == 1
    assert tests.system(checkout, ["test_long.py"], _TARGET) == 1


def test_a_selection_without_system_tests_is_recognised(checkout: Path) -> None:
    assert tests.has_system_tests(checkout, [])
    assert not tests.has_system_tests(checkout, ["-k", "in_process"])


def test_fast_and_system_exclude_each_other() -> None:
    with pytest.raises(Problem, match="leaves out"):
        command.main(["--fast", "--system"], standalone_mode=False)


def test_a_base_domain_is_for_system_tests_only() -> None:
    with pytest.raises(Problem, match="--base-domain"):
        command.main(["--base-domain", "example.test"], standalone_mode=False)


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stages that a command goes through; each ends with exit code 1."""
    done: list[str] = []

    def stage(name: str) -> Callable[..., int]:
        def run(*_arguments: object, **_options: object) -> int:
            done.append(name)
            return 1

        return run

    @contextmanager
    def private_suite(_root: Path) -> Iterator[SuiteUnderTest]:
        done.append("up")
        yield _TARGET
        done.append("down")

    for name in ("in_process", "system"):
        monkeypatch.setattr(tests, name, stage(name))
    monkeypatch.setattr(tests, "private_suite", private_suite)
    monkeypatch.setattr(tests, "has_system_tests", lambda _root, arguments: "-k" not in arguments)
    return done


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["in_process", "up", "system", "down"]),
        (["--fast"], ["in_process"]),
        (["-k", "unit"], ["in_process"]),
        (["--system"], ["up", "system", "down"]),
        (["--system", "--base-domain", "example.test"], ["system"]),
    ],
)
def test_a_command_goes_through_its_stages(
    stages: list[str], arguments: list[str], expected: list[str]
) -> None:
    assert command.main(arguments, standalone_mode=False) == 1
    assert stages == expected


@pytest.mark.xdist_group("running")
def test_a_private_suite_is_up_for_its_tests_and_leaves_only_logs(place: Path) -> None:
    with tests.private_suite(place) as target:
        assert target.authority
        assert target.authority.exists()
        assert target.state == place / ".slipway" / "system-test"
    assert [entry.name for entry in target.state.iterdir()] == ["logs"]
