"""The account before its first environment: where the state is kept, and what GitHub's roles may do."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.terraform.conftest import Once
from tests.terraform.plans import Plan, planned
from tests.terraform.properties import policies
from tests.terraform.terraform import ACCOUNT, CONFIGURATION, ROOT, Terraform, said

from slipway.manifest import Manifest

_VARIABLES = {
    "account_id": ACCOUNT,
    "region": "eu-west-1",
    "github_repository": "acme/slipway",
    "environments": json.dumps({"dev": {}, "prod": {"branch": "release"}}),
}
_BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/slipway-dev-boundary"
_ROLES = f"arn:aws:iam::{ACCOUNT}:role/slipway-dev-*"


def _arguments(**changed: str) -> list[str]:
    return [
        *(f"-var={name}={value}" for name, value in {**_VARIABLES, **changed}.items()),
        "-input=false",
        "-lock=false",
    ]


@pytest.fixture(scope="module")
def bootstrap(terraform: Terraform, suite: Any, once: Once) -> Plan:
    """The plan of an account with two environments and a repository."""
    folder = suite.parent / "bootstrap"

    def make(kept: Any) -> None:
        saved = kept.with_suffix(".plan")
        terraform.must(folder, "init")
        terraform.must(folder, "validate")
        terraform.must(folder, "plan", f"-out={saved}", *_arguments())
        kept.write_text(json.dumps(terraform.show(folder, saved)))

    return planned(json.loads(once("bootstrap.json", make).read_text()))


def _of(plan: Plan, address: str) -> dict[str, dict[str, Any]]:
    """Return the statements of a policy by their ids."""
    found = json.loads(plan.resources[address]["policy"])["Statement"]
    return {one.get("Sid", str(number)): one for number, one in enumerate(found)}


def test_the_state_is_kept_like_a_secret(bootstrap: Plan) -> None:
    versions = bootstrap.of("aws_s3_bucket_versioning")
    assert {one["versioning_configuration"][0]["status"] for one in versions} == {"Enabled"}
    blocks = bootstrap.of("aws_s3_bucket_public_access_block")
    assert len(blocks) == len(bootstrap.of("aws_s3_bucket")) == 2
    bucket = bootstrap.resources["module.bucket.aws_s3_bucket.this"]
    assert bucket["bucket"] == f"slipway-state-{ACCOUNT}-eu-west-1"


def test_bootstraps_own_state_moves_into_the_bucket_that_it_has_made(bootstrap: Plan) -> None:
    """As the guide says: by a file that Git ignores, to a place that is no environment's."""
    guide = (ROOT / "docs" / "operations.md").read_text()
    [(file, block)] = re.findall(
        r"^\$ cat > (\S+_override\.tf) <<'END'\n(.*?)^END$", guide, re.DOTALL | re.MULTILINE
    )
    given = dict(re.findall(r'^ +(\w+) += "?([^"\n]+)"?$', block, re.MULTILINE))
    bucket = bootstrap.resources["module.bucket.aws_s3_bucket.this"]
    assert (given["bucket"], given["region"]) == (bucket["bucket"], "eu-west-1")
    assert (given["encrypt"], given["use_lockfile"]) == ("true", "true")
    assert given["key"].partition("/")[0] not in json.loads(_VARIABLES["environments"])
    assert fnmatch(Path(file).name, "*_override.tf")
    assert "*_override.tf" in (ROOT / ".gitignore").read_text().splitlines()
    assert "backend" not in (CONFIGURATION / "bootstrap" / "versions.tf").read_text(), "it begins with a file"


def test_nothing_is_allowed_by_a_wildcard(bootstrap: Plan) -> None:
    assert policies.no_wildcard_action(bootstrap.resources.values()) == []
    assert policies.everything_only_where_there_is_no_less(bootstrap.resources.values()) == []


@pytest.mark.parametrize(
    ("role", "subjects", "ref"),
    [
        ("dev-plan", ["environment:dev-plan", "ref:refs/heads/main"], None),
        ("dev-apply", ["environment:dev"], "refs/heads/main"),
        ("prod-apply", ["environment:prod"], "refs/heads/release"),
    ],
)
def test_a_role_of_githubs_is_bound_to_environment_and_branch(
    bootstrap: Plan, role: str, subjects: list[str], ref: str | None
) -> None:
    trust = bootstrap.resources[f'aws_iam_role.github["{role}"]']["assume_role_policy"]
    [statement] = json.loads(trust)["Statement"]
    wanted = {"aud": "sts.amazonaws.com", "sub": [f"repo:acme/slipway:{one}" for one in subjects]} | (
        {"ref": ref} if ref else {}
    )
    assert statement["Condition"] == {
        "StringEquals": {f"token.actions.githubusercontent.com:{key}": value for key, value in wanted.items()}
    }


def test_a_repository_may_be_named_with_its_ids(
    terraform: Terraform, suite: Any, bootstrap: Plan, tmp_path: Path
) -> None:
    """GitHub's tokens name those so that were made or renamed since July 2026."""
    folder, saved, name = suite.parent / "bootstrap", tmp_path / "saved", "acme@1234/slipway@5678"
    terraform.must(folder, "plan", f"-out={saved}", *_arguments(github_repository=name))
    role = planned(terraform.show(folder, saved)).resources['aws_iam_role.github["dev-apply"]']
    [statement] = json.loads(role["assume_role_policy"])["Statement"]
    subjects = statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert subjects == ["repo:acme@1234/slipway@5678:environment:dev"]


def test_to_plan_is_to_read_the_state_and_hold_its_lock_not_to_write_it(bootstrap: Plan) -> None:
    state = f"arn:aws:s3:::slipway-state-{ACCOUNT}-eu-west-1/prod"
    for role, written in (("prod-plan", f"{state}/*.tflock"), ("prod-apply", f"{state}/*")):
        statements = _of(bootstrap, f'aws_iam_role_policy.state["{role}"]')
        assert statements["Read"]["Resource"] == [f"{state}/*"]
        assert statements["Write"]["Resource"] == [written]
        assert {one for each in statements.values() for one in each["Action"] if "Put" in one} == {
            "s3:PutObject"
        }


def test_who_deploys_keeps_the_role_for_as_long_as_a_deployment_may_take(bootstrap: Plan) -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "environment.yml").read_text())
    job = workflow["jobs"]["deploy"]
    [asked] = [
        step["with"]["role-duration-seconds"]
        for step in job["steps"]
        if "configure-aws-credentials" in step.get("uses", "")
    ]
    granted = bootstrap.resources['aws_iam_role.github["prod-apply"]']["max_session_duration"]
    assert job["timeout-minutes"] * 60 <= asked <= granted


def test_githubs_roles_are_one_to_look_and_one_to_change_for_each_environment(bootstrap: Plan) -> None:
    roles = {one["name"] for one in bootstrap.of("aws_iam_role")}
    assert roles == {f"slipway-github-{env}-{what}" for env in ("dev", "prod") for what in ("plan", "apply")}


def test_a_role_that_is_made_carries_the_boundary(bootstrap: Plan) -> None:
    for statement in _of(bootstrap, 'aws_iam_role_policy.change_roles["dev-apply"]').values():
        actions = set(statement["Action"])
        if actions & {"iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"}:
            assert statement["Condition"]["StringEquals"]["iam:PermissionsBoundary"] == _BOUNDARY
            assert statement["Resource"] == [_ROLES]
        assert "iam:DeleteRolePermissionsBoundary" not in actions
        assert not [one for one in actions if one.startswith(("iam:CreateUser", "iam:CreateAccessKey"))]


def test_no_role_of_an_environment_may_touch_iam(bootstrap: Plan) -> None:
    for name in ("dev", "prod"):
        boundary = _of(bootstrap, f'aws_iam_policy.boundary["{name}"]')
        actions = {action for one in boundary.values() for action in one["Action"]}
        assert not [one for one in actions if one.startswith(("iam:", "organizations:", "account:"))]
        assert not [
            one for one in actions if one.split(":")[1].startswith(("Create", "Delete")) and _makes(one)
        ]


def _makes(action: str) -> bool:
    kept = (
        "logs:",
        "ssmmessages:",
        "cloudfront:CreateInvalidation",
        "dynamodb:DeleteItem",
        "s3:DeleteObject",
        "sqs:DeleteMessage",
    )
    return not action.startswith(kept)


def test_the_boundary_leaves_room_for_what_roles_are_allowed(
    bootstrap: Plan, production: Plan, manifests: dict[str, Manifest]
) -> None:
    room = {
        action
        for one in _of(bootstrap, 'aws_iam_policy.boundary["prod"]').values()
        for action in one["Action"]
    }
    wanted = {
        action
        for resource, statement in policies.statements(production.of("aws_iam_role_policy"))
        if resource.address
        for action in policies.several(statement["Action"])
    }
    wanted |= {
        action for one in manifests.values() for permission in one.granted for action in permission.allow
    }
    assert wanted - room == set(), "add them to infra/terraform/bootstrap/boundary.tf"


def test_every_role_of_production_is_bounded(production: Plan) -> None:
    boundary = _BOUNDARY.replace("-dev-", "-prod-")
    assert {one["permissions_boundary"] for one in production.of("aws_iam_role")} == {boundary}


def test_the_state_of_others_is_refused(bootstrap: Plan) -> None:
    refused = _of(bootstrap, 'aws_iam_role_policy.refused_to_apply["dev-apply"]')
    bucket = f"arn:aws:s3:::slipway-state-{ACCOUNT}-eu-west-1"
    assert refused["StateOfOthers"]["Resource"] == [f"{bucket}/prod/*"]
    assert {"s3:GetObject", "s3:PutObject"} <= set(refused["StateOfOthers"]["Action"])
    assert refused["WhatIsTaggedAsAnothers"]["Condition"]["StringNotEquals"] == {
        "aws:ResourceTag/Environment": "dev"
    }
    assert {one["Effect"] for one in refused.values()} == {"Deny"}


def test_machines_and_functions_are_run_only_where_an_environment_may(
    terraform: Terraform, suite: Any, bootstrap: Plan, tmp_path: Path
) -> None:
    folder, saved = suite.parent / "bootstrap", tmp_path / "saved"
    environments = json.dumps({"dev": {}, "prod": {"machines": True, "functions": True}})
    terraform.must(folder, "plan", f"-out={saved}", *_arguments(environments=environments))
    plan = planned(terraform.show(folder, saved))

    never = _of(plan, 'aws_iam_role_policy.refused_to_apply["dev-apply"]')["Machines"]
    careful = _of(plan, 'aws_iam_role_policy.refused_to_apply["prod-apply"]')["Machines"]
    assert never["Condition"] == {}
    assert careful["Condition"] == {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}}
    assert "Agents" not in _of(plan, 'aws_iam_policy.boundary["dev"]')
    assert "Agents" in _of(plan, 'aws_iam_policy.boundary["prod"]')
    assert "HandRolesToMachines" not in _of(plan, 'aws_iam_role_policy.change_roles["dev-apply"]')
    refused = "WhatTheSuiteNeverRuns"
    assert (
        "lambda:CreateFunction"
        in _of(plan, 'aws_iam_role_policy.refused_to_apply["dev-apply"]')[refused]["Action"]
    )
    may = _of(plan, 'aws_iam_role_policy.refused_to_apply["prod-apply"]')[refused]["Action"]
    assert "lambda:CreateFunction" not in may
    assert "HandRolesToFunctions" not in _of(plan, 'aws_iam_role_policy.change_roles["dev-apply"]')
    assert "NetworkOfFunctions" in _of(plan, 'aws_iam_policy.boundary["prod"]')
    assert len(plan.of("aws_ecs_account_setting_default")) == 1
    assert bootstrap.of("aws_ecs_account_setting_default") == []
    test_policies_are_as_short_as_iam_wants_them(plan)


def test_environments_of_one_account_share_its_copying_of_images_and_none_can_take_it_away(
    terraform: Terraform, suite: Any, bootstrap: Plan, tmp_path: Path
) -> None:
    assert bootstrap.of("aws_ecr_replication_configuration") == []
    folder, saved = suite.parent / "bootstrap", tmp_path / "saved"
    copies = {"from": "eu-west-1", "to": ["eu-central-1"]}
    environments = json.dumps(
        {"dev": {}, "prod": {"copies": copies}, "trial": {"copies": {**copies, "to": ["eu-west-3"]}}}
    )
    terraform.must(folder, "plan", f"-out={saved}", *_arguments(environments=environments))
    plan = planned(terraform.show(folder, saved))

    [replication] = plan.of("aws_ecr_replication_configuration")
    rules = replication["replication_configuration"][0]["rule"]
    assert {
        one["repository_filter"][0]["filter"]: [place["region"] for place in one["destination"]]
        for one in rules
    } == {"slipway-prod/": ["eu-central-1"], "slipway-trial/": ["eu-west-3"]}
    refused = _of(plan, 'aws_iam_role_policy.refused_to_apply["prod-apply"]')["WhatTheAccountHasOnce"]
    assert "ecr:PutReplicationConfiguration" in refused["Action"]
    assert "CopiesOfFiles" in _of(plan, 'aws_iam_policy.boundary["prod"]')
    assert "CopiesOfFiles" not in _of(plan, 'aws_iam_policy.boundary["dev"]')
    test_policies_are_as_short_as_iam_wants_them(plan)


def test_a_deployment_cannot_change_whose_tokens_open_its_role(bootstrap: Plan) -> None:
    allowed = _of(bootstrap, 'aws_iam_role_policy.change_roles["prod-apply"]')["TokensOfTheSuite"]
    refused = _of(bootstrap, 'aws_iam_role_policy.refused_to_apply["prod-apply"]')["WhoMayTakeTheseRoles"]
    assert refused["Resource"] == [
        f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    ]
    harmless = {"iam:CreateOpenIDConnectProvider", "iam:GetOpenIDConnectProvider"}
    assert set(allowed["Action"]) - set(refused["Action"]) == harmless


def test_a_pull_request_reads_no_data(bootstrap: Plan) -> None:
    refused = _of(bootstrap, 'aws_iam_role_policy.refused_to_plan["prod-plan"]')
    bucket = f"arn:aws:s3:::slipway-state-{ACCOUNT}-eu-west-1"
    assert refused["FilesButItsOwnState"]["NotResource"] == [f"{bucket}/prod/*"]
    assert {"dynamodb:Scan", "logs:GetLogEvents"} <= set(refused["RecordsMessagesAndLogs"]["Action"])


def test_who_plans_reads_no_secret(bootstrap: Plan) -> None:
    """Terraform writes the values of secrets and never reads them, so whoever plans need not either."""
    granted = {
        action
        for resource, statement in policies.statements(bootstrap.of("aws_iam_role_policy"))
        if '"prod-plan"' in resource.address and statement["Effect"] == "Allow"
        for action in policies.several(statement["Action"])
    }
    assert not [action for action in granted if action.startswith("secretsmanager:")]
    refused = _of(bootstrap, 'aws_iam_role_policy.refused_to_plan["prod-plan"]')["Secrets"]
    assert (refused["Effect"], refused["Resource"]) == ("Deny", ["*"])
    assert {"secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"} == set(refused["Action"])


def test_pull_requests_are_planned_where_reviewers_may_be_asked_first() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "plan.yml").read_text())
    assert workflow["jobs"]["plan"]["environment"] == "${{ matrix.environment }}-plan"


def test_an_account_that_knows_github_keeps_its_provider(
    terraform: Terraform, suite: Any, bootstrap: Plan, tmp_path: Path
) -> None:
    folder, saved = suite.parent / "bootstrap", tmp_path / "saved"
    terraform.must(folder, "plan", f"-out={saved}", *_arguments(github_is_known="true"))
    plan = planned(terraform.show(folder, saved))
    assert plan.of("aws_iam_openid_connect_provider") == []
    assert bootstrap.of("aws_iam_openid_connect_provider")
    assert len(plan.of("aws_iam_role")) == len(bootstrap.of("aws_iam_role"))


def test_policies_are_as_short_as_iam_wants_them(bootstrap: Plan) -> None:
    for policy in bootstrap.of("aws_iam_policy"):
        assert len(policy["policy"]) <= 6144, policy.address
    for role in ("dev-apply", "dev-plan", "prod-apply"):
        inline = [
            one["policy"] or "" for one in bootstrap.of("aws_iam_role_policy") if f'"{role}"' in one.address
        ]
        # Of 10,240; the key of the state is known only when it is there.
        assert len("".join(inline)) <= 9500, role


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"account_id": "1", "region": "Ireland", "github_repository": "acme/*", "project": "S!"},
            (
                "An account id has twelve digits",
                "A region is written",
                "A repository is written owner/name or",
                "The project is 2 to 10",
            ),
        ),
        (
            {"github_repository": "acme/slipway@5678"},
            ("A repository is written owner/name or, with both ids",),
        ),
        ({"environments": "{}"}, ("At least one environment",)),
        ({"environments": json.dumps({"github": {}})}, ("cannot be called github or state",)),
    ],
)
def test_a_wrong_value_is_answered_with_a_sentence(
    terraform: Terraform, suite: Any, bootstrap: Plan, changed: dict[str, str], sentence: tuple[str, ...]
) -> None:
    done = terraform.run(suite.parent / "bootstrap", "plan", *_arguments(**changed))
    assert done.returncode == 1
    assert [one for one in sentence if one not in said(done)] == []
