"""One terraform for the run, and each environment planned once, however many processes ask."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.terraform.plans import Plan, applied, planned
from tests.terraform.terraform import ROOT, Terraform, find, plan_arguments, workspace

from slipway.manifest import Manifest, load_all

ENVIRONMENTS = ("dev", "staging", "prod", "options")


@contextmanager
def _alone(folder: Path, name: str) -> Iterator[None]:
    """Hold a lock that all processes of this run share."""
    with (folder / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


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
def terraform(tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    """The terraform to use; without one, whoever asks is skipped and told why."""
    found, reason = find(tmp_path_factory.mktemp("terraform"))
    if found is None:
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def suite(terraform: Terraform, run_folder: Path) -> Path:
    """An initialised copy of the suite's configuration. Plan in it, but never apply."""
    folder = run_folder / "workspace"
    with _alone(run_folder, "workspace"):
        if not (folder / "ready").exists():
            terraform.must(workspace(folder), "init")
            (folder / "ready").touch()
    return folder / "infra" / "terraform" / "suite"


@pytest.fixture(scope="session")
def plan_of(terraform: Terraform, suite: Path, run_folder: Path) -> Callable[[str], Plan]:
    """Returns the plan of an environment whose images are there already."""
    read: dict[str, Plan] = {}

    def plan(environment: str) -> Plan:
        if environment not in read:
            kept = run_folder / f"{environment}.json"
            with _alone(run_folder, environment):
                if not kept.exists():
                    saved = run_folder / f"{environment}.plan"
                    terraform.must(suite, "plan", f"-out={saved}", *plan_arguments(environment))
                    kept.write_text(json.dumps(terraform.show(suite, saved)))
            read[environment] = planned(json.loads(kept.read_text()))
        return read[environment]

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
def production_folder(
    terraform: Terraform, suite: Path, plan_of: Callable[[str], Plan], run_folder: Path
) -> Path:
    """A folder in which production's plan has been applied, to a state of its own and to nothing else."""
    if not terraform.stands_in:
        pytest.skip("an apply with real providers needs an account or an emulator of one")
    plan_of("prod")
    folder = run_folder / "applied"
    with _alone(run_folder, "applied"):
        if not (folder / "ready").exists():
            copied = workspace(folder)
            terraform.must(copied, "init")
            terraform.must(copied, "apply", "-input=false", "-lock=false", str(run_folder / "prod.plan"))
            (folder / "ready").touch()
    return folder / "infra" / "terraform" / "suite"


@pytest.fixture(scope="session")
def production(
    terraform: Terraform, plan_of: Callable[[str], Plan], production_folder: Path, run_folder: Path
) -> Plan:
    """Production as applied, with everything known."""
    kept = run_folder / "prod.state.json"
    with _alone(run_folder, "state"):
        if not kept.exists():
            kept.write_text(terraform.must(production_folder, "show", "-json"))
    return applied(json.loads(kept.read_text()), plan_of("prod"))
