"""Terraform as a deployment runs it: a program that notes what it is told stands in for the real one."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from slipway.deploy.terraform import Terraform
from slipway.terminal.problems import BUSY, FAILED, MISSING, Problem

_PROGRAM = """\
#!{python} -IS
import json, os, sys
told = json.load(open({script!r}))
verb = next(word for word in sys.argv[1:] if not word.startswith("-"))
with open({log!r}, "a") as file:
    print(*sys.argv[1:], "data=" + os.environ["TF_DATA_DIR"], file=file)
does = told.get(verb + " -json" if "-json" in sys.argv else verb, {{}})
for word in sys.argv:
    if word.startswith("-out="):
        open(word[5:], "w").close()
if "leaves" in does:
    open(does["leaves"], "w").write("state")
sys.stdout.write(does.get("says", ""))
sys.stderr.write(does.get("complains", ""))
sys.exit(does.get("code", 0))
"""


class World:
    """A configuration, its data, and what the program does by its verb."""

    def __init__(self, folder: Path) -> None:
        self.configuration, self.data = folder / "suite", folder / "data"
        self.configuration.mkdir()
        self._script, self._log = folder / "script", folder / "log"
        self.terraform = Terraform(self.configuration, folder / "prod.tfvars", self.data)
        program = folder / "bin" / "terraform"
        program.parent.mkdir()
        program.write_text(
            _PROGRAM.format(python=sys.executable, script=str(self._script), log=str(self._log))
        )
        program.chmod(0o755)
        self.does()

    def does(self, **told: dict[str, Any]) -> None:
        """Say what the program does at a verb; `plan_json` is `show -json` of a plan."""
        self._script.write_text(
            json.dumps({name.replace("_json", " -json"): one for name, one in told.items()})
        )

    @property
    def ran(self) -> list[str]:
        return self._log.read_text().splitlines()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return made


def change(address: str, *actions: str, mode: str = "managed") -> dict[str, Any]:
    return {"address": address, "type": "aws_sqs_queue", "mode": mode, "change": {"actions": list(actions)}}


def shown(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"says": json.dumps({"resource_changes": changes})}


def test_the_configuration_is_prepared_with_its_backend_and_its_own_data(world: World) -> None:
    world.terraform.init(("-backend-config=bucket=b",))
    [line] = world.ran
    assert line.startswith(f"-chdir={world.configuration} init ")
    assert "-reconfigure -backend-config=bucket=b" in line
    assert line.endswith(f"data={world.data / 'terraform'}")
    assert world.data.stat().st_mode & 0o077 == 0


def test_a_plan_says_what_it_changes_and_what_it_destroys(world: World) -> None:
    world.data.mkdir()
    world.does(
        plan={"code": 2},
        show_json=shown(
            change("a", "create"),
            change("b", "no-op"),
            change("c", "delete", "create"),
            change("d", "read", mode="data"),
        ),
    )
    plan = world.terraform.plan()
    assert (plan.changes.keys(), plan.destroyed.keys(), plan.is_empty) == ({"a", "c"}, {"c"}, False)
    assert plan.file.stat().st_mode & 0o077 == 0
    assert "-lock-timeout=60s" in world.ran[0]


def test_a_plan_that_changes_nothing_is_empty(world: World) -> None:
    world.data.mkdir()
    world.does(plan={"code": 0}, show_json=shown())
    assert world.terraform.plan().is_empty


def test_a_plan_file_that_is_not_there_is_named(world: World, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="there is no plan"):
        world.terraform.read(tmp_path / "none")


def test_outputs_are_read_and_there_are_none_before_the_first_apply(world: World) -> None:
    world.does(output_json={"says": json.dumps({"deployment": {"value": {"region": "x"}}})})
    assert world.terraform.output("deployment") == {"region": "x"}
    assert world.terraform.output("other") is None


def test_a_state_that_could_not_be_written_is_kept_and_written_later(world: World) -> None:
    world.data.mkdir()
    world.does(plan={"code": 2}, show_json=shown(change("a", "create")))
    plan = world.terraform.plan()
    left = world.configuration / "errored.tfstate"
    world.does(
        apply={"code": 1, "leaves": str(left), "complains": "Error: Failed to persist state to backend"}
    )
    with pytest.raises(Problem) as problem:
        world.terraform.apply(plan)
    kept = world.data / "errored.tfstate"
    assert str(kept) in problem.value.next_step
    assert (left.exists(), kept.read_text(), world.terraform.has_unsaved) == (False, "state", True)
    world.does()
    world.terraform.write_unsaved()
    assert f"state push -lock-timeout=60s {kept}" in world.ran[-1]
    assert not world.terraform.has_unsaved


def test_an_unwritten_state_of_an_unknown_environment_stops_everything(world: World) -> None:
    (world.configuration / "errored.tfstate").write_text("state")
    with pytest.raises(Problem, match="of whichever environment"):
        _ = world.terraform.has_unsaved


@pytest.mark.parametrize(
    ("said", "what", "code"),
    [
        ("│ Error acquiring the state\n│ lock\n│ ID: 1-2-3\n", "the state is locked", BUSY),
        ("Error: Saved plan is stale", "the plan is stale", FAILED),
        ("Error: Failed to query available\n provider packages", "cannot download its providers", MISSING),
        ("Error: something new", "terraform plan failed, for the reason it gives above", FAILED),
    ],
)
def test_what_terraform_complains_of_becomes_a_sentence(
    world: World, capsys: pytest.CaptureFixture[str], said: str, what: str, code: int
) -> None:
    world.data.mkdir()
    world.does(plan={"code": 1, "complains": said})
    with pytest.raises(Problem) as problem:
        world.terraform.plan()
    assert what in problem.value.what
    assert problem.value.code == code
    assert said in capsys.readouterr().err


def test_who_holds_the_lock_can_be_told_to_let_go(world: World) -> None:
    world.data.mkdir()
    world.does(plan={"code": 1, "complains": "Error acquiring the state lock\n  ID: 1-2-3\n"})
    with pytest.raises(Problem) as problem:
        world.terraform.plan()
    assert problem.value.next_step.endswith(f"terraform -chdir={world.configuration} force-unlock 1-2-3")


def test_without_the_program_it_says_what_to_install(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(world.data))
    with pytest.raises(Problem) as problem:
        world.terraform.output("deployment")
    assert problem.value.code == MISSING
