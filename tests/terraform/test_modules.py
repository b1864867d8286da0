"""Every module and root by itself: formatted, valid, with all its own tests passing, and documented."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.terraform.plans import Plan, planned
from tests.terraform.properties import policies
from tests.terraform.terraform import ACCOUNT, CONFIGURATION, Terraform

from slipway.deploy.module_readmes import declared, modules, readme

_MODULES = sorted(path.name for path in (CONFIGURATION / "modules").iterdir() if path.is_dir())
_DOCUMENTED = modules(CONFIGURATION)


def test_everything_is_formatted(terraform: Terraform) -> None:
    done = terraform.run(CONFIGURATION, "fmt", "-check", "-recursive", "-diff")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", _MODULES)
def test_a_module_is_valid_and_its_tests_pass(terraform: Terraform, suite: Path, name: str) -> None:
    folder = suite.parent / "modules" / name
    terraform.must(folder, "init", "-backend=false")
    terraform.must(folder, "validate")
    output = terraform.must(folder, "test")
    assert re.search(r"Success! [1-9][0-9]* passed, 0 failed", output), output


def test_the_suite_is_valid(terraform: Terraform, suite: Path) -> None:
    terraform.must(suite, "validate")


@pytest.fixture(scope="module")
def bootstrap(terraform: Terraform, suite: Path, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The plan of an account with two environments and a repository."""
    folder = suite.parent / "bootstrap"
    saved = tmp_path_factory.mktemp("bootstrap") / "plan"
    terraform.must(folder, "init")
    terraform.must(folder, "validate")
    variables = {
        "account_id": ACCOUNT,
        "region": "eu-west-1",
        "github_repository": "acme/slipway",
        "environments": json.dumps({"dev": {}, "prod": {"branch": "main"}}),
    }
    arguments = [f"-var={name}={value}" for name, value in variables.items()]
    terraform.must(folder, "plan", "-input=false", f"-out={saved}", *arguments)
    return planned(terraform.show(folder, saved))


def test_bootstrap_keeps_the_state_like_a_secret(bootstrap: Plan) -> None:
    assert {
        one["versioning_configuration"][0]["status"] for one in bootstrap.of("aws_s3_bucket_versioning")
    } == {"Enabled"}
    blocks = bootstrap.of("aws_s3_bucket_public_access_block")
    assert len(blocks) == len(bootstrap.of("aws_s3_bucket")) == 2
    assert (
        bootstrap.resources["module.bucket.aws_s3_bucket.this"]["bucket"]
        == f"slipway-state-{ACCOUNT}-eu-west-1"
    )
    assert policies.no_wildcard_action(bootstrap.resources.values()) == []


def test_a_role_of_githubs_is_bound_to_a_branch_and_an_environment(
    terraform: Terraform, bootstrap: Plan
) -> None:
    roles = {one["name"] for one in bootstrap.of("aws_iam_role")}
    assert roles == {f"slipway-github-{env}-{what}" for env in ("dev", "prod") for what in ("plan", "apply")}
    text = (CONFIGURATION / "bootstrap" / "github.tf").read_text()
    assert '"repo:${var.github_repository}:environment:${name}"' in text
    assert '"refs/heads/${environment.branch}"' in text


@pytest.mark.parametrize("folder", _DOCUMENTED, ids=lambda one: one.name)
def test_a_readme_lists_what_is_declared(folder: Path) -> None:
    assert (folder / "README.md").read_text() == readme(folder), (
        "run python -m slipway.deploy.module_readmes --write"
    )


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


def test_what_is_left_to_others_is_said_in_one_place_each() -> None:
    ignored: dict[str, list[str]] = {}
    for path in CONFIGURATION.glob("**/*.tf"):
        for attribute in re.findall(r"ignore_changes\s*=\s*\[([^\]]*)\]", path.read_text()):
            ignored.setdefault(attribute, []).append(path.name)
    assert ignored == {
        "desired_count": ["service.tf"],
        "insecure_value": ["release.tf"],
        "action": ["target.tf"],
        "min_capacity": ["scaling.tf"],
    }
