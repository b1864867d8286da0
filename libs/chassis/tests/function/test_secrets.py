"""The secrets of a function, as task definitions write them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from chassis.function.secrets import WrongReference, add_secrets

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-key-AbCdEf"


class Manager:
    """Secrets Manager with one secret, which notes what it is asked."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.asked: list[dict[str, str]] = []

    def get_secret_value(self, **asked: str) -> Mapping[str, Any]:
        self.asked.append(asked)
        return {"SecretString": self.value}


def added(reference: str, manager: Manager) -> dict[str, str]:
    variables = {"FUNCTION_SECRETS": json.dumps({"KEY": reference})}
    add_secrets(variables, manager)
    return variables


def test_a_secret_is_read_at_the_version_that_its_reference_names() -> None:
    manager = Manager("word")
    assert added(f"{ARN}:::v-1", manager)["KEY"] == "word"
    assert manager.asked == [{"SecretId": ARN, "VersionId": "v-1"}]


def test_without_a_version_it_is_the_present_one() -> None:
    manager = Manager("word")
    assert added(ARN, manager)["KEY"] == "word"
    assert manager.asked == [{"SecretId": ARN}]


def test_a_key_is_taken_out_of_a_secret_that_is_json() -> None:
    assert added(f"{ARN}:password::", Manager(json.dumps({"password": "word"})))["KEY"] == "word"


@pytest.mark.parametrize("value", ["word", "{}", "[]"])
def test_a_secret_without_the_key_is_named_by_its_variable(value: str) -> None:
    with pytest.raises(WrongReference, match="KEY: its secret is no JSON object that has password"):
        added(f"{ARN}:password::", Manager(value))


@pytest.mark.parametrize("reference", ["word", "arn:aws:ssm:eu-west-1:123456789012:parameter/key"])
def test_what_is_no_secret_is_refused_and_not_asked_for(reference: str) -> None:
    manager = Manager("word")
    with pytest.raises(WrongReference, match="KEY"):
        added(reference, manager)
    assert manager.asked == []
