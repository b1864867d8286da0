"""The stages of `test`: everything against parts of its own, then HTTPS against a whole private suite."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from slipway.local import lifecycle
from slipway.local.suite import Suite, SuiteSettings
from slipway.state import ports
from slipway.state.locking import exclusive
from slipway.terminal import console
from slipway.terminal.progress import PlainLines

COVERAGE_AT_LEAST = 90
SYSTEM_TESTS = ("tests/system", "tests/resilience", "services/*/tests/https")
"""Where there are tests of a running suite, from the root."""

_NOTHING_COLLECTED = 5


@dataclass(frozen=True)
class SuiteUnderTest:
    """A running suite to test: where it listens, what signs its certificates, where its state is.

    Pages of `other_origin` may call it.
    """

    domain: str
    port: int
    authority: Path | None
    state: Path | None = None
    other_origin: str | None = None

    def environment(self) -> dict[str, str]:
        """Return the variables the system tests read."""
        found = {"SLIPWAY_BASE_DOMAIN": self.domain, "SLIPWAY_PORT": str(self.port)}
        if self.authority:
            found["SLIPWAY_CA"] = str(self.authority)
        if self.other_origin:
            found["SLIPWAY_OTHER_ORIGIN"] = self.other_origin
        if self.state:
            found["SLIPWAY_STATE"] = str(self.state)
            found["SLIPWAY_ENFORCES_IAM"] = "1"  # our own emulator does: never to be left out here
        return found


def in_process(root: Path, arguments: Sequence[str], *, long: bool = False) -> int:
    """Run all tests but the system ones; return pytest's exit code."""
    return _pytest(root, in_process_options(arguments, long=long))


def in_process_options(arguments: Sequence[str], *, long: bool = False) -> list[str]:
    """Return what pytest is told for all tests but the system ones.

    Tests that take minutes are run when `long` asks for them or `arguments` name them. With `long` and
    without `arguments` coverage is measured, and has to be enough: that doubles what every test costs.
    """
    whole = not arguments
    measured = whole and long
    coverage = ["--cov", "--cov-report=term", f"--cov-fail-under={COVERAGE_AT_LEAST}"] if measured else []
    short = " and not long" if whole and not long else ""
    in_parallel = ["-n", "2", "--dist", "loadgroup", "-m", f"not system and not containers{short}"]
    return [*in_parallel, *coverage, *arguments]


def has_system_tests(root: Path, arguments: Sequence[str]) -> bool:
    """Say whether `arguments` select any system test."""
    chosen = arguments or _system_tests(root)
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", "system", *chosen]
    return subprocess.run(command, cwd=root, check=False, capture_output=True).returncode == 0


def system(root: Path, arguments: Sequence[str], target: SuiteUnderTest, *, long: bool = False) -> int:
    """Run the system tests; return the first bad exit code."""
    environment = target.environment()
    codes = [_pytest(root, options, environment) for options in system_options(root, arguments, long=long)]
    return next((code for code in codes if code), 0)


def system_options(root: Path, arguments: Sequence[str], *, long: bool = False) -> list[list[str]]:
    """Return what pytest is told, run by run, for the system tests.

    Without `arguments` only the folders that have such tests are looked through. The disruptive ones run
    alone after the others, and last those that read what all of them left behind. Those that take minutes
    are run when `long` asks for them or `arguments` name them.
    """
    asked = "system" if long or arguments else "system and not long"
    calm = ["-n", "2", "-m", f"{asked} and not disruptive and not afterwards"]
    rough = ["-n", "0", "-m", f"{asked} and disruptive"]
    after = ["-n", "0", "-m", f"{asked} and afterwards"]
    chosen = arguments or _system_tests(root)
    return [[*run, *chosen] for run in (calm, rough, after)]


def _system_tests(root: Path) -> list[str]:
    """Return the folders of system tests: collecting every test takes three times as long, in each run."""
    return sorted(str(path.relative_to(root)) for place in SYSTEM_TESTS for path in root.glob(place))


def containers(root: Path, arguments: Sequence[str], *, long: bool = False) -> int:
    """Build and run the suite in containers and test it; return pytest's exit code."""
    return _pytest(root, containers_options(arguments, long=long))


def containers_options(arguments: Sequence[str], *, long: bool = False) -> list[str]:
    """Return what pytest is told for the suite in containers: in written order, as a part is swapped.

    Tests that take minutes are run when `long` asks for them or `arguments` name them.
    """
    asked = "containers" if long or arguments else "containers and not long"
    return ["-n", "0", "-p", "no:randomly", "-m", asked, *(arguments or ["tests/compose"])]


@contextmanager
def private_suite(root: Path) -> Iterator[SuiteUnderTest]:
    """Run a whole suite with a state of its own on a free port while the body runs. Raises Problem."""
    state = root / ".slipway" / "system-test"
    other = f"http://localhost:{ports.pick()}"
    suite = Suite(root, state, SuiteSettings(port=ports.pick(), browser_origins=(other,)))
    with exclusive(root / ".slipway" / "system-test.lock", "test"):
        _end(Suite(root, state))
        try:
            progress = PlainLines(console.out)
            lifecycle.up(suite, progress)
            yield SuiteUnderTest(
                suite.settings.domain,
                suite.settings.port,
                suite.layout.authority / "root.pem",
                suite.state,
                other,
            )
        finally:
            _end(suite)


def _end(suite: Suite) -> None:
    """Stop a private suite and remove its state, but keep its logs for reading."""
    if not suite.state.exists():
        return
    supervisor = suite.daemon.connect()
    if supervisor:
        suite.daemon.stop(supervisor, timeout=30)
    for entry in suite.state.iterdir():
        if entry.name != "logs":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def _pytest(root: Path, arguments: Sequence[str], environment: dict[str, str] | None = None) -> int:
    command = [sys.executable, "-m", "pytest", *arguments]
    process = subprocess.Popen(command, cwd=root, env={**os.environ, **(environment or {})})
    try:
        code = process.wait()
    except KeyboardInterrupt:
        process.wait(timeout=60)
        raise
    return 0 if code == _NOTHING_COLLECTED else code
