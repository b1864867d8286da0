"""An application that stays as it is gets CloudFront before it: the example, before and after."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.terraform.conftest import Once
from tests.terraform.plans import Plan, made_first, planned
from tests.terraform.terraform import ACCOUNT, CONFIGURATION, Terraform, workspace

from slipway.costs.offline import OFFLINE

_EXAMPLE = Path("examples", "software_updates")
_GIVEN = {
    "account_id": ACCOUNT,
    "certificate_arn": f"arn:aws:acm:eu-west-1:{ACCOUNT}:certificate/1",
    "cloudfront_prefix_list_id": "pl-4fa04526",
    "zone_id": "Z123",
}
_NAME = 'aws_route53_record.host["{}"]'


def _arguments(*, offloaded: bool, leads: bool = True) -> list[str]:
    told = {**_GIVEN, "offloaded": json.dumps(offloaded), "leads": json.dumps(leads)}
    return [*(f"-var={name}={value}" for name, value in told.items()), "-input=false", "-lock=false"]


@pytest.fixture(scope="module")
def before(applying: Terraform, once: Once) -> Path:
    """The folder of an application as it stood before, applied to no account."""

    def apply(folder: Path) -> None:
        example = workspace(folder).parent / _EXAMPLE
        (example / "offline_override.tf").write_text(OFFLINE)
        applying.must(example, "init")
        applying.must(example, "apply", "-auto-approve", *_arguments(offloaded=False))

    return once("offloading", apply) / "infra" / "terraform" / _EXAMPLE


@pytest.fixture(scope="module")
def after(applying: Terraform, before: Path, once: Once) -> Plan:
    """The plan that puts CloudFront before it."""

    def make(kept: Path) -> None:
        saved = before / "after.plan"
        applying.must(before, "plan", f"-out={saved}", *_arguments(offloaded=True))
        kept.write_text(json.dumps(applying.show(before, saved)))

    return planned(json.loads(once("offloading.json", make).read_text()))


def test_nothing_of_the_application_changes_but_where_its_name_leads_and_who_may_ask(after: Plan) -> None:
    assert after.changes["delete"] == frozenset()
    names = {_NAME.format(kind) for kind in ("A", "AAAA")}
    assert after.changes["update"] == {*names, "aws_vpc_security_group_ingress_rule.devices"}
    assert {address.split(".")[0] for address in after.changes["create"]} == {
        "module",
        "aws_acm_certificate",
        "aws_acm_certificate_validation",
        "aws_route53_record",
    }
    modules = {address for address in after.changes["create"] if address.startswith("module.")}
    assert all(address.startswith("module.cdn[0].") for address in modules)


def test_it_stands_in_three_zones_with_its_files_in_each(after: Plan) -> None:
    [group] = after.of("aws_autoscaling_group")
    assert group["min_size"] == 3
    assert len(group["vpc_zone_identifier"]) == 3
    assert len(after.of("aws_efs_mount_target")) == 3
    [files] = after.of("aws_efs_file_system")
    assert files["encrypted"]


def test_only_cloudfront_may_ask_the_load_balancer_afterwards(after: Plan) -> None:
    rule = after.resources["aws_vpc_security_group_ingress_rule.devices"]
    assert (rule["prefix_list_id"], rule["cidr_ipv4"]) == (_GIVEN["cloudfront_prefix_list_id"], None)


def test_one_place_near_the_application_asks_for_all_edges(after: Plan) -> None:
    [distribution] = after.of("aws_cloudfront_distribution")
    [origin] = distribution["origin"]
    assert [one["origin_shield_region"] for one in origin["origin_shield"]] == ["eu-west-1"]


def test_it_can_be_taken_away_again(applying: Terraform, before: Path) -> None:
    done = applying.run(before, "plan", "-detailed-exitcode", *_arguments(offloaded=False))
    assert done.returncode == 0, done.stdout[-4000:]


def test_every_step_there_and_back_leaves_nothing_to_do_and_takes_nothing_that_is_used(
    applying: Terraform, before: Path, tmp_path: Path
) -> None:
    example = tmp_path / "infra" / "terraform" / _EXAMPLE
    shutil.copytree(before.parents[1], example.parents[1], symlinks=True)
    deleted: list[list[str]] = []
    for offloaded, leads in ((True, False), (True, True), (True, False), (False, False)):
        arguments = _arguments(offloaded=offloaded, leads=leads)
        applying.must(example, "plan", "-out=step.plan", *arguments)
        plan = planned(applying.show(example, Path("step.plan")))
        assert plan.deleted_in_use(made_first(json.loads((example / "terraform.tfstate").read_text()))) == []
        deleted.append(sorted(plan.changes["delete"]))
        applying.must(example, "apply", "step.plan")
        done = applying.run(example, "plan", "-detailed-exitcode", *arguments)
        assert done.returncode == 0, done.stdout[-4000:]
    assert deleted[:3] == [[], [], []]
    assert "module.cdn[0].aws_cloudfront_distribution.this" in deleted[3]


def test_the_file_that_adds_it_names_nothing_but_the_load_balancer() -> None:
    """`cdn.tf` is all that somebody copies beside an application of their own."""
    text = (CONFIGURATION / _EXAMPLE / "cdn.tf").read_text()
    assert "module.network" not in text
    assert "aws_autoscaling_group" not in text
