"""What GitHub runs: right by its schema, and with no more rights than each job needs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.structure import tree

WORKFLOWS = tree.matching(".github/workflows/*.yml")
each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)

# What each job may do, beyond reading the code. An identity token opens a role in AWS, or signs.
_RIGHTS = {
    "deploy/build": {"id-token": "write"},
    "deploy/dev": {"id-token": "write"},
    "deploy/staging": {"id-token": "write"},
    "deploy/prod": {"id-token": "write"},
    "drift/drift": {"id-token": "write"},
    "environment/deploy": {"id-token": "write"},
    "plan/comment": {"pull-requests": "write"},
    "plan/plan": {"id-token": "write"},
    "rollback/rollback": {"id-token": "write"},
}
_PIN = re.compile(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    # YAML 1.1 takes the key `on` for a truth.
    document["on"] = document.pop(True, document.get("on"))
    return document


def jobs() -> list[tuple[str, dict[str, Any]]]:
    """Return every job with its name, after its workflow's."""
    return [(f"{path.stem}/{name}", job) for path in WORKFLOWS for name, job in read(path)["jobs"].items()]


def steps() -> list[tuple[str, dict[str, Any]]]:
    return [(name, step) for name, job in jobs() for step in job.get("steps", [])]


def tool(name: str, *arguments: str) -> str:
    """Return what a tool of the environment complains of, empty when it does not."""
    program = Path(sys.executable).with_name(name)
    done = subprocess.run([str(program), *arguments], check=False, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_workflows_are_right_by_githubs_schema() -> None:
    names = [str(path) for path in WORKFLOWS]
    assert len(names) >= 5
    assert tool("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *names) == ""


def test_updates_of_actions_are_proposed() -> None:
    path = tree.ROOT / ".github" / "dependabot.yml"
    assert tool("check-jsonschema", "--builtin-schema", "vendor.dependabot", str(path)) == ""
    ecosystems = [one["package-ecosystem"] for one in yaml.safe_load(path.read_text())["updates"]]
    assert "github-actions" in ecosystems


def test_an_auditor_of_workflows_finds_nothing() -> None:
    folder = str(tree.ROOT / ".github")
    assert tool("zizmor", "--offline", "--no-progress", "--min-severity", "medium", folder) == ""


@each_workflow
def test_a_workflow_itself_may_do_nothing(path: Path) -> None:
    assert read(path)["permissions"] == {}


@pytest.mark.parametrize(("name", "job"), jobs(), ids=[name for name, _ in jobs()])
def test_a_job_may_do_what_it_has_to_and_no_more(name: str, job: dict[str, Any]) -> None:
    given = {
        right: level for right, level in job["permissions"].items() if (right, level) != ("contents", "read")
    }
    assert given == _RIGHTS.get(name, {})


@pytest.mark.parametrize(("name", "job"), jobs(), ids=[name for name, _ in jobs()])
def test_a_job_ends_by_itself(name: str, job: dict[str, Any]) -> None:
    assert "timeout-minutes" in job or "uses" in job


def test_actions_are_pinned_by_commit() -> None:
    lines = [line for path in WORKFLOWS for line in path.read_text().splitlines() if "uses:" in line]
    used = [line.partition("uses:")[2].strip() for line in lines]
    assert used
    assert [one for one in used if not one.startswith("./") and not _PIN.fullmatch(one)] == []


def test_nothing_from_outside_is_written_into_a_script() -> None:
    assert [(name, step["run"]) for name, step in steps() if "${{" in step.get("run", "")] == []


@each_workflow
def test_a_failure_within_a_pipe_fails_the_step(path: Path) -> None:
    """Without a named shell GitHub runs bash without pipefail: a failed plan ends well, because tee did."""
    found = read(path)
    if any("run" in step for job in found["jobs"].values() for step in job.get("steps", [])):
        assert found["defaults"]["run"]["shell"] == "bash"


def test_a_pull_request_of_a_fork_gets_no_role() -> None:
    """Every job with an identity token that pull requests start waits for one that leaves forks out."""
    for path in WORKFLOWS:
        if "pull_request" not in read(path)["on"]:
            continue
        found = read(path)["jobs"]
        for job in found.values():
            if "id-token" not in job["permissions"]:
                continue
            first = found[job["needs"]] if "needs" in job else job
            same = "github.event.pull_request.head.repo.full_name == github.repository"
            assert first["if"].startswith(same)
    triggers = {trigger for path in WORKFLOWS for trigger in read(path)["on"]}
    assert triggers == {"pull_request", "push", "schedule", "workflow_call", "workflow_dispatch"}


def test_without_roles_nothing_is_planned_or_deployed() -> None:
    """A fork whose account is not prepared yet is checked and built; nothing fails for want of an account."""
    found = dict(jobs())
    for name in ("dev", "staging", "prod"):
        assert found[f"deploy/{name}"]["if"] == f"contains(vars.AWS_ROLES, '\"{name}-apply\"')"
    for name in ("plan", "drift"):
        assert found[f"{name}/environments"]["if"].endswith("vars.AWS_ROLES")
        assert found[f"{name}/{name}"]["needs"] == "environments"


def test_no_workflow_has_a_key_of_aws_or_a_secret() -> None:
    for path in WORKFLOWS:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"secrets\.|aws-access-key-id|aws-secret|AKIA", text), path.name


def test_roles_and_region_come_from_variables() -> None:
    signing_in = [step["with"] for _, step in steps() if "configure-aws-credentials" in step.get("uses", "")]
    assert len(signing_in) == 4
    assert all(given["role-to-assume"].startswith("${{ fromJSON(vars.AWS_ROLES)[") for given in signing_in)
    assert all(given["aws-region"] == "${{ vars.AWS_REGION }}" for given in signing_in)


@pytest.mark.parametrize(
    ("name", "purpose"),
    [
        ("plan/plan", "plan"),
        ("drift/drift", "plan"),
        ("environment/deploy", "apply"),
        ("rollback/rollback", "apply"),
    ],
)
def test_a_job_takes_the_role_that_bootstrap_binds_to_such_jobs(name: str, purpose: str) -> None:
    job = dict(jobs())[name]
    [role] = [
        step["with"]["role-to-assume"]
        for step in job["steps"]
        if "configure-aws-credentials" in step.get("uses", "")
    ]
    assert f"[format('{{0}}-{purpose}', " in role
    bootstrap = (tree.ROOT / "infra" / "terraform" / "bootstrap" / "github.tf").read_text(encoding="utf-8")
    [subjects] = [line for line in bootstrap.splitlines() if f'"${{name}}-{purpose}"' in line]
    # The subject of a token names the job's environment where it has one, else the event.
    assert (":environment:${name}" if "environment" in job else ":ref:refs/heads/") in subjects
    assert ":pull_request" not in subjects  # any branch's


def test_only_a_job_in_an_environment_takes_a_role_that_may_change() -> None:
    changing = [
        (name, job)
        for name, job in jobs()
        if "-apply'" in str(job.get("steps"))
        or re.search(r"slipway deploy (?!.*--plan)", str(job.get("steps")))
    ]
    assert [name for name, _ in changing] == ["environment/deploy", "rollback/rollback"]
    assert all(job["environment"] == "${{ inputs.environment }}" for _, job in changing)


def test_two_deployments_of_an_environment_never_run_at_once() -> None:
    found = dict(jobs())
    for name in ("environment/deploy", "rollback/rollback"):
        expected = {"group": "environment-${{ inputs.environment }}", "cancel-in-progress": False}
        assert found[name]["concurrency"] == expected


def test_a_release_goes_from_dev_to_staging_to_prod_as_the_images_that_were_built_once() -> None:
    found = dict(jobs())
    assert "build" in found["deploy/dev"]["needs"]
    assert "check" in found["deploy/dev"]["needs"]
    assert "dev" in found["deploy/staging"]["needs"]
    assert "staging" in found["deploy/prod"]["needs"]
    assert [name for name, step in steps() if "docker buildx build" in step.get("run", "")] == [
        "deploy/build"
    ]


def test_images_are_built_for_both_processors_with_a_bill_of_materials_and_signed() -> None:
    scripts = " ".join(step.get("run", "") for step in dict(jobs())["deploy/build"]["steps"])
    for words in (
        "--platform linux/amd64,linux/arm64",
        "--sbom=true",
        "--provenance=mode=max",
        "cosign sign-blob",
    ):
        assert words in scripts
    names = [step.get("name") for step in dict(jobs())["environment/deploy"]["steps"]]
    assert names.index("Take only what this repository's main branch has built") < names.index("Deploy")


def test_no_workflow_lists_the_services(service: str) -> None:
    for path in WORKFLOWS:
        assert not re.search(rf"\b{service}\b", path.read_text(encoding="utf-8")), path.name


@each_workflow
def test_every_command_of_ours_in_a_workflow_is_understood(path: Path) -> None:
    for name, job in read(path)["jobs"].items():
        for step in job.get("steps", []):
            for words in re.findall(r"\./slipway (deploy [^|\n]*)", step.get("run", "").replace("\\\n", " ")):
                options = re.findall(r"--[a-z-]+", words)
                done = subprocess.run(
                    [sys.executable, "-m", "slipway", "deploy", "--help"],
                    check=True,
                    capture_output=True,
                    text=True,
                    env={"PYTHONPATH": str(tree.ROOT / "libs"), "PATH": "/usr/bin:/bin"},
                )
                assert [one for one in options if one not in done.stdout] == [], name
