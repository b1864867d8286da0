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
from tests.terraform.grown import ADDED, LONGEST_NAMES
from tests.terraform.plans import Plan, applied, planned
from tests.terraform.terraform import (
    ROOT,
    Terraform,
    copy_manifests,
    find,
    plan_arguments,
    serving,
    workspace,
)

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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks first for something shared makes it, which with downloaded providers takes a while.

    The tests of a file ask for the same: in one process, the other does not wait for it but makes the next.
    """
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.timeout(3600))
            if not item.get_closest_marker("xdist_group"):
                item.add_marker(pytest.mark.xdist_group(f"terraform-{item.path.stem}"))


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
def brief(terraform: Terraform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terraform]:
    """The terraform for what is over soon: mocked tests, and plans that are refused."""
    with serving(terraform, tmp_path_factory.mktemp("serving")) as found:
        yield found


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


@pytest.fixture(scope="session")
def grown(terraform: Terraform, suite: Path, once: Once) -> Callable[[str], tuple[Plan, Path]]:
    """Returns the plan of an environment with more services, and the folder above the services."""

    def make(environment: str, root: Path) -> None:
        services = copy_manifests(root)
        for name, manifest in ADDED[environment].items():
            (services / name).mkdir()
            (services / name / "service.yaml").write_text(manifest, encoding="utf-8")
        named = LONGEST_NAMES if environment == "prod" else ()
        arguments = [*plan_arguments(environment, services=services), *named]
        terraform.must(suite, "plan", f"-out={root / 'plan'}", *arguments)
        (root / "plan.json").write_text(json.dumps(terraform.show(suite, root / "plan")))

    @cache
    def plan(environment: str) -> tuple[Plan, Path]:
        root = once(f"grown-{environment}", partial(make, environment))
        return planned(json.loads((root / "plan.json").read_text())), root

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
def to_apply_in(applying: Terraform, once: Once) -> Callable[[Path], Path]:
    """Returns the suite in a copy in which something can be applied, to a state of its own."""
    initialised = once("to-apply", lambda folder: applying.must(workspace(folder), "init"))

    def copy(folder: Path) -> Path:
        suite = workspace(folder)
        for name in (".terraform", ".terraform.lock.hcl"):
            kept = initialised / "infra" / "terraform" / "suite" / name
            (shutil.copytree if kept.is_dir() else shutil.copy)(kept, suite / name)
        return suite

    return copy


@pytest.fixture(scope="session")
def applied_folder(
    applying: Terraform, to_apply_in: Callable[[Path], Path], once: Once
) -> Callable[[str], Path]:
    """Returns a folder in which an environment has been applied, to a state and to nothing else."""

    def apply(environment: str, folder: Path) -> None:
        applying.must(to_apply_in(folder), "apply", "-auto-approve", *plan_arguments(environment))

    def find_or_apply(environment: str) -> Path:
        folder = once(f"applied-{environment}", partial(apply, environment))
        return folder / "infra" / "terraform" / "suite"

    return find_or_apply


@pytest.fixture(scope="session")
def production_folder(applied_folder: Callable[[str], Path]) -> Path:
    """A folder in which production has been applied."""
    return applied_folder("prod")


@pytest.fixture(scope="session")
def production(
    applying: Terraform, plan_of: Callable[[str], Plan], production_folder: Path, once: Once
) -> Plan:
    """Production as applied, with everything known."""

    def show(kept: Path) -> None:
        kept.write_text(applying.must(production_folder, "show", "-json"))

    return applied(json.loads(once("prod.state.json", show).read_text()), plan_of("prod"))
