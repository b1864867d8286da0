"""The commands of docs/operations.md and docs/costs.md: each is one that its program understands."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess

import click
import pytest
from tests.structure import tree
from tests.structure.aws_program import complaints

from slipway.__main__ import cli
from slipway.terminal.problems import Problem

_SUITE = tree.ROOT / "infra" / "terraform" / "suite"


def commands() -> list[str]:
    """Return what the documents have after a prompt or, with options, within a sentence; each as one line."""
    found = []
    for name in ("operations", "costs"):
        text = (tree.ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8").replace("\\\n", " ")
        found += re.findall(r"^\s*\$ (.+)$", text, re.MULTILINE)
        found += re.findall(r"`((?:aws|terraform|\./slipway) [^`]* -[^`]+)`", text)
    return found


def of(program: str) -> list[str]:
    """Return the commands of one program, wherever in a line they begin."""
    pattern = re.compile(rf"(?:^|[\s(])({re.escape(program)} .*?)(?:; do .*|\)|\s>.*)?$")
    return [match[1] for line in commands() if (match := pattern.search(line)) and "..." not in match[1]]


AWS, TERRAFORM, OURS = of("aws"), of("terraform"), of("./slipway deploy")
each_of_terraform = pytest.mark.parametrize("line", TERRAFORM)


@pytest.mark.parametrize("line", AWS)
def test_the_aws_program_understands_it(line: str) -> None:
    assert complaints(line) == []


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("aws fruit list-things", "there is no service fruit"),
        ("aws rds restart", "rds has no restart"),
        ("aws ecs wait services-happy --cluster c --services s", "ecs has no services-happy"),
        ("aws ecs update-service --service a --desired-counts 0", "there is no option --desired-counts"),
        ("aws ecs update-service --service a --desired-count none", "--desired-count: none is no number"),
        ("aws ecs update-service --desired-count 0", "service is missing"),
        ("aws ecs run-task --task-definition a --launch-type MOON", "--launch-type: MOON is none of"),
        (
            "aws rds modify-db-instance --db-instance-identifier a --apply-immediately yes",
            "--apply-immediately: takes no value",
        ),
        (
            "aws dynamodb restore-table-to-point-in-time --target-table-name a --restore-date-time noon",
            "noon is no time",
        ),
        ("aws ecr describe-images --repository-name a --image-ids '[{\"tag\": 1}]'", "Unknown parameter"),
        ("aws s3api get-object --bucket b --key k a b", "takes one value"),
    ],
)
def test_what_the_aws_program_would_not_understand_is_found(line: str, complaint: str) -> None:
    assert complaint in " ".join(complaints(line))


@pytest.mark.parametrize("line", OURS)
def test_our_own_command_understands_it(line: str) -> None:
    """Asked of an environment that does not exist: a wrong option is complained of before that."""
    words = shlex.split(line, comments=True)[1:]
    words[1] = "nowhere"
    with pytest.raises((Problem, click.ClickException)) as refused:
        cli.main([word.replace("TAG", "1.0.0") for word in words], standalone_mode=False)
    assert "there is no environment nowhere" in str(refused.value)


@each_of_terraform
def test_terraform_understands_it(line: str) -> None:
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not installed")
    words = shlex.split(line, comments=True)[1:]
    folder = next(word.partition("=")[2] for word in words if word.startswith("-chdir="))
    assert (tree.ROOT / folder).is_dir()
    rest = [word for word in words if not word.startswith("-chdir=")]
    verb = rest[: 2 if rest[0] in {"state", "providers"} else 1]
    told = "".join(
        subprocess.run(["terraform", *each, "-help"], check=True, capture_output=True, text=True).stdout
        for each in ([verb, ["plan"]] if verb[0] in {"apply", "destroy"} else [verb])  # they plan, too
    )
    known = set(re.findall(r"^\s+(-[a-z-]+)", told, re.MULTILINE))
    given = {word.partition("=")[0] for word in rest if word.startswith("-")}
    assert given - known == set()
    for word in rest:
        if word.startswith("-var-file="):
            assert (tree.ROOT / folder / word.partition("=")[2]).is_file()


@each_of_terraform
def test_what_terraform_is_told_to_touch_is_there(line: str) -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in _SUITE.glob("*.tf"))
    for module, kind, name in re.findall(
        r"(?:module\.(\w+)(?:\[[^]]*\])?\.)?((?:aws|random)_\w+)\.(\w+)", line
    ):
        place = code
        if module:
            source = re.search(rf'^module "{module}" {{\s+source\s+= "([^"]+)"', code, re.MULTILINE)
            assert source, module
            place = "".join(path.read_text(encoding="utf-8") for path in (_SUITE / source[1]).glob("*.tf"))
        assert f'resource "{kind}" "{name}"' in place


def test_there_are_commands_of_every_program() -> None:
    assert len(AWS) >= 15
    assert len(TERRAFORM) >= 10
    assert len(OURS) >= 15
