"""The workflows' own scripts, run as GitHub runs them, against programs that tell what they were told."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.structure import tree

_SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")  # what GitHub makes of `shell: bash`
_GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty working directory with a folder of programs, which are found first."""
    (tmp_path / "programs").mkdir()
    return tmp_path


def script(workflow: str, job: str, step: str) -> str:
    """Return what a step runs; it is named by its name or its id."""
    path = tree.ROOT / ".github" / "workflows" / f"{workflow}.yml"
    found: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"][job]["steps"]
    return next(str(one["run"]) for one in found if step in (one.get("name"), one.get("id")))


def run(folder: Path, text: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{folder / 'programs'}:{os.environ['PATH']}", "HOME": str(folder)}
    environment |= {"GITHUB_OUTPUT": str(folder / "output")}
    return subprocess.run(
        [*_SHELL, text],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        env=environment | variables,
    )


def program(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def outputs(folder: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in (folder / "output").read_text().splitlines())


needs_jq = pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")


def test_a_plan_that_fails_fails_its_job_and_is_kept(folder: Path) -> None:
    program(folder, "slipway", "echo 'slipway: the state is locked' >&2; exit 75")
    done = run(folder, script("plan", "plan", "Plan"), ENVIRONMENT="dev")
    assert done.returncode == 75
    assert (folder / "plans" / "dev.txt").read_text() == "slipway: the state is locked\n"


def test_the_comment_has_each_plan_with_what_it_comes_to(folder: Path) -> None:
    (folder / "plans").mkdir()
    (folder / "plans" / "dev.txt").write_text(
        "Plan: 1 to add, 0 to change, 0 to destroy.\nPlan: done in 9 s\n"
    )
    (folder / "plans" / "prod.txt").write_text("No changes. Your infrastructure matches\nPlan: done in 9 s\n")
    (folder / "plans" / "qa.txt").write_text("slipway: the state is locked\n~~~~\n")
    program(folder / "programs", "gh", 'echo "$@" >>calls; [ "$4" != --edit-last ]')
    done = run(folder, script("plan", "comment", "Comment"), PULL_REQUEST="7")
    assert done.returncode == 0, done.stderr
    text = (folder / "comment.md").read_text()
    assert "<b>dev</b>: Plan: 1 to add, 0 to change, 0 to destroy.</summary>" in text
    assert "<b>prod</b>: No changes. Your infrastructure matches</summary>" in text
    assert "<b>qa</b>: failed</summary>" in text
    assert text.count("\n~~~~\n</details>") == 3
    assert "\n ~~~~\n" in text  # a plan cannot end its own frame
    first, second = (folder / "calls").read_text().splitlines()
    assert first == "pr comment 7 --edit-last --body-file comment.md"
    assert second == "pr comment 7 --body-file comment.md"


def test_a_comment_without_any_plan_says_so(folder: Path) -> None:
    program(folder / "programs", "gh", "cat comment.md")
    done = run(folder, script("plan", "comment", "Comment"), PULL_REQUEST="7")
    assert done.stdout == "No environment could be planned: see the workflow\n"


@needs_jq
@pytest.mark.parametrize("workflow", ["plan", "drift"])
def test_environments_are_those_that_there_are_roles_for(folder: Path, workflow: str) -> None:
    roles = {f"{name}-{what}": "arn:..." for name in ("dev", "qa") for what in ("apply", "plan")}
    done = run(folder, script(workflow, "environments", "list"), ROLES=json.dumps(roles, indent=2))
    assert done.returncode == 0, done.stderr
    assert json.loads(outputs(folder)["names"]) == ["dev", "qa"]


@needs_jq
def test_what_is_built_again_has_a_tag_of_its_own(folder: Path) -> None:
    for name in ("todos", "users"):
        (folder / "services" / name).mkdir(parents=True)
        (folder / "services" / name / "service.yaml").touch()
    tags = set()
    for attempt in ("1", "2"):
        text = script("deploy", "services", "list")
        run(folder, text, GITHUB_SHA="0123456789abcdef", GITHUB_RUN_NUMBER="8", GITHUB_RUN_ATTEMPT=attempt)
        assert json.loads(outputs(folder)["names"]) == ["todos", "users"]
        tags.add(outputs(folder)["tag"])
    assert tags == {"0123456789ab-8.1", "0123456789ab-8.2"}


def test_one_archive_with_a_bad_signature_stops_the_deployment(folder: Path) -> None:
    (folder / "images").mkdir()
    for name in ("media", "todos", "users"):
        (folder / "images" / f"{name}.tar").touch()
    program(folder / "programs", "cosign", 'echo "$@" >>calls; case "$*" in *todos.tar) exit 1;; esac')
    text = script("environment", "deploy", "Take only what this repository's main branch has built")
    done = run(folder, text, GITHUB_REPOSITORY="acme/slipway")
    assert done.returncode == 1
    first = (folder / "calls").read_text().splitlines()[0]
    assert first == (
        "verify-blob --bundle images/media.sigstore.json"
        " --certificate-oidc-issuer https://token.actions.githubusercontent.com"
        " --certificate-identity https://github.com/acme/slipway/.github/workflows/deploy.yml@refs/heads/main"
        " images/media.tar"
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "deploy dev --rollback --yes"),
        ({"TAG": "1.2"}, "deploy dev --rollback --yes --image-tag 1.2"),
        ({"SERVICE": "todos"}, "deploy dev --rollback --yes --service todos"),
        ({"TAG": "1 2; exit"}, "deploy dev --rollback --yes --image-tag 1 2; exit"),
    ],
    ids=["before", "tag", "service", "hostile"],
)
def test_a_rollback_asks_for_what_was_entered(folder: Path, given: dict[str, str], expected: str) -> None:
    program(folder, "slipway", 'echo "$@"')
    entered = {"ENVIRONMENT": "dev", "TAG": "", "SERVICE": ""} | given
    done = run(folder, script("rollback", "rollback", "Roll back"), **entered)
    assert done.stdout == f"{expected}\n"


def test_a_rollback_takes_the_configuration_of_commits_of_main_only(folder: Path) -> None:
    text = script("rollback", "rollback", "Take the configuration of a commit that main has, and of no other")
    run(folder, f"{' '.join(_GIT)} init -q").check_returncode()
    commits = []
    for branch in ("main", "main", "elsewhere"):
        words = f"{' '.join(_GIT)} checkout -q -B {branch}; {' '.join(_GIT)} commit -q --allow-empty -m x"
        run(folder, f"{words}; git rev-parse HEAD >commit").check_returncode()
        commits.append((folder / "commit").read_text().strip())
    run(folder, "git checkout -q main").check_returncode()
    assert run(folder, text, COMMIT=commits[2]).returncode == 1
    assert run(folder, text, COMMIT="--help").returncode != 0
    assert run(folder, text, COMMIT=commits[0]).returncode == 0
    assert run(folder, "git rev-parse HEAD").stdout.strip() == commits[0]
