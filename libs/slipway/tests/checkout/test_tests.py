"""`test` runs what it should, where it should, and its exit code tells the outcome."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from _pytest.mark.expression import Expression

from slipway.checkout import tests
from slipway.checkout.tests import SuiteUnderTest
from slipway.commands.test import command
from slipway.terminal.problems import Problem

_TESTS = """\
import os
import pathlib
import pytest

def test_in_process():
    assert os.environ.get("SLIPWAY_PORT") is None

@pytest.mark.system
@pytest.mark.afterwards
def test_first_by_name():
    assert pathlib.Path("left").exists()

@pytest.mark.system
def test_from_outside():
    assert os.environ["SLIPWAY_PORT"] == "9443"
    assert os.environ["SLIPWAY_STATE"] == "/state"

@pytest.mark.system
@pytest.mark.disruptive
def test_that_kills():
    assert os.environ["SLIPWAY_BASE_DOMAIN"] == "example.test"
    pathlib.Path("left").touch()
"""
_GROUPED = """\
import pytest

@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(12))
def test_of_the_group(number, worker_id):
    with open("workers", "a") as file:
        print(worker_id, file=file)
"""
_MARKERS = "[pytest]\nmarkers =\n    system\n    disruptive\n    afterwards\n    long\n    containers\n"
_TARGET = SuiteUnderTest("example.test", 9443, Path("/ca.pem"), Path("/state"))


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one test of each kind; our own pytest's settings and most plugins do not reach it."""
    for name in [name for name in os.environ if name.startswith(("PYTEST", "COV", "SLIPWAY"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "xdist.plugin")
    (tmp_path / "pytest.ini").write_text(_MARKERS)
    (tmp_path / "test_all.py").write_text(_TESTS)
    return tmp_path


def selected(options: list[str], *marks: str) -> bool:
    """Say whether a run of pytest with these options takes a test with these marks."""

    def is_marked(name: str, /, **_options: object) -> bool:
        return name in marks

    return Expression.compile(options[options.index("-m") + 1]).evaluate(is_marked)


def test_the_tests_in_process_pass_without_a_suite_and_without_coverage(checkout: Path) -> None:
    assert tests.in_process(checkout, ["-n", "0", "test_all.py"]) == 0


def test_a_failing_test_fails_the_run(checkout: Path) -> None:
    (checkout / "test_bad.py").write_text("def test_bad():\n    assert False\n")
    assert tests.in_process(checkout, ["-n", "0", "test_bad.py"]) == 1


def test_system_tests_are_told_where_the_suite_is_and_those_that_read_what_is_left_run_last(
    checkout: Path,
) -> None:
    assert tests.system(checkout, ["-n", "0", "test_all.py"], _TARGET) == 0


def test_nothing_but_folders_of_system_tests_is_looked_through_for_them(checkout: Path) -> None:
    places = ["services/notes/tests/https", "tests/system"]
    for place in places:
        (checkout / place).mkdir(parents=True)
    assert all(run[-2:] == places for run in tests.system_options(checkout, []))
    assert not tests.has_system_tests(checkout, [])


def test_tests_of_a_group_share_a_process_and_so_what_they_start(checkout: Path) -> None:
    (checkout / "test_grouped.py").write_text(_GROUPED)
    assert tests.in_process(checkout, ["test_grouped.py"]) == 0
    assert len(set((checkout / "workers").read_text().split())) == 1


def test_a_selection_without_tests_is_no_failure(checkout: Path) -> None:
    assert tests.in_process(checkout, ["-n", "0", "-k", "outside"]) == 0


def test_coverage_is_asked_for_when_all_is_run_that_takes_minutes_too() -> None:
    assert f"--cov-fail-under={tests.COVERAGE_AT_LEAST}" in tests.in_process_options([], long=True)
    for options in (tests.in_process_options([]), tests.in_process_options(["test_all.py"], long=True)):
        assert not any(option.startswith("--cov") for option in options)


def test_neither_system_tests_nor_containers_are_run_in_process() -> None:
    options = tests.in_process_options([], long=True)
    assert selected(options)
    assert not selected(options, "system")
    assert not selected(options, "containers")


@pytest.mark.parametrize(
    ("arguments", "long", "is_run"), [([], False, False), ([], True, True), (["test_long.py"], False, True)]
)
def test_what_takes_minutes_is_run_by_name_or_when_asked_for(
    arguments: list[str], long: bool, is_run: bool
) -> None:
    _, rough, _ = tests.system_options(Path(), arguments, long=long)
    assert selected(tests.in_process_options(arguments, long=long), "long") is is_run
    assert selected(rough, "system", "disruptive", "long") is is_run
    assert selected(tests.containers_options(arguments, long=long), "containers", "long") is is_run


@pytest.mark.parametrize(
    ("marks", "expected"), [([], [0]), (["disruptive"], [1]), (["afterwards"], [2]), (["long"], [])]
)
def test_each_system_test_is_run_once_the_disruptive_ones_alone(
    marks: list[str], expected: list[int]
) -> None:
    runs = tests.system_options(Path(), [])
    assert [number for number, run in enumerate(runs) if selected(run, "system", *marks)] == expected
    assert [run[:2] for run in runs] == [["-n", "2"], ["-n", "0"], ["-n", "0"]]
    assert not any(selected(run, *marks) for run in runs)


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
