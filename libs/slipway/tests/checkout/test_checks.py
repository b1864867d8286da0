"""`check` finds what is wrong and puts right what it can."""

import subprocess
import sys
from pathlib import Path

import pytest

from slipway.checkout import checks, openapi
from slipway.checkout.checks import Step
from slipway.commands import check, context, lock
from slipway.commands import openapi as openapi_command
from slipway.manifest import schema
from slipway.terminal.problems import FAILED, MISSING, OK, Problem

ROOT = Path(__file__).resolve().parents[4]


def step(root: Path, name: str) -> Step:
    return next(step for step in checks.steps(root) if step.name == name)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    return tmp_path


def test_code_that_is_well_formatted_passes(checkout: Path) -> None:
    (checkout / "good.py").write_text('"""Good."""\n\nANSWER = 42\n')
    assert step(checkout, "ruff format").run() == ""
    assert step(checkout, "ruff check").run() == ""


def test_code_that_is_not_is_named_and_can_be_put_right(checkout: Path) -> None:
    (checkout / "bad.py").write_text("ANSWER   =  42\n")
    formatting = step(checkout, "ruff format")
    assert "bad.py" in formatting.run()
    assert formatting.fix
    formatting.fix()
    assert formatting.run() == ""


def test_a_shell_script_with_a_syntax_error_is_named(checkout: Path) -> None:
    (checkout / "deploy").write_text("#!/usr/bin/env bash\nif true; then\n")
    assert "deploy" in step(checkout, "shell scripts").run()


def test_files_that_are_no_shell_scripts_are_not_read_as_such(checkout: Path) -> None:
    (checkout / "notes").write_text("if true; then\n")
    assert step(checkout, "shell scripts").run() == ""


def test_a_wrong_manifest_is_named(checkout: Path) -> None:
    (checkout / "services" / "shop").mkdir(parents=True)
    (checkout / "services" / "shop" / "service.yaml").write_text("name: shop\n")
    assert "service.yaml:1" in step(checkout, "manifests").run()


def test_a_schema_that_has_drifted_is_said_and_can_be_written(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "PATH", checkout / "schema.json")
    drift = step(checkout, "manifest schema")
    assert "manifest schema --write" in drift.run()
    assert drift.fix
    drift.fix()
    assert drift.run() == ""


def test_the_types_of_a_package_are_checked(checkout: Path) -> None:
    (checkout / "package.py").write_text('ANSWER: int = "42"\n')
    assert "Incompatible types" in checks._mypy(checkout, ["package.py"], ["."])()


def test_all_steps_are_run_and_the_failed_ones_named(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bad, good = Step("bad", lambda: "line 3 is wrong"), Step("good", lambda: "")
    monkeypatch.setattr(check, "steps", lambda _root: [bad, good])
    assert check.command.main([], standalone_mode=False) == FAILED
    out = capsys.readouterr().out
    assert "line 3 is wrong" in out
    assert "Failed: bad." in out


def test_what_can_be_put_right_is_fixed_first(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = ["wrong"]

    def fix() -> str:
        problems.clear()
        return ""

    monkeypatch.setattr(check, "steps", lambda _root: [Step("it", lambda: "".join(problems), fix)])
    assert check.command.main(["--fix"], standalone_mode=False) == OK


def test_the_document_of_a_service_is_made_from_its_code() -> None:
    text = openapi.text(ROOT, "todos")
    assert text.startswith("# Written by `./slipway openapi --write`.\n")
    assert "openapi: 3.1.0\n" in text


def test_a_service_that_does_not_load_is_quoted(place: Path) -> None:
    (place / "services" / "notes" / "notes" / "app.py").touch()
    with pytest.raises(Problem, match="notes cannot be loaded"):
        openapi.text(place, "notes")


@pytest.fixture
def documented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose one service's code makes the document `new`."""
    (tmp_path / "services" / "notes").mkdir(parents=True)
    monkeypatch.setattr(context, "ROOT", tmp_path)
    monkeypatch.setattr(openapi, "text", lambda _root, _name: "new\n")
    monkeypatch.setattr(openapi_command, "load_all", lambda _root: {"notes": None})
    return tmp_path


def test_a_document_that_has_drifted_fails_and_writing_it_helps(documented: Path) -> None:
    assert openapi_command.command.main([], standalone_mode=False) == FAILED
    assert openapi_command.command.main(["--write"], standalone_mode=False) == OK
    assert openapi_command.command.main([], standalone_mode=False) == OK


def test_a_document_of_no_service_is_a_usage_error(documented: Path) -> None:
    with pytest.raises(Problem, match="no such service: shop"):
        openapi_command.command.main(["shop"], standalone_mode=False)


def test_a_document_is_checked_and_written_as_a_step(documented: Path) -> None:
    drift, write = checks._openapi(documented, "notes")
    assert "openapi --write notes" in drift()
    assert write() == ""
    assert drift() == ""


def test_a_step_quotes_a_service_that_does_not_load(
    documented: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_root: Path, _name: str) -> str:
        raise Problem("notes cannot be loaded")

    monkeypatch.setattr(openapi, "text", fail)
    openapi.path(documented, "notes").touch()
    drift, write = checks._openapi(documented, "notes")
    assert drift() == write() == "notes cannot be loaded"


@pytest.fixture
def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A uv that notes what it is asked."""
    program = tmp_path / "bin" / "uv"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >> "{tmp_path}/asked"\n')
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program.with_name("python")))
    return tmp_path / "asked"


def test_locking_pins_every_list_with_hashes_and_no_index(uv: Path) -> None:
    assert lock.command.main([], standalone_mode=False) is None
    lines = uv.read_text().splitlines()
    assert len(lines) >= 5
    assert all("--generate-hashes" in line and "--no-emit-index-url" in line for line in lines)
    assert any(
        "services/users/requirements.in" in line and "-c requirements/dev.txt" in line for line in lines
    )


def test_a_list_that_cannot_be_resolved_is_quoted(uv: Path) -> None:
    (uv.parent / "bin" / "uv").write_text("#!/bin/sh\necho 'no solution' >&2; exit 1\n")
    with pytest.raises(Problem, match="no solution") as caught:
        lock.command.main([], standalone_mode=False)
    assert caught.value.code == MISSING


def test_one_run_with_fix_mends_what_lint_and_format_find(checkout: Path) -> None:
    """A line that only formatting makes short enough, and an import that only lint takes away."""
    (checkout / "pyproject.toml").write_text('[tool.ruff]\nline-length = 60\nlint.select = ["E", "F"]\n')
    call = "print(" + ", ".join(["'a long argument'"] * 5) + ")"
    (checkout / "bad.py").write_text(f'"""Bad."""\nimport os\nimport sys\n{call}\n')
    for name in [one.name for one in checks.steps(checkout) if one.name.startswith("ruff")]:
        fix = step(checkout, name).fix
        assert fix
        fix()
        assert step(checkout, name).run() == ""
    assert step(checkout, "ruff format").run() == ""


def test_a_modules_readme_that_lacks_a_variable_is_named_and_can_be_written(checkout: Path) -> None:
    folder = checkout / "infra" / "terraform" / "modules" / "queue"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("# queue\n\nBy hand.\n")
    (folder / "variables.tf").write_text(
        'variable "name" {\n  description = "What it is called."\n  type        = string\n}\n'
    )
    readmes = step(checkout, "module READMEs")
    assert "infra/terraform/modules/queue/README.md" in readmes.run()
    assert readmes.fix
    readmes.fix()
    assert readmes.run() == ""
    text = (folder / "README.md").read_text()
    assert text.startswith("# queue\n\nBy hand.\n")
    assert "| `name` | What it is called. | `string` | **required** |" in text
