"""Wrong and missing variables end in a sentence that says what is right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.terraform.terraform import Terraform, plan_arguments, said

_NETWORK = {"cidr": "10.1.0.0/16", "zones": ["eu-west-1a", "eu-west-1b"], "nat": "single"}

# Each set is given at once: terraform answers all that it finds wrong.
_OF_THE_SUITE = {
    "environment": ("Production!", "The environment is 2 to 8 lower-case letters"),
    "project": ("'; rm -rf /", "The project is 2 to 10 lower-case letters"),
    "domain": ("https://example.com/", "A domain is written in lower case without scheme"),
    "account_id": ("12345", "An account id has twelve digits"),
    "open_to": ("everybody", "open_to is internet or cloudfront"),
    "notice_emails": ([], "Somebody has to be told when it burns"),
    "log_retention_days": (0, "CloudWatch keeps logs for"),
    "log_level": ("LOUD", "log_level is DEBUG, INFO, WARNING or ERROR"),
    "database": (
        {"engine": "mysql", "multi_az": True, "backup_days": 1},
        "The database's engine is instance or aurora",
    ),
    "issuer": (
        {"url": "http://a.example.com", "jwks_url": "http://a.example.com"},
        "An issuer is reached by https",
    ),
    "floor_cap": (0, "At least one task"),
    "network": ({**_NETWORK, "zones": ["us-east-1a", "us-east-1b"]}, "The zones belong to the region"),
    "table_replicas": (["Ireland"], "The environment's own region is not a replica"),
}
_OF_ITS_MODULES = {
    "network": (
        {**_NETWORK, "cidr": "10.1.0.0/24", "zones": ["eu-west-1a"], "nat": "two"},
        "The network is a private /16",
    ),
    "database": ({"version": "9.6", "multi_az": True, "backup_days": 1}, "Postgres 15 or newer"),
    "cache": ({"nodes": 9}, "From 1 to 6 nodes"),
    "delivery_public_keys": ({"key": "-----BEGIN PRIVATE KEY-----"}, "Never put a private key here"),
    "spot_percent": (101, "A percentage"),
    "architecture": ("sparc", "architecture is ARM64 or X86_64"),
    "strategy": ("big-bang", "strategy is rolling, blue_green, canary or linear"),
    "monthly_budget_usd": (0, "A budget is more than nothing"),
    "price_class": ("cheap", "price_class is PriceClass_100"),
    "first_release": ({"users": "latest"}, "An image tag names one image for ever"),
}
_WITHOUT_A_WAY_OUT = {
    "region": ("Ireland", "A region is written like eu-west-1"),
    "network": ({**_NETWORK, "nat": "none"}, "Without NAT the tasks reach AWS by endpoints only"),
}


@pytest.mark.parametrize(
    "wrong", [_OF_THE_SUITE, _OF_ITS_MODULES, _WITHOUT_A_WAY_OUT], ids=["suite", "modules", "nat"]
)
def test_each_wrong_value_is_answered_with_a_sentence(
    terraform: Terraform, suite: Path, wrong: dict[str, tuple[Any, str]]
) -> None:
    given = {
        name: value if isinstance(value, str) else json.dumps(value) for name, (value, _) in wrong.items()
    }
    arguments = [f"-var={name}={value}" for name, value in given.items()]
    done = terraform.run(suite, "plan", *plan_arguments("dev"), *arguments)
    assert done.returncode == 1
    heard = said(done)
    assert [sentence for _, sentence in wrong.values() if sentence not in heard] == []


def test_a_missing_variable_is_named(terraform: Terraform, suite: Path) -> None:
    done = terraform.run(suite, "plan", "-input=false")
    assert done.returncode == 1
    for name in ("environment", "region", "domain", "network", "database", "notice_emails"):
        assert f'variable "{name}"' in done.stderr


def test_a_folder_without_services_is_refused(terraform: Terraform, suite: Path, tmp_path: Path) -> None:
    done = terraform.run(suite, "plan", *plan_arguments("dev", services=tmp_path))
    assert done.returncode == 1
    assert "it is not the services folder" in said(done)
