"""A load balancer that is open to CloudFront alone, and services that stand by in a further region."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.terraform.conftest import Once
from tests.terraform.plans import Plan, applied, planned
from tests.terraform.properties.compute import containers
from tests.terraform.terraform import Terraform, plan_arguments
from tests.terraform.test_properties import OF_EVERY_PLAN, OF_PLAN_AND_MANIFESTS

from slipway.deploy import target
from slipway.manifest import Manifest

pytestmark = pytest.mark.long

_FIRST, _SECOND = "eu-west-1", "eu-central-1"
_DOMAIN = "options.example.com"
_API = "aws_apigatewayv2_domain_name"
_ARGUMENTS = (*plan_arguments("options"), "-var=open_to=cloudfront")


@pytest.fixture(scope="module")
def made(applying: Terraform, to_apply_in: Callable[[Path], Path], once: Once) -> Path:
    """The folder in which the environment with every option was planned and applied behind CloudFront."""

    def apply(folder: Path) -> None:
        suite, saved = to_apply_in(folder), folder / "saved"
        applying.must(suite, "plan", f"-out={saved}", *_ARGUMENTS)
        (folder / "plan.json").write_text(json.dumps(applying.show(suite, saved)))
        applying.must(suite, "apply", str(saved))
        (folder / "state.json").write_text(applying.must(suite, "show", "-json"))

    return once("standing-behind-cloudfront", apply)


@pytest.fixture(scope="module")
def before(made: Path) -> Plan:
    return planned(json.loads((made / "plan.json").read_text()))


@pytest.fixture(scope="module")
def after(made: Path, before: Plan) -> Plan:
    return applied(json.loads((made / "state.json").read_text()), before)


def _places(plan: Plan, name: str) -> dict[str, str]:
    """Return where the address records of a name lead, else a wildcard's: the first, second or only place."""
    records = [one for one in plan.of("aws_route53_record") if one["type"] == "A"]
    found = [one for one in records if one["name"] == name]
    found = found or [one for one in records if one["name"] == f"*.{name.partition('.')[2]}"]
    return {
        one["failover_routing_policy"][0]["type"] if one["failover_routing_policy"] else "ONLY": one["alias"][
            0
        ]["name"]
        for one in found
    }


def test_every_property_holds(before: Plan, manifests: dict[str, Manifest]) -> None:
    found = [one for holds in OF_EVERY_PLAN for one in holds(before)]
    found += [one for holds in OF_PLAN_AND_MANIFESTS for one in holds(before, manifests)]
    assert found == []


def test_whatever_cloudfront_asks_of_has_a_second_place_in_the_other_region(after: Plan) -> None:
    balancers = {one["region"]: one["dns_name"] for one in after.of("aws_lb")}
    apis = {one["domain_name_configuration"][0]["target_domain_name"] for one in after.of(_API)}
    asked = {
        origin["domain_name"]
        for one in after.of("aws_cloudfront_distribution")
        for origin in one["origin"]
        if origin["custom_origin_config"]
    }
    assert {f"{label}.origin.{_DOMAIN}" for label in ("all", "blog", "users")} <= asked
    for name in asked:
        places = _places(after, name)
        assert places.keys() == {"PRIMARY", "SECONDARY"}, name
        assert places["PRIMARY"] in {balancers[_FIRST], *apis}, name
        assert places["SECONDARY"] == balancers[_SECOND], "what is a function here is tasks there"


def test_hosts_lead_to_cloudfront_which_is_in_no_region(after: Plan, manifests: dict[str, Manifest]) -> None:
    edges = {one["domain_name"] for one in after.of("aws_cloudfront_distribution")}
    for manifest in manifests.values():
        places = _places(after, f"{manifest.subdomain}.{_DOMAIN}")
        assert places.keys() == {"ONLY"}, manifest.name
        assert places["ONLY"] in edges, manifest.name


def test_the_second_load_balancer_shows_cloudfront_a_certificate_for_what_it_asks_of(before: Plan) -> None:
    """CloudFront compares it with the name that it asks of, or with the host that it passes on."""
    [there] = [one for one in before.of("aws_acm_certificate") if one["region"] == _SECOND]
    assert f"*.origin.{_DOMAIN}" in there["subject_alternative_names"]


def test_the_first_load_balancer_lets_route_53_in_beside_cloudfront_and_the_second_cloudfront_alone(
    after: Plan,
) -> None:
    ports: dict[str, set[int]] = {_FIRST: set(), _SECOND: set()}
    for balancer in after.of("aws_lb"):
        for rule in after.of("aws_vpc_security_group_ingress_rule"):
            if rule["security_group_id"] in balancer["security_groups"] and rule["ip_protocol"] == "tcp":
                assert rule["prefix_list_id"], rule.address
                ports[balancer["region"]].add(rule["from_port"])
    assert ports == {_FIRST: {80, 443}, _SECOND: {443}}


def test_the_second_firewall_believes_our_cloudfront_and_leaves_limits_to_its_firewall(before: Plan) -> None:
    [there] = [one for one in before.of("aws_wafv2_web_acl") if one["region"] == _SECOND]
    names = [rule["name"] for rule in sorted(there["rule"], key=lambda rule: int(rule["priority"]))]
    assert names[:2] == ["from-our-edge", "only-our-edge"]
    assert not [name for name in names if name.startswith(("mark-", "limit-"))]


def test_services_know_in_both_regions_how_many_proxies_a_call_has_passed(after: Plan) -> None:
    told = {_FIRST: 0, _SECOND: 0}
    for task, container in containers(after):
        variables = {one["name"]: one["value"] for one in container["environment"]}
        if "TRUSTED_PROXIES" in variables:
            assert (variables["TRUSTED_PROXIES"], "EDGE_DOMAIN" in variables) == ("2", False), task.address
            told[task["region"]] += 1
    assert min(told.values()) > 0


def test_a_failover_finds_the_check_that_the_names_follow(after: Plan) -> None:
    """It knows no more of the lost region than the environment's name."""
    [check] = after.of("aws_route53_health_check")
    found = target.parse(after.outputs["deployment"])
    assert found is not None
    assert check["tags"]["Name"] == f"{found.cluster}-{_FIRST}"


def test_a_release_asks_nothing_of_a_load_balancer_that_would_not_answer_it(after: Plan) -> None:
    found = target.parse(after.outputs["deployment"])
    assert found is not None
    assert found.standing[_SECOND].load_balancer is None


def test_a_second_plan_is_empty(applying: Terraform, made: Path) -> None:
    done = applying.run(made / "infra" / "terraform" / "suite", "plan", "-detailed-exitcode", *_ARGUMENTS)
    assert done.returncode == 0, done.stdout[-4000:]
