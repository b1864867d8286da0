"""Terraform reads the same manifests as everything else, and understands the same."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from tests.terraform.plans import Plan, planned
from tests.terraform.properties.compute import containers
from tests.terraform.properties.policies import several
from tests.terraform.terraform import ACCOUNT, ROOT, Terraform, plan_arguments

from chassis.settings import ServiceSettings
from slipway.manifest import Manifest, load_all
from slipway.provision.naming import Names
from slipway.provision.policy import identity_policy
from users.domain.storage import StorageLocation, session_policy

_REGION = "eu-west-1"

# What the process or its container reads besides the settings.
_OF_THE_PROCESS = {"AWS_DEFAULT_REGION", "HEARTBEAT_FILE", "PORT", "PROMETHEUS_MULTIPROC_DIR"}


def test_terraform_knows_every_key_and_every_default(
    plan_of: Callable[[str], Plan], manifests: dict[str, Manifest]
) -> None:
    model = {
        name: manifest.model_dump(mode="json")
        | {"granted": [permission.model_dump(mode="json") for permission in manifest.granted]}
        for name, manifest in manifests.items()
    }
    assert plan_of("prod").outputs["manifests"] == model


def _references(document: Any, prefix: str) -> Any:
    """Return a policy document with this world's names taken out, and one string made several."""
    if isinstance(document, dict):
        return {
            key: sorted(several(value))
            if isinstance(value, str) and key not in ("Effect", "Version")
            else value
            for key, value in ((key, _references(value, prefix)) for key, value in document.items())
        }
    if isinstance(document, list):
        return [_references(value, prefix) for value in document]
    if isinstance(document, str):
        named = document.replace(f"-{ACCOUNT}", "").replace(prefix, "").replace(ACCOUNT, "ACCOUNT")
        # Mail is sent from one domain, which is another one here.
        return re.sub(r"(:ses:.*:(?:identity|configuration-set))/.*", r"\1/*", named)
    return document


def _policies_of(production: Plan, address: str) -> Any:
    policy = production.resources[f"{address}.aws_iam_role_policy.manifest[0]"]["policy"]
    return json.loads(policy)


def test_a_service_may_do_in_aws_what_it_may_do_here(
    production: Plan, manifests: dict[str, Manifest]
) -> None:
    local = Names(_REGION, ACCOUNT)
    for name, manifest in manifests.items():
        there = _policies_of(production, f'module.task_identity["{name}"]')
        here = identity_policy(manifest.granted, local)
        assert _references(there, "slipway-prod-") == _references(here, "slipway-prod-"), name


def test_a_role_that_is_handed_out_may_do_the_same_in_both_worlds(
    production: Plan, manifests: dict[str, Manifest]
) -> None:
    for role in (role for manifest in manifests.values() for role in manifest.assumed_roles):
        address = f'module.assumed_role["{role.name}"].aws_iam_role_policy.manifest'
        resource = (
            production.resources.get(address)
            or production.resources[f'module.assumed_role["{role.name}"].aws_iam_role_policy.this']
        )
        here = identity_policy(role.permissions, Names(_REGION, ACCOUNT))
        assert _references(json.loads(resource["policy"]), "slipway-prod-") == _references(
            here, "slipway-prod-"
        )


def _passes(statements: list[dict[str, Any]], action: str, resource: str, said: dict[str, str]) -> bool:
    """Whether a policy's statements allow an action, as IAM judges them, where the request says `said`."""
    return any(
        action in several(one["Action"])
        and any(fnmatchcase(resource, pattern) for pattern in several(one["Resource"]))
        and all(
            any(fnmatchcase(said.get(key, ""), pattern) for pattern in several(patterns))
            for test in one.get("Condition", {}).values()
            for key, patterns in test.items()
        )
        for one in statements
    )


def test_what_a_role_hands_out_can_do_what_its_buckets_encryption_asks(production: Plan) -> None:
    """A session has what its role and its own policy both allow: so both have to allow the bucket's key."""
    [key] = [one["arn"] for one in production.of("aws_kms_key") if one.address.startswith("module.data_key.")]
    bucket = production.resources['module.bucket["media"].aws_s3_bucket.this']["bucket"]
    place = StorageLocation(_REGION, "", bucket, "users/7/")
    session: Any = session_policy(place)
    role = [
        statement
        for one in production.under('module.assumed_role["user-storage"]', "aws_iam_role_policy")
        if ".web" not in one.address
        for statement in json.loads(one["policy"])["Statement"]
    ]
    for context in (f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/users/7/a.png"):
        said = {"kms:ViaService": f"s3.{_REGION}.amazonaws.com", "kms:EncryptionContext:aws:s3:arn": context}
        for action in ("kms:Decrypt", "kms:GenerateDataKey"):
            assert _passes(role, action, key, said), f"the role may not {action}"
            assert _passes(session["Statement"], action, f"arn:aws:kms:{_REGION}:{ACCOUNT}:key/1", said)
    theirs = {"kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}/users/8/a.png"}
    assert not _passes(session["Statement"], "kms:Decrypt", f"arn:aws:kms:{_REGION}:{ACCOUNT}:key/1", theirs)


def test_a_token_opens_its_own_folder_only(production: Plan) -> None:
    policy = production.resources['module.assumed_role["user-storage"].aws_iam_role_policy.web[0]']["policy"]
    own = "users/${users.example.com:sub}/*"
    for statement in json.loads(policy)["Statement"]:
        condition = statement.get("Condition")
        scope = condition["StringLike"]["s3:prefix"] if condition else statement["Resource"]
        assert all(one.endswith(own) for one in scope), statement


def _settings(name: str) -> list[type[ServiceSettings]]:
    """Return the settings classes of a service, from the module that holds them."""
    module = importlib.import_module(f"{name}.config")
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, ServiceSettings) and value is not ServiceSettings
    ]


@pytest.mark.parametrize("name", sorted(load_all(ROOT)))
def test_a_task_is_told_what_its_settings_ask_for_and_nothing_else(production: Plan, name: str) -> None:
    classes = _settings(name)
    known = {field.upper() for one in classes for field in one.model_fields} | _OF_THE_PROCESS
    required = {
        key.upper() for one in classes for key, field in one.model_fields.items() if field.is_required()
    }
    for task, container in containers(production):
        if not task.address.startswith(f'module.service["{name}"].'):
            continue
        told = {one["name"] for one in [*container["environment"], *container["secrets"]]}
        assert told >= required, f"{task.address} lacks {required - told}"
        assert told <= known, f"{task.address} is told {told - known}, which nobody reads"


def test_whose_tokens_are_taken_is_told_to_every_task(production: Plan) -> None:
    whose = {"AUTH_AUDIENCE", "AUTH_ISSUER", "AUTH_JWKS_URL", "AUTH_TOKEN_PROFILE"}
    for task, container in containers(production):
        if task.address.startswith("module.service["):
            assert {one["name"] for one in container["environment"]} >= whose, task.address


def test_a_release_runs_the_image_of_its_service(production: Plan, manifests: dict[str, Manifest]) -> None:
    images = {
        task.address: container["image"]
        for task, container in containers(production)
        if task.address.startswith("module.service[")
    }
    for name, manifest in manifests.items():
        for role in manifest.roles:
            image = images[f'module.service["{name}"].aws_ecs_task_definition.role["{role}"]']
            assert image.endswith(":1.0.0-0123abc"), image


def test_a_service_without_a_release_waits(terraform: Terraform, suite: Path, tmp_path: Path) -> None:
    arguments = [one for one in plan_arguments("dev") if not one.startswith("-var=first_release")]
    terraform.must(suite, "plan", f"-out={tmp_path / 'plan'}", *arguments)
    plan = planned(terraform.show(suite, tmp_path / "plan"))
    assert {service["desired_count"] for service in plan.of("aws_ecs_service")} == {0}
    assert plan.of("aws_appautoscaling_target") == []
