"""One terraform for the run, and each environment planned once, however many processes ask."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

import pytest
from tests.terraform.plans import Plan, applied, planned
from tests.terraform.terraform import ROOT, Terraform, find, plan_arguments, workspace

from slipway.manifest import Manifest, load_all

ENVIRONMENTS = ("dev", "staging", "prod", "options")


Once = Callable[[str, Callable[[Path], object]], Path]


@contextmanager
def _alone(folder: Path, name: str) -> Iterator[None]:
    """Hold a lock that all processes of this run share."""
    with (folder / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _made_once(folder: Path, name: str, make: Callable[[Path], object]) -> Path:
    """Return a file or folder of this run, made by the first process that asks for it."""
    made, unfinished = folder / name, folder / f"{name}.unfinished"
    with _alone(folder, name):
        if not made.exists():
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            unfinished.rename(made)
    return made


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks first for something shared makes it, which with downloaded providers takes a while."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.timeout(1200))


@pytest.fixture(scope="session")
def manifests() -> dict[str, Manifest]:
    """The manifests as the rest of the suite reads them."""
    return load_all(ROOT)


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if base.name.startswith("popen-") else base) / "terraform"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def once(run_folder: Path) -> Once:
    """Makes a file or folder by name once, however many processes ask."""
    return partial(_made_once, run_folder)


@pytest.fixture(scope="session")
def terraform(tmp_path_factory: pytest.TempPathFactory, run_folder: Path) -> Terraform:
    """The terraform to use; without one, whoever asks is skipped and told why."""
    with _alone(run_folder, "providers"):
        found, reason = find(tmp_path_factory.mktemp("terraform"))
    if found is None:
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def applying(tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    """The terraform that applies to no account; without one, whoever asks is skipped and told why."""
    found, reason = find(tmp_path_factory.mktemp("applying"), to_apply=True)
    if found is None:
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def suite(terraform: Terraform, once: Once) -> Path:
    """An initialised copy of the suite's configuration. Plan in it, but never apply."""
    folder = once("workspace", lambda folder: terraform.must(workspace(folder), "init"))
    return folder / "infra" / "terraform" / "suite"


@pytest.fixture(scope="session")
def plan_of(terraform: Terraform, suite: Path, run_folder: Path, once: Once) -> Callable[[str], Plan]:
    """Returns the plan of an environment whose images are there already."""

    def make(environment: str, kept: Path) -> None:
        saved = run_folder / f"{environment}.plan"
        terraform.must(suite, "plan", f"-out={saved}", *plan_arguments(environment))
        kept.write_text(json.dumps(terraform.show(suite, saved)))

    @cache
    def plan(environment: str) -> Plan:
        return planned(json.loads(once(f"{environment}.json", partial(make, environment)).read_text()))

    return plan


@pytest.fixture(params=ENVIRONMENTS)
def environment(request: pytest.FixtureRequest) -> str:
    """Each environment by name."""
    return str(request.param)


@pytest.fixture
def plan(environment: str, plan_of: Callable[[str], Plan]) -> Plan:
    """Each environment's plan."""
    return plan_of(environment)


@pytest.fixture(scope="session")
def production_folder(applying: Terraform, once: Once) -> Path:
    """A folder in which production has been applied, to a state of its own and to nothing else."""

    def apply(folder: Path) -> None:
        copied = workspace(folder)
        applying.must(copied, "init")
        applying.must(copied, "apply", "-auto-approve", *plan_arguments("prod"))

    return once("applied", apply) / "infra" / "terraform" / "suite"


@pytest.fixture(scope="session")
def production(
    applying: Terraform, plan_of: Callable[[str], Plan], production_folder: Path, once: Once
) -> Plan:
    """Production as applied, with everything known."""

    def show(kept: Path) -> None:
        kept.write_text(applying.must(production_folder, "show", "-json"))

    return applied(json.loads(once("prod.state.json", show).read_text()), plan_of("prod"))
