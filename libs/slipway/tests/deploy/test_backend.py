"""Where the state of an environment is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from libs.slipway.tests.deploy.fakes import FakeAws

from slipway.deploy import backend
from slipway.deploy.variables import Environment
from slipway.terminal.problems import Problem

Refuse = Callable[[str], None]


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Refuse:
    """Every bucket is there until it is told to be refused for a reason."""
    reasons: list[str] = []

    class S3:
        def head_bucket(self, **_asked: Any) -> Mapping[str, Any]:
            if reasons:
                raise ClientError({"Error": {"Code": reasons[-1], "Message": ""}}, "HeadBucket")
            return {}

    monkeypatch.setattr(boto3, "client", lambda *_args, **_options: S3())
    return reasons.append


@pytest.fixture
def aws() -> FakeAws:
    arn = "arn:aws:sts::123456789012:assumed-role/deploy/me"
    return FakeAws(answers={"get_caller_identity": lambda _asked: {"Account": "123456789012", "Arn": arn}})


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment("prod", tmp_path / "prod.tfvars", "eu-central-1", "123456789012", "shop")


@pytest.mark.usefixtures("refuse")
def test_it_is_where_bootstrap_puts_it(aws: FakeAws, environment: Environment) -> None:
    found = backend.find(aws, environment)
    assert (found.bucket, found.key) == ("shop-state-123456789012-eu-central-1", "prod/terraform.tfstate")
    assert "-backend-config=use_lockfile=true" in found.arguments
    assert "-backend-config=encrypt=true" in found.arguments


@pytest.mark.usefixtures("refuse")
def test_a_file_says_where_else_it_is(aws: FakeAws, environment: Environment) -> None:
    environment.backend_file.write_text('bucket = "b"\nkey = "k"\nregion = "us-east-1"\n')
    found = backend.find(aws, environment)
    assert (found.bucket, found.key, found.region) == ("b", "k", "us-east-1")
    assert found.arguments == (f"-backend-config={environment.backend_file}",)


@pytest.mark.usefixtures("refuse")
def test_a_file_that_does_not_say_enough_is_named(aws: FakeAws, environment: Environment) -> None:
    environment.backend_file.write_text('bucket = "b"\n')
    with pytest.raises(Problem) as problem:
        backend.find(aws, environment)
    assert problem.value.what == "prod.s3.tfbackend does not say key, region"


def test_before_bootstrap_it_says_what_to_run(aws: FakeAws, environment: Environment, refuse: Refuse) -> None:
    refuse("404")
    with pytest.raises(Problem) as problem:
        backend.find(aws, environment)
    assert "run bootstrap once" in problem.value.next_step


def test_a_bucket_that_refuses_is_not_taken_for_one_that_is_missing(
    aws: FakeAws, environment: Environment, refuse: Refuse
) -> None:
    refuse("403")
    with pytest.raises(Problem, match="AWS refuses s3 head-bucket: 403"):
        backend.find(aws, environment)
