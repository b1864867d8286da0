"""Calls to AWS: shown as a command, and what goes wrong said with what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ProfileNotFound

from slipway.deploy.aws import AwsAccount, Refused, check_place
from slipway.deploy.variables import Environment
from slipway.terminal.problems import MISSING, Problem


class Client:
    """Answers everything with `answer`, or raises it."""

    def __init__(self) -> None:
        self.answer: Any = {}

    def __getattr__(self, operation: str) -> Any:
        def call(**_parameters: Any) -> Any:
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        return call


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    made = Client()
    monkeypatch.setattr(boto3, "client", lambda *_args, **_options: made)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    return made


@pytest.fixture
def aws() -> AwsAccount:
    return AwsAccount("eu-central-1")


def error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "because"}}, "GetParameter")


def problem_of(aws: AwsAccount) -> Problem:
    with pytest.raises(Problem) as problem:
        aws.call("ssm", "get_parameter", Name="/a")
    return problem.value


def test_a_call_is_shown_as_a_command_once(
    client: Client, aws: AwsAccount, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        aws.call("ssm", "get_parameter", Name="/a")
    aws.ask("ssm", "get_parameter", Name="/b")
    said = capsys.readouterr()
    shown = (said.out + said.err).strip().splitlines()
    assert shown == ["$ aws ssm get-parameter --region eu-central-1 --name /a"]
    assert client.answer == {}


def test_what_is_sent_is_not_shown(
    client: Client, aws: AwsAccount, capsys: pytest.CaptureFixture[str]
) -> None:
    client.answer = {"ETag": "1"}
    aws.call("s3", "put_object", Bucket="b", Key="k", Body=b"secret")
    said = capsys.readouterr()
    assert "--body FILE" in said.out + said.err
    assert "secret" not in said.out + said.err


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId", "SignatureDoesNotMatch"])
def test_credentials_that_ran_out_are_to_be_renewed(client: Client, aws: AwsAccount, code: str) -> None:
    client.answer = error(code)
    problem = problem_of(aws)
    assert (problem.code, problem.what) == (MISSING, "the AWS credentials are not valid: because")
    assert "aws sso login" in problem.next_step


@pytest.mark.parametrize("failure", [NoCredentialsError(), ProfileNotFound(profile="x")])
def test_credentials_that_are_missing_are_asked_for(
    client: Client, aws: AwsAccount, failure: Exception
) -> None:
    client.answer = failure
    problem = problem_of(aws)
    assert problem.code == MISSING
    assert "aws sso login" in problem.next_step


def test_what_may_not_be_done_names_the_role_that_may(client: Client, aws: AwsAccount) -> None:
    client.answer = error("AccessDeniedException")
    problem = problem_of(aws)
    assert isinstance(problem, Refused)
    assert problem.reason == "AccessDeniedException"
    assert "apply role" in problem.next_step


def test_another_refusal_keeps_its_reason(client: Client, aws: AwsAccount) -> None:
    client.answer = error("ParameterNotFound")
    problem = problem_of(aws)
    assert isinstance(problem, Refused)
    assert problem.reason == "ParameterNotFound"
    assert problem.what == "AWS refuses ssm get-parameter: ParameterNotFound: because"


def test_a_network_that_is_away_is_said(client: Client, aws: AwsAccount) -> None:
    client.answer = EndpointConnectionError(endpoint_url="https://ssm.test")
    problem = problem_of(aws)
    assert problem.what.startswith("AWS does not answer (ssm get_parameter)")


def environment(account: str | None, region: str = "eu-central-1") -> Environment:
    return Environment("prod", Path("prod.tfvars"), region, account, "shop")


def test_the_place_that_the_file_names_is_the_right_one(client: Client, aws: AwsAccount) -> None:
    client.answer = {"Account": "1"}
    check_place(aws, environment("1"), changing=True)
    check_place(aws, environment(None), changing=False)


@pytest.mark.parametrize(
    ("place", "what"),
    [
        (environment("2"), "your credentials are of account 1, but prod.tfvars says 2"),
        (environment(None), "prod.tfvars does not say which account prod belongs to"),
        (environment("1", "us-east-1"), "your region is eu-central-1, but prod.tfvars says us-east-1"),
    ],
)
def test_another_place_is_refused_before_anything_changes(
    client: Client, aws: AwsAccount, place: Environment, what: str
) -> None:
    client.answer = {"Account": "1"}
    with pytest.raises(Problem) as problem:
        check_place(aws, place, changing=True)
    assert problem.value.what == what
