"""Wrong and missing variables end in a sentence that says what is right."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.terraform.conftest import Once
from tests.terraform.terraform import CONFIGURATION, ROOT, Terraform, plan_arguments, said, workspace

from slipway.checkout.module_readmes import declared
from slipway.costs.offline import OFFLINE

_FURTHER = {"cidr": "10.9.0.0/16", "zones": ["eu-central-1a", "eu-central-1b"]}
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
    "content_security_policy": ("default-src 'self'\nSet-Cookie: x", "A content security policy is one line"),
    "secret_generation": (0.5, "The generation of the secrets is a whole number"),
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
    "zone_id": ("example.com", "A zone's id starts with Z"),
    "zone_keeps": (["mx"], "A zone keeps apex or dmarc"),
    "floors": ({"morning": {"schedule": "at dawn", "min": 2}}, "A schedule is written cron(...)"),
    "requests_per_minute": (1, "AWS counts from 10 on"),
    "first_release": ({"users": "latest"}, "An image tag names one image for ever"),
}
_ELSEWHERE = {
    "browser_origins": (["https://*.example.com"], "An origin is written as browsers send it"),
    "region": ("Ireland", "A region is written like eu-west-1"),
    "inner_names": ("perhaps", "a bool is required"),
    "deletion_protection": ("perhaps", "a bool is required"),
    "role_boundary": ("perhaps", "a bool is required"),
    "shell": ("perhaps", "a bool is required"),
    "upload_acceleration": ("perhaps", "a bool is required"),
}
_WITHOUT_A_WAY_OUT = {
    "network": ({**_NETWORK, "nat": "none"}, "Without NAT the tasks reach AWS by endpoints only"),
}

_OF_NOBODY = {
    "regions": (
        {"eu-central-1": {**_FURTHER, "standing": True}},
        "A further region needs database.engine",
    ),
    "first_release": ({"userz": "1.0.0"}, "names a service that has no folder: userz"),
    "service_settings": ({"userz": {}}, "service_settings names a service that has no folder: userz"),
    "machines": ({"services": ["userz"]}, "machines.services names a service that has no folder: userz"),
    "issuer": ({"service": "userz"}, "The issuer's service is a public service with a folder"),
}
_OF_A_KIND = {
    "owner_region": ("eu-west-3", "owner_region is the environment's own region, or one of `regions`"),
    "delivery_signing_key": (
        {"name": "k", "secret_arn": "arn:aws:secretsmanager:eu-west-1:1:secret:a-b"},
        "The key that signs is one of delivery_public_keys",
    ),
    "issuer": ({"profile": "saml"}, "An issuer's tokens are of the profile rfc9068 or cognito"),
    "function_concurrency": (
        {"userz": {"api": 9}},
        "function_concurrency names a service that has no folder",
    ),
    "machines": ({"services": []}, "machines.services names at least one service"),
    "table_replicas": (["us-gov-west-1"], "China and GovCloud are AWSs of their own"),
}
_OF_ANOTHER = {
    "issuer": ({"url": "http://a.example.com", "jwks_url": "http://a.example.com"}, "is reached by https"),
    "database": ({"multi_az": True}, 'attribute "backup_days" is required'),
}
_OF_NO_ZONE = {
    "zone_keeps": (["apex"], "Only a zone that is there already keeps records"),
    "network": ({**_NETWORK, "nat_zone": "eu-west-1c"}, "nat_zone is one of the zones"),
    "floors": (
        {"night": {"schedule": "cron(0 22 * * * *)", "min": 1}},
        "wants ? for the day or for the weekday",
    ),
    "machines": ({"on_demand": -1}, "Machines that are never Spot are counted in whole numbers"),
}
_OF_NO_HOST = {
    "service_settings": ({"media": {"clamav_host": "x"}}, "A setting is written in capitals"),
    "issuer": ({"url": "https://", "jwks_url": "https://"}, "its host's full name"),
    "database": (
        {"multi_az": True, "backup_days": 1, "snapshots": {"todos": "arn:aws:rds:x"}},
        "database.snapshots names a service that has no database: todos",
    ),
}
_IN_PART = {
    "network": ({**_NETWORK, "endpoints": ["sqss"]}, "Interface endpoints are ecr.api"),
    "database": ({"multi_az": True, "backup_days": 99}, "From 1 to 35 days"),
    "notice_emails": (["nobody"], "An e-mail address is written name@example.com"),
    "floors": (
        {"night": {"schedule": "rate(1 day)", "min": 1, "timezone": "CET+1"}},
        "A time zone is written as in the tz database",
    ),
    "machines": ({"target_percent": 90.5}, "A percentage from 1 on, without a fraction"),
    "requests_per_minute": (3_000_000_000, "to two thousand million"),
}
_BEYOND_AWS = {
    "project": ("awsome", "AWS keeps names that start with aws or ssm"),
    "region": ("cn-north-1", "which regions of China and GovCloud cannot use"),
    "domain": (f"{'a' * 64}.com", "A certificate is for a domain of at most 64 characters"),
    "floor_cap": (1.5, "At least one task, or nobody answers; and a whole number"),
}
# What is wrong with a variable is not said while another is wrong that its rules look at.
_NOWHERE = {
    "regions": (
        {"eu-central-1": {**_FURTHER, "cidr": "10.20.0.0/16"}},
        "Each region's network has addresses of its own",
    ),
    "compute": ({"userz": "lambda"}, "compute names a service that has no folder: userz"),
    "function_concurrency": ({"blog": {"worker": 0}}, "From 1 function on, or -1"),
}
_WITHOUT_A_FIREWALL = {
    "regions": (
        {
            "eu-central-1": {**_FURTHER, "standing": True},
            "eu-west-3": {"cidr": "10.8.0.0/16", "zones": ["eu-west-3a", "eu-west-3b"], "standing": True},
        },
        "The services stand by in one further region",
    ),
    "compute": ({"users": "lambda"}, 'such a service needs open_to = "cloudfront"'),
}
_A_SHELL_WITHOUT_A_WAY_OUT = {
    "network": (
        {**_NETWORK, "nat": "none"},
        "Without NAT a shell in a container needs the endpoint ssmmessages",
    ),
}
_OF_ANOTHER_AWS = {
    "regions": ({"cn-north-1": {**_FURTHER, "zones": ["cn-north-1a"]}}, "none of China and GovCloud"),
    "issuer": ({"audience": ""}, "An audience is what tokens are made for"),
}
_FRACTIONS = {
    "regions": (
        {"eu-central-1": {"cidr": "10.1.0.0/16", "zones": ["eu-west-1a", "eu-west-1b"]}},
        "The zones of a further region belong to it",
    ),
    "spot_percent": (33.3, "A percentage, without a fraction"),
    "cache": ({"nodes": 1.5}, "From 1 to 6 nodes, a whole number"),
    "database": ({"multi_az": True, "backup_days": 1.5}, "From 1 to 35 days, a whole number"),
    "requests_per_minute": (99.5, "in whole requests"),
    "floors": (
        {"night": {"schedule": "rate(1 day)", "min": 0}},
        "where no task answers, nothing is measured",
    ),
    "network": ({**_NETWORK, "cidr": "10.1.2.0/16"}, "a private /16 with zeros in its last two parts"),
    "delivery_public_keys": ({"my key": "-----BEGIN PUBLIC KEY-----"}, "A key's name has at most 40 letters"),
}
_LESS_THAN_NOTHING = {
    "regions": (
        {"eu-west-1": {"cidr": "10.9.0.0/16", "zones": ["eu-west-1a", "eu-west-1b"]}},
        "A further region is another one than the environment's own",
    ),
    "function_concurrency": ({"blog": {"api": 0}}, "From 1 function on, or -1"),
    "machines": ({"min": -1}, "Machines are counted in whole numbers"),
    "spot_percent": (-1, "A percentage"),
    "cache": ({"nodes": -1}, "From 1 to 6 nodes"),
    "database": ({"multi_az": True, "backup_days": 1, "storage_gib": -5}, "From 20 to 13107 GiB"),
    "floors": ({"The Night": {"schedule": "rate(1 day)", "min": 1}}, "A floor's name is a short word"),
    "network": ({**_NETWORK, "zones": []}, "At least two different zones"),
}
_OF_AURORA = {
    "machines": ({"types": ["m7g.large", "m7i.large"]}, "Types of Graviton (with a g after the generation"),
    "floors": ({"night": {"schedule": "cron(x", "min": 1}}, "A schedule is written cron(...) with six"),
    "database": (
        {"engine": "aurora", "multi_az": True, "backup_days": 1, "capacity": {"min": 0.3, "max": 1}},
        "Capacity comes in halves of a unit",
    ),
    "network": ({**_NETWORK, "zones": ["eu-west-1a"]}, "At least two different zones"),
}
# What the rules of the suite's own variables say, and what its modules and outputs do.
_WRONG_BY_ITS_RULES = {
    "suite": _OF_THE_SUITE,
    "region": _ELSEWHERE,
    "nat": _WITHOUT_A_WAY_OUT,
    "nobody": _OF_NOBODY,
    "another": _OF_ANOTHER,
    "kind": _OF_A_KIND,
    "host": _OF_NO_HOST,
    "aws": _BEYOND_AWS,
    "nowhere": _NOWHERE,
    "firewall": _WITHOUT_A_FIREWALL,
    "shell": _A_SHELL_WITHOUT_A_WAY_OUT,
    "china": _OF_ANOTHER_AWS,
}
_WRONG_BY_ITS_MODULES = {
    "modules": _OF_ITS_MODULES,
    "zone": _OF_NO_ZONE,
    "part": _IN_PART,
    "fractions": _FRACTIONS,
    "negative": _LESS_THAN_NOTHING,
    "aurora": _OF_AURORA,
}


@pytest.fixture(scope="module")
def rules(brief: Terraform, once: Once) -> Path:
    """The suite's variables and the manifests they look at, without all that is made of them."""

    def make(folder: Path) -> None:
        suite = workspace(folder)
        for path in suite.glob("*.tf"):
            if path.name not in {"variables.tf", "variables_sizes.tf", "names.tf", "versions.tf"}:
                path.unlink()
        shutil.rmtree(suite / "tests")
        (suite / "offline_override.tf").write_text(OFFLINE)
        brief.must(suite, "init")

    return once("rules", make) / "infra" / "terraform" / "suite"


def _unsaid(terraform: Terraform, folder: Path, wrong: dict[str, tuple[Any, str]]) -> list[str]:
    """Return the sentences that a plan with wrong values should have ended in and did not."""
    given = {
        name: value if isinstance(value, str) else json.dumps(value) for name, (value, _) in wrong.items()
    }
    arguments = [f"-var={name}={value}" for name, value in given.items()]
    done = terraform.run(folder, "plan", *plan_arguments("dev"), *arguments)
    assert done.returncode == 1
    heard = said(done)
    return [sentence for _, sentence in wrong.values() if sentence not in heard]


@pytest.mark.parametrize("wrong", _WRONG_BY_ITS_RULES.values(), ids=_WRONG_BY_ITS_RULES.keys())
def test_each_wrong_value_is_answered_with_a_sentence(
    brief: Terraform, rules: Path, wrong: dict[str, tuple[Any, str]]
) -> None:
    assert _unsaid(brief, rules, wrong) == []


@pytest.mark.parametrize("wrong", _WRONG_BY_ITS_MODULES.values(), ids=_WRONG_BY_ITS_MODULES.keys())
def test_what_a_module_refuses_is_answered_with_a_sentence(
    brief: Terraform, suite: Path, wrong: dict[str, tuple[Any, str]]
) -> None:
    assert _unsaid(brief, suite, wrong) == []


def test_every_variable_has_been_given_a_wrong_value() -> None:
    named = {one.name for one in declared(CONFIGURATION / "suite", "variable")}
    wrong = _WRONG_BY_ITS_RULES | _WRONG_BY_ITS_MODULES
    tried = {name for group in wrong.values() for name in group}
    assert named - tried == {"services_path"}  # see the last test


def test_null_is_as_good_as_leaving_a_variable_out(brief: Terraform, rules: Path, tmp_path: Path) -> None:
    declarations = declared(CONFIGURATION / "suite", "variable")
    nulls = {one.name: None for one in declarations if one.default and one.name != "services_path"}
    file = tmp_path / "nulls.tfvars.json"
    file.write_text(json.dumps(nulls))
    brief.must(rules, "plan", *plan_arguments("dev"), f"-var-file={file}")


def test_a_missing_variable_is_named(brief: Terraform, rules: Path) -> None:
    done = brief.run(rules, "plan", "-input=false")
    assert done.returncode == 1
    for name in ("environment", "region", "domain", "network", "database", "notice_emails"):
        assert f'variable "{name}"' in done.stderr


def test_a_folder_without_services_is_refused(brief: Terraform, rules: Path, tmp_path: Path) -> None:
    done = brief.run(rules, "plan", *plan_arguments("dev", services=tmp_path))
    assert done.returncode == 1
    assert "it is not the services folder" in said(done)


def test_a_manifest_that_takes_a_name_of_the_suites_own_is_refused(
    brief: Terraform, suite: Path, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "services" / "users", tmp_path / "users", ignore=_all_but_the_manifest)
    manifest = tmp_path / "users" / "service.yaml"
    bucket = "  buckets:\n    - {name: site, env: SITE_BUCKET}\n"
    manifest.write_text(
        manifest.read_text()
        .replace("  buckets:\n", bucket, 1)
        .replace("name: user-storage", "name: users")
        .replace("topic: users-events", "topic: notices")
    )
    done = brief.run(suite, "plan", *plan_arguments("dev", services=tmp_path))
    assert done.returncode == 1
    for refused in (
        "a bucket called access-logs or site",
        "a topic called edge-notices",
        "called like a service",
    ):
        assert refused in said(done)


def _little(name: str, more: str = "", *, subdomain: str = "", scaling: str = "") -> str:
    """Return a manifest of a service of no account."""
    roles = f"roles:\n  api: {{kind: web{scaling}}}\n"
    return f"name: {name}\ndescription: A service of a test.\nsubdomain: {subdomain or name}\n{roles}{more}"


_DELIVERS = "stores: {{buckets: [{{name: {}, env: B, delivers: [{{prefix: a/, access: public}}]}}]}}"
_LONG = "a" * 32

_ODD_FOLDERS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "names": (
        {"My Service": _little("x"), "x" * 40: _little("x" * 40)},
        (f"a letter first, because names in AWS are made of it. Not so: My Service, {'x' * 40}",),
    ),
    "contents": (
        {"empty": "", "broken": "roles: [", "half": "name: half"},
        ("Not a manifest", "broken/service.yaml, empty/service.yaml, half/service.yaml", "manifest check"),
    ),
    "meanings": (
        {
            "one": _little("one", f"queues: [{{name: {_LONG}, env: Q, consumer: api}}]"),
            "two": _little("another", subdomain="one"),
            "three": _little("three", subdomain="cdn"),
        },
        (
            "is not its folder's name: two",
            "Two services have the same subdomain: cdn, one, one",
            "is none of app, cdn and origin",
            f"a letter first. Not so: {_LONG}",
        ),
    ),
    "sizes": (
        {
            "one": _little("one", _DELIVERS.format("one"), scaling=", scaling: {min: 5, max: 2}"),
            "two": _little("two", _DELIVERS.format("two"), scaling=", scaling: {min: -1}"),
        },
        (
            "A role scales between whole numbers of tasks",
            "One bucket delivers at cdn., not several: one, two",
        ),
    ),
}


@pytest.mark.parametrize(("folders", "sentences"), _ODD_FOLDERS.values(), ids=_ODD_FOLDERS.keys())
def test_an_odd_service_folder_is_answered_with_a_sentence(
    brief: Terraform, suite: Path, tmp_path: Path, folders: dict[str, str], sentences: tuple[str, ...]
) -> None:
    for name, text in folders.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "service.yaml").write_text(text)
    own = '-var=issuer={"url":"https://a.example.com","jwks_url":"https://a.example.com"}'
    given = [one for one in plan_arguments("dev", services=tmp_path) if "first_release" not in one]
    done = brief.run(suite, "plan", *given, own)
    assert done.returncode == 1
    assert [one for one in sentences if one not in said(done)] == []


def _all_but_the_manifest(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name != "service.yaml"}
