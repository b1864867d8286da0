"""A key of an environment is made once; its private half is in Secrets Manager and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from libs.slipway.tests.deploy.fakes import FakeAws, refused

from slipway.deploy import edge_key
from slipway.deploy.aws import Refused
from slipway.deploy.variables import Environment
from slipway.gateway.keys import described, public_of

DEV = Environment("dev", Path("dev.tfvars"), "eu-central-1", "123456789012", "slipway")


class Secrets:
    """Secrets Manager, as far as it is asked."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def aws(self) -> FakeAws:
        return FakeAws(answers={"create_secret": self._create, "get_secret_value": self._read})

    def _create(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        if asked["Name"] in self.values:
            raise refused("ResourceExistsException")
        self.values[asked["Name"]] = asked["SecretString"]
        return {"ARN": f"arn:secret:{asked['Name']}"}

    def _read(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return {"ARN": f"arn:secret:{asked['SecretId']}", "SecretString": self.values[asked["SecretId"]]}


def test_the_private_half_is_kept_and_the_public_one_is_told() -> None:
    secrets = Secrets()
    aws = secrets.aws()
    key = edge_key.make(aws, DEV, "first")
    [private] = secrets.values.values()
    assert key.public == public_of(private)
    assert described(key.public)["kind"] == "RSA"  # of the size that CloudFront takes
    [asked] = aws.asked_for("create_secret")
    assert (asked["Name"], asked["KmsKeyId"]) == ("slipway-dev-edge-key/first", "alias/slipway-dev-data")
    assert key.secret_arn == "arn:secret:slipway-dev-edge-key/first"


def test_nothing_that_is_printed_has_the_private_half(capsys: pytest.CaptureFixture[str]) -> None:
    key = edge_key.make(Secrets().aws(), DEV, "first")
    said = capsys.readouterr().out + key.trusting + key.signing
    assert "aws secretsmanager create-secret" in said
    assert "PRIVATE" not in said


def test_made_again_it_is_the_same_key() -> None:
    secrets = Secrets()
    first = edge_key.make(secrets.aws(), DEV, "first")
    assert edge_key.make(secrets.aws(), DEV, "first") == first
    assert edge_key.make(secrets.aws(), DEV, "second").public != first.public


def test_what_else_aws_refuses_is_told() -> None:
    def refuse(_asked: Mapping[str, Any]) -> dict[str, Any]:
        raise refused("AccessDeniedException")

    with pytest.raises(Refused, match="AccessDenied"):
        edge_key.make(FakeAws(answers={"create_secret": refuse}), DEV, "first")


def test_terraform_is_told_on_lines_that_it_reads() -> None:
    key = edge_key.make(Secrets().aws(), DEV, "first")
    line = key.trusting.splitlines()[1]
    name, _, text = line.strip().partition(" = ")
    assert json.loads(name) == "first"
    load_pem_public_key(json.loads(text).encode())  # HCL's quotes are JSON's where neither $ nor % is in them
    assert key.signing.splitlines() == [
        "delivery_signing_key = {",
        '  name       = "first"',
        '  secret_arn = "arn:secret:slipway-dev-edge-key/first"',
        "}",
    ]
