"""Every host that the manifests name is there, and the firewall stands before all of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.terraform.plans import Plan, Resource
from tests.terraform.properties.functions import functions, on_lambda

from chassis.server.gunicorn import keepalive
from slipway.manifest import Manifest

# Those that CloudFront would keep for ten seconds:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
_ERRORS = {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}
_CORS_S3_ORIGIN = "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"
_CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"


def hosts(plan: Plan, manifests: dict[str, Manifest]) -> dict[str, str]:
    """Return the public services' host names."""
    domain = plan.variables["domain"]
    return {
        name: f"{one.subdomain}.{domain}" for name, one in manifests.items() if one.visibility == "public"
    }


def every_host_has_rule_record_and_certificate(plan: Plan, manifests: dict[str, Manifest]) -> list[str]:
    """A service's subdomain leads to it: rule or HTTP API, DNS record, name on the certificate."""
    wanted = hosts(plan, manifests)
    ruled = {host for rule in plan.of("aws_lb_listener_rule") for host in _hosts_of(rule)}
    ruled |= {one["domain_name"] for one in plan.of("aws_apigatewayv2_domain_name")}
    recorded = {record["name"] for record in plan.of("aws_route53_record") if record["type"] == "A"}
    regional, world = (_names(plan, place) for place in ("regional", "global"))
    found = []
    for name, host in wanted.items():
        certified = world if plan.variables["open_to"] == "cloudfront" else regional
        for what, held in {"rule": ruled, "record": recorded}.items():
            if host not in held:
                found.append(f"{name}: {host} has no {what}")
        if not _covered(host, certified):
            found.append(f"{name}: {host} has no certificate")
        if not _covered(host, regional):
            found.append(f"{name}: {host} is not on the load balancer's certificate")
    return found


def the_suites_own_hosts_are_there(plan: Plan) -> list[str]:
    """Apex, app. and cdn. have records and names on CloudFront's certificate."""
    domain = plan.variables["domain"]
    recorded = {record["name"] for record in plan.of("aws_route53_record") if record["type"] == "A"}
    certified = _names(plan, "global")
    wanted = {domain, f"app.{domain}", f"cdn.{domain}"}
    return [f"{host} is missing" for host in sorted(wanted - (recorded & certified))]


def nobody_passes_by_cloudfront(plan: Plan) -> list[str]:
    """Where the load balancer is open to CloudFront only, each service wants to see the secret of ours."""
    if plan.variables["open_to"] != "cloudfront":
        return []
    open_functions = [
        f"{one.address} answers everybody"
        for _, role, one in functions(plan)
        for block in one["environment"]
        if role == "api" and (block["variables"] or {}).get("FUNCTION_EDGE_ONLY", "true") != "true"
    ]
    return open_functions + [
        f"{rule.address} asks for no header"
        for rule in plan.of("aws_lb_listener_rule")
        if rule.address.startswith(("module.service[", "module.service_elsewhere["))
        and not any(condition["http_header"] for condition in rule["condition"])
    ]


def every_alias_is_certified(plan: Plan) -> list[str]:
    """CloudFront serves no name that its certificate does not have."""
    certified = _names(plan, "global")
    return [
        f"{one.address}: {alias}"
        for one in plan.of("aws_cloudfront_distribution")
        for alias in one["aliases"]
        if not _covered(alias, certified)
    ]


def the_firewall_stands_before_everything(plan: Plan) -> list[str]:
    """The load balancer and every distribution have one, with managed rules and limits."""
    found = [
        f"{one.address} has no firewall"
        for one in plan.of("aws_cloudfront_distribution")
        if not one.given("web_acl_id")
    ]
    associations = {one["region"] for one in plan.of("aws_wafv2_web_acl_association")}
    found += [
        f"{one.address} has no firewall" for one in plan.of("aws_lb") if one["region"] not in associations
    ]
    for acl in plan.of("aws_wafv2_web_acl"):
        rules = json.dumps(acl["rule"])
        for part in (
            "AWSManagedRulesCommonRuleSet",
            "AWSManagedRulesKnownBadInputsRuleSet",
            "aggregate_key_type",
        ):
            if part not in rules:
                found.append(f"{acl.address} lacks {part}")
    return found


def calls_are_never_cached(plan: Plan) -> list[str]:
    """What goes to the load balancer is asked anew each time, also when the answer was an error.

    But what a manifest lets the edge keep.
    """
    manifests = plan.outputs["manifests"].values()
    kept = {f"{route['path']}*" for one in manifests for route in one["gateway"]["cache"]}
    found = []
    for one in plan.of("aws_cloudfront_distribution"):
        services = {origin["origin_id"] for origin in one["origin"] if origin["custom_origin_config"]}
        forgotten = {
            error["error_code"]
            for error in one["custom_error_response"] or []
            if error["error_caching_min_ttl"] == 0
        }
        if services and _ERRORS - forgotten:
            found.append(f"{one.address} keeps answers {sorted(_ERRORS - forgotten)}")
        for behaviour in one["default_cache_behavior"] + (one["ordered_cache_behavior"] or []):
            if (
                behaviour["target_origin_id"] in services
                and behaviour.get("path_pattern") not in kept
                and behaviour["cache_policy_id"] != _CACHING_DISABLED
            ):
                found.append(f"{one.address} caches {behaviour['target_origin_id']}")
    return found


def what_nobody_serves_is_not_there(plan: Plan) -> list[str]:
    """Below /api/ the last word has a name that no service has, which the load balancer answers with 404."""
    served = {host for rule in plan.of("aws_lb_listener_rule") for host in _hosts_of(rule)}
    [site] = plan.under("module.site", "aws_cloudfront_distribution")
    last = site["ordered_cache_behavior"][-1]
    asked = [one.get("domain_name") for one in site["origin"] if one["origin_id"] == last["target_origin_id"]]
    if last["path_pattern"] != "/api/*" or served.intersection(asked):
        return ["what no service has below /api/ is answered by a page or a service"]
    return []


def connections_are_closed_by_who_asks(plan: Plan) -> list[str]:
    """Each waits longer for a request than the one before it does; else one is sent as the other hangs up."""
    held = [
        config["origin_keepalive_timeout"]
        for one in plan.of("aws_cloudfront_distribution")
        for origin in one["origin"]
        for config in origin["custom_origin_config"]
    ]
    return [
        f"{balancer.address} waits {balancer['idle_timeout']} s between {max(held)} and {keepalive}"
        for balancer in plan.of("aws_lb")
        if not max(held) < balancer["idle_timeout"] < keepalive
    ]


def private_files_need_a_signature(plan: Plan, manifests: dict[str, Manifest]) -> list[str]:
    """A prefix that its manifest delivers signed is behind a key group, or not delivered at all."""
    buckets = [bucket for one in manifests.values() for bucket in one.stores.buckets]
    signed = {f"/{one.prefix}*" for bucket in buckets for one in bucket.delivers if one.access == "signed"}
    found = []
    for one in plan.under("module.delivery[0]", "aws_cloudfront_distribution"):
        for behaviour in one["ordered_cache_behavior"] or []:
            unsigned = "trusted_key_groups" in behaviour and not behaviour["trusted_key_groups"]
            if behaviour["path_pattern"] in signed and unsigned:
                found.append(f"{behaviour['path_pattern']} is open to everybody")
    return found


def preflights_are_answered_at_cdn(plan: Plan) -> list[str]:
    """A page may read a file in parts, and go on with an old one: browsers ask before, and S3 answers."""
    told = plan.under("module.delivery[0]", "aws_cloudfront_response_headers_policy")
    found = []
    for one in plan.under("module.delivery[0]", "aws_cloudfront_distribution"):
        for behaviour in one["ordered_cache_behavior"] or []:
            passed = behaviour["origin_request_policy_id"] == _CORS_S3_ORIGIN
            if "OPTIONS" not in behaviour["allowed_methods"] or not passed:
                found.append(f"{behaviour['path_pattern']} does not take what browsers ask")
    for policy in told:
        [cors] = policy["cors_config"] or [{}]
        [headers] = cors.get("access_control_allow_headers") or [{"items": []}]
        if not {"Range", "If-Range"} <= set(headers["items"]):
            found.append(f"{policy.address} lets pages read no part")
    origins = {one["region"] for one in plan.of("aws_s3_bucket_cors_configuration")}
    if told and plan.variables["region"] not in origins:
        found.append("no bucket answers browsers")
    return found


def pages_may_send_files_where_they_are_told_to(plan: Plan) -> list[str]:
    """The web app's policy names S3 in every region that takes uploads, and its edges where they are used."""
    [policy] = [one for one in plan.of("aws_cloudfront_response_headers_policy") if ".site." in one.address]
    [header] = policy["security_headers_config"][0]["content_security_policy"]
    directives = dict(one.split(" ", 1) for one in header["content_security_policy"].split("; "))
    regions = {one["region"] for one in plan.of("aws_s3_bucket_cors_configuration")}
    signed = {f"https://*.s3.{region}.amazonaws.com" for region in regions}
    accelerated = bool(plan.of("aws_s3_bucket_accelerate_configuration"))
    edges = {"https://*.s3-accelerate.amazonaws.com"} if accelerated else set()
    return [
        f"{directive} does not name {origin}"
        for directive, wanted in (("connect-src", signed | edges), ("img-src", signed))
        for origin in sorted(wanted - {*directives[directive].split()})
    ]


def every_limit_holds_on_every_way_in(plan: Plan, manifests: dict[str, Manifest]) -> list[str]:
    """A limit of a manifest is counted at the service's host and below the web app's `/api/`.

    Each by the firewall that sees the clients' addresses there: CloudFront's for what it passes on.
    """
    front = plan.variables["open_to"] == "cloudfront"
    domain, least = plan.variables["domain"], plan.variables["requests_per_minute"]
    firewalls = {place: _marked(plan, place) for place in ("regional", "global")}
    found = []
    for name, host in hosts(plan, manifests).items():
        gateway = manifests[name].gateway
        limits = {"/": gateway.per_second, **{one.path: one.per_second for one in gateway.limits}}
        for path, per_second in limits.items():
            # Before an HTTP API is no firewall: it limits all clients together.
            own = (
                [("global" if front else "regional", host, path)]
                if front or name not in on_lambda(plan)
                else []
            )
            ways = [
                *own,
                *(("global", origin, f"/api/{name}{path}") for origin in (domain, f"app.{domain}")),
            ]
            for place, asked, address in ways:
                for written in (asked, f"{asked}:443"):
                    counted = [limit for limit, sees in firewalls[place] if sees(written, address)]
                    if per_second * 60 < least and per_second * 60 not in counted:
                        found.append(f"{written}{address} is not limited to {per_second} a second")
    return found


def _marked(plan: Plan, place: str) -> list[tuple[int, Callable[[str, str], bool]]]:
    """Return the limits of a firewall, each with whether it counts a host and path."""
    [acl] = plan.under(f"module.{place}_firewall", "aws_wafv2_web_acl")
    rates = {
        statement["scope_down_statement"][0]["label_match_statement"][0]["key"]: statement["limit"]
        for rule in acl["rule"]
        for statement in rule["statement"][0]["rate_based_statement"]
        if statement["scope_down_statement"]
    }

    def sees(mark: dict[str, Any]) -> Callable[[str, str], bool]:
        parts = mark["statement"][0]["and_statement"][0]["statement"]
        host, path = (part["byte_match_statement"][0] for part in parts)
        below_it = host["positional_constraint"] == "CONTAINS"
        wanted, below = host["search_string"], path["search_string"]
        return lambda asked, address: (
            (wanted in asked if below_it else asked.startswith(wanted)) and address.startswith(below)
        )

    return [(rates[label["name"]], sees(rule)) for rule in acl["rule"] for label in rule["rule_label"] or []]


# What people write, and the rules of AWS's common set that take it for an attack.
_WRITTEN = {
    "read about <script>alert(1)</script>": "CrossSiteScripting",
    "tidy up ../../etc/passwd": "GenericLFI",
    "mend http://10.0.0.7/include.php?file=x": "GenericRFI",
    "why is http://169.254.169.254/latest/meta-data/ open?": "EC2MetaDataSSRF",
}


def what_people_write_is_not_refused(plan: Plan) -> list[str]:
    """A to-do, and a search for it, may say what looks like an attack: such rules count and do not block."""
    found = []
    for acl in plan.of("aws_wafv2_web_acl"):
        groups = [
            group
            for rule in acl["rule"]
            for group in rule["statement"][0]["managed_rule_group_statement"]
            if group["name"] == "AWSManagedRulesCommonRuleSet"
        ]
        counted = {
            one["name"]
            for group in groups
            for one in group["rule_action_override"]
            if one["action_to_use"][0]["count"]
        }
        wanted = {f"{rule}_{part}" for rule in _WRITTEN.values() for part in ("BODY", "QUERYARGUMENTS")}
        wanted.add("SizeRestrictions_BODY")
        found += [f"{acl.address} refuses by {rule}" for rule in sorted(wanted - counted)]
    return found


def refusals_are_problems(plan: Plan) -> list[str]:
    """Who asks too often, or is taken for an attack, is told so in the shape of every other problem."""
    found = []
    for acl in plan.of("aws_wafv2_web_acl"):
        bodies = {body["key"]: json.loads(body["content"]) for body in acl["custom_response_body"] or []}
        for rule in acl["rule"]:
            overridden = [
                block
                for group in rule["statement"][0]["managed_rule_group_statement"]
                for one in group["rule_action_override"]
                for block in one["action_to_use"][0]["block"]
            ]
            if rule["statement"][0]["managed_rule_group_statement"] and not overridden:
                found.append(f"{acl.address}: {rule['name']} answers with a page")
            for block in [*overridden, *(rule["action"][0]["block"] if rule["action"] else [])]:
                answer = block["custom_response"][0]
                body = bodies.get(answer["custom_response_body_key"], {})
                if body.get("status") != answer["response_code"] or not {"type", "title"} <= body.keys():
                    found.append(f"{acl.address}: {rule['name']} answers without a problem")
    return found


def the_load_balancer_is_careful(plan: Plan) -> list[str]:
    """It logs, drops malformed headers, answers unknown hosts itself, and is the only one in its region."""
    found = []
    balancers = plan.of("aws_lb")
    if len(balancers) != len({one["region"] for one in balancers}) or not balancers:
        found.append(f"there are {len(balancers)} load balancers")
    for balancer in balancers:
        if balancer["drop_invalid_header_fields"] is not True:
            found.append("it passes malformed headers on")
        if not any(log["enabled"] for log in balancer["access_logs"]):
            found.append("it does not log")
    for listener in plan.of("aws_lb_listener"):
        if listener["protocol"] == "HTTPS" and listener["default_action"][0]["type"] != "fixed-response":
            found.append("it sends unknown hosts to a service")
    return found


def _hosts_of(rule: Resource) -> list[str]:
    return [
        host
        for condition in rule["condition"]
        for block in condition["host_header"]
        for host in block["values"]
    ]


def _covered(host: str, names: set[str]) -> bool:
    """Whether a certificate has a host's name, or a wildcard in place of its first label."""
    return host in names or f"*.{host.partition('.')[2]}" in names


def _names(plan: Plan, place: str) -> set[str]:
    [certificate] = [one for one in plan.of("aws_acm_certificate") if one.address.endswith(f".{place}")]
    return {certificate["domain_name"], *certificate["subject_alternative_names"]}
