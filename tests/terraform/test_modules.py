"""Every module and root by itself: formatted, valid, with all its own tests passing, and documented."""

from __future__ import annotations

import json
import re
import shutil
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.terraform.conftest import Once
from tests.terraform.terraform import CONFIGURATION, Terraform, workspace

from slipway.checkout.module_readmes import declared, modules

_MODULES = sorted(path.name for path in (CONFIGURATION / "modules").iterdir() if path.is_dir())
_DOCUMENTED = modules(CONFIGURATION)
_TESTS = sorted(CONFIGURATION.glob("modules/*/tests/*.tftest.hcl"))
_TOGETHER = "together"
_RUN = re.compile(r'^(run "[^"]+" \{)$', re.MULTILINE)


@dataclass
class Verdict:
    """How many runs of a file passed, and what was said of those that did not."""

    passed: int = 0
    complaints: list[str] = field(default_factory=list)


def test_everything_is_formatted(terraform: Terraform) -> None:
    done = terraform.run(CONFIGURATION, "fmt", "-check", "-recursive", "-diff")
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def together(terraform: Terraform, once: Once) -> Path:
    """A folder beside the modules that has the tests of them all, initialised once for all."""

    def make(folder: Path) -> None:
        together = workspace(folder).parent / "modules" / _TOGETHER
        for path in _TESTS:
            made = together / path.relative_to(path.parents[1])
            made = made.with_name(f"{path.parents[1].name}.{path.name}")
            made.parent.mkdir(parents=True, exist_ok=True)
            of_its_module = rf'\1\n  module {{\n    source = "../{path.parents[1].name}"\n  }}'
            made.write_text(_RUN.sub(of_its_module, path.read_text()))
        for fixtures in CONFIGURATION.glob("modules/*/tests/*/"):
            shutil.copytree(fixtures, together / "tests" / fixtures.name)
        (together / "main.tf").write_text("# Terraform initialises no folder without a file.\n")
        terraform.must(together, "init")

    return once("together", make) / "infra" / "terraform" / "modules" / _TOGETHER


@pytest.fixture(scope="module")
def verdicts(brief: Terraform, together: Path, once: Once) -> dict[str, Verdict]:
    """What became of each file of tests: one command runs them all, since most of its time is its start."""

    def run(kept: Path) -> None:
        kept.write_text(brief.run(together, "test", "-json", timeout=1000).stdout)

    return _verdicts(once("together.json", run).read_text().splitlines())


def _verdicts(lines: Iterable[str]) -> dict[str, Verdict]:
    """Read what `terraform test -json` prints."""
    found: dict[str, Verdict] = defaultdict(Verdict)
    for told in map(json.loads, lines):
        verdict = found[told.get("@testfile", "")]
        verdict.passed += told.get("test_run", {}).get("status") == "pass"
        if told["@level"] == "error":
            verdict.complaints.append(
                f"{told.get('@testrun', '')}: {told.get('diagnostic', told['@message'])}"
            )
    return found


@pytest.mark.parametrize("path", _TESTS, ids=lambda path: f"{path.parents[1].name}/{path.name.split('.')[0]}")
def test_a_module_is_valid_and_its_tests_pass(verdicts: dict[str, Verdict], path: Path) -> None:
    assert verdicts[""].complaints == []
    verdict = verdicts[f"tests/{path.parents[1].name}.{path.name}"]
    assert verdict.complaints == []
    assert verdict.passed == len(_RUN.findall(path.read_text())) > 0


def test_the_suite_is_valid_and_its_tests_pass(brief: Terraform, suite: Path) -> None:
    output = brief.must(suite, "test", timeout=600)
    assert re.search(r"Success! [1-9][0-9]* passed, 0 failed", output), output


@pytest.mark.parametrize("folder", _DOCUMENTED, ids=lambda one: one.name)
def test_every_variable_is_typed_and_described(folder: Path) -> None:
    inputs, outputs = declared(folder, "variable"), declared(folder, "output")
    assert [one.name for one in inputs if not one.kind or "any" in re.findall(r"\w+", one.kind)] == []
    assert [one.name for one in (*inputs, *outputs) if len(one.description) < 8] == []


@pytest.mark.parametrize("name", _MODULES)
def test_a_module_has_the_usual_files(name: str) -> None:
    folder = CONFIGURATION / "modules" / name
    files = {path.name for path in folder.iterdir()}
    assert files >= {"main.tf", "variables.tf", "outputs.tf", "versions.tf", "README.md", "tests"}
    assert list((folder / "tests").glob("*.tftest.hcl"))


def test_a_module_knows_nothing_of_its_callers() -> None:
    services = [path.name for path in (CONFIGURATION.parents[1] / "services").iterdir()]
    named = re.compile(rf'"({"|".join(services)})"')
    for path in CONFIGURATION.glob("modules/*/*.tf"):
        assert not named.search(path.read_text()), f"{path} names a service"


def test_nothing_but_manifests_lists_the_services() -> None:
    services = {path.parent.name for path in (CONFIGURATION.parents[1] / "services").glob("*/service.yaml")}
    for path in [*CONFIGURATION.glob("suite/*.tf"), *CONFIGURATION.glob("environments/*.tfvars")]:
        named = {name for name in services if re.search(rf'"{name}"', path.read_text())}
        assert len(named) <= 1, f"{path} lists {sorted(named)}"


def _callers(module: Path) -> str:
    """Return every line outside a module, and its own tests."""
    files = [path for path in CONFIGURATION.rglob("*.tf") if module not in path.parents]
    return "\n".join(path.read_text() for path in [*files, *module.rglob("*.tftest.hcl")])


@pytest.mark.parametrize("name", _MODULES)
def test_what_a_module_puts_out_is_read_by_somebody(name: str) -> None:
    module = CONFIGURATION / "modules" / name
    text = _callers(module)
    outputs = [one.name for one in declared(module, "output")]
    assert [one for one in outputs if not re.search(rf"\.{one}\b|\.{one}\[", text)] == []


_ANYTHING = re.compile(
    r"""^\s*(Action|NotAction|Resource|NotResource|Principal|keys|"aws:SourceArn")\s*=.*"[^"]*\*|"arn:[^"]*\*"""
)


def test_every_wildcard_in_a_policy_has_its_reason_beside_it() -> None:
    lines = [
        f"{path.relative_to(CONFIGURATION)}:{number}: {line.strip()}"
        for path in CONFIGURATION.glob("**/*.tf")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if _ANYTHING.search(line) and "#" not in line
    ]
    assert lines == []


def test_what_is_left_to_others_is_said_in_one_place_each() -> None:
    ignored: dict[str, list[str]] = {}
    for path in CONFIGURATION.glob("**/*.tf"):
        for attribute in re.findall(r"ignore_changes\s*=\s*\[([^\]]*)\]", path.read_text()):
            ignored.setdefault(attribute, []).append(path.name)
    assert ignored == {
        "desired_count": ["service.tf"],
        "image_uri, description": ["main.tf"],
        "function_version, routing_config": ["main.tf"],
        "insecure_value": ["release.tf"],
        "action": ["target.tf"],
        "min_capacity": ["scaling.tf"],
        "vpc_subnet_ids": ["main.tf"],
        "description": ["main.tf", "main.tf"],
        "snapshot_identifier": ["main.tf"],
        "snapshot_identifier, global_cluster_identifier, replication_source_identifier": ["main.tf"],
    }
