"""What a deployment reads before it changes anything: the environment's file, Terraform's output and plan."""

from __future__ import annotations

from pathlib import Path

import pytest
from libs.slipway.tests.deploy.samples import TARGET

from slipway.deploy import destruction, target, variables
from slipway.terminal.problems import USAGE, Problem

PROD = 'environment = "prod"\nregion = "eu-central-1"\naccount_id = "123456789012"\nproject = "shop"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "prod.tfvars").write_text(PROD)
    return tmp_path


def test_an_environment_is_what_its_file_says(folder: Path) -> None:
    found = variables.read(folder, "prod")
    assert (found.region, found.account, found.project) == ("eu-central-1", "123456789012", "shop")
    assert found.backend_file == folder / "prod.s3.tfbackend"


def test_only_literals_at_the_beginning_of_a_line_count(folder: Path) -> None:
    (folder / "prod.tfvars").write_text(
        'environment = "prod"\nregion="eu-west-1"\n# project = "no"\nmail = {\n  account_id = "no"\n}\n'
        'account_id = "${var.account}"\n'
    )
    found = variables.read(folder, "prod")
    assert (found.region, found.account, found.project) == ("eu-west-1", None, "slipway")


def test_an_environment_that_is_not_there_is_named_with_those_that_are(folder: Path) -> None:
    with pytest.raises(Problem) as problem:
        variables.read(folder, "staging")
    assert problem.value.code == USAGE
    assert "choose one of prod" in problem.value.next_step


@pytest.mark.parametrize("text", ["", 'environment = "dev"\nregion = "x"\n', 'environment = "prod"\n'])
def test_a_file_that_is_of_another_environment_is_refused(folder: Path, text: str) -> None:
    (folder / "prod.tfvars").write_text(text)
    with pytest.raises(Problem, match="must say environment"):
        variables.read(folder, "prod")


@pytest.mark.parametrize("output", [None, {}, {"services": {}}])
def test_before_the_first_apply_there_is_no_target(output: object) -> None:
    assert target.parse(output) is None


def test_the_output_of_terraform_is_read_and_more_than_is_known_passed_over() -> None:
    assert target.parse({**TARGET.model_dump(), "newer": 1}) == TARGET


def test_an_output_of_another_checkout_says_what_to_do() -> None:
    with pytest.raises(Problem) as problem:
        target.parse({"services": {"todos": {}}})
    assert "deploy with --apply first" in problem.value.next_step


def test_services_are_chosen_by_name_and_all_where_none_is_named() -> None:
    assert TARGET.chosen(()) == TARGET.chosen(("todos",)) == TARGET.services
    with pytest.raises(Problem) as problem:
        TARGET.chosen(("todos", "nodots"))
    assert problem.value.what == "there is no service nodots in this environment"
    assert "choose among todos" in problem.value.next_step


def test_a_plan_that_destroys_what_holds_data_names_how_to_allow_it() -> None:
    destroyed = {"module.table.this": "aws_dynamodb_table", "module.a.this": "aws_iam_role"}
    with pytest.raises(Problem) as problem:
        destruction.check(destroyed, (), "prod")
    assert problem.value.what == "the plan destroys what holds data: module.table.this"
    assert "./slipway deploy prod --apply --allow-destroy 'module.table.this'" in problem.value.next_step


def test_what_is_allowed_by_its_address_may_go() -> None:
    destruction.check({"module.table.this": "aws_dynamodb_table"}, ["module.table.this"], "prod")
    destruction.check({"module.a.this": "aws_iam_role"}, (), "prod")
