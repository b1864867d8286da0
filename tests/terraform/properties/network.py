"""What can be reached from where."""

from __future__ import annotations

import ipaddress
import json
import re

from tests.terraform.plans import Plan, Resource
from tests.terraform.properties.functions import on_lambda

_EVERYWHERE = {"0.0.0.0/0", "::/0"}

# In the first region, and in one where the services stand by.
_ELSEWHERE = r'(_elsewhere\["[a-z0-9-]+"\])?'
_IS_OF_THE_EDGE = re.compile(rf"module\.firewall{_ELSEWHERE}\.aws_vpc_security_group_ingress_rule\.edge")
_IS_NATS = re.compile(rf"module\.network{_ELSEWHERE}\.aws_eip\.nat\[")
_IS_THE_LOAD_BALANCER = re.compile(rf"module\.load_balancer{_ELSEWHERE}\.aws_lb\.this$")

# Who speaks to whom from one zone to another, and on which port; the outside has no ACL of ours.
_CONVERSATIONS = (
    ("outside", "public", 443),
    ("outside", "public", 80),
    ("public", "outside", 443),  # NAT, for tasks
    ("public", "private", 8080),
    ("private", "private", 8080),
    ("private", "private", 443),  # interface endpoints
    ("private", "outside", 443),
    ("private", "isolated", 5432),
    ("private", "isolated", 6379),
    ("isolated", "isolated", 5432),  # a proxy and its database
)
_OUTSIDE = "203.0.113.9"
_CLIENT_PORTS = (1024, 32768, 60999, 65535)


def only_the_edge_is_open(plan: Plan) -> list[str]:
    """Addresses from outside are let in by the load balancer's group alone."""
    return [
        f"{rule.address} lets in {rule['cidr_ipv4'] or rule['cidr_ipv6'] or rule['prefix_list_id']}"
        for rule in plan.of("aws_vpc_security_group_ingress_rule")
        if (rule["cidr_ipv4"] or rule["cidr_ipv6"] or rule["prefix_list_id"])
        and not _IS_OF_THE_EDGE.match(rule.address)
    ]


def rules_are_resources(plan: Plan) -> list[str]:
    """Security groups have no rules in other forms, which the properties of rules would not see."""
    found = [one.address for one in plan.of("aws_security_group_rule")]
    groups = plan.of("aws_security_group", "aws_default_security_group")
    return found + [
        f"{one.address} has rules of its own" for one in groups if one["ingress"] or one["egress"]
    ]


def the_edge_is_open_for_the_web_alone(plan: Plan) -> list[str]:
    """The load balancer takes HTTPS, and HTTP to say where HTTPS is."""
    rules = plan.of("aws_vpc_security_group_ingress_rule")
    edge = [rule for rule in rules if ".edge[" in rule.address]
    icmp = [rule for rule in rules if rule["ip_protocol"] == "icmp"]
    wrong = [
        f"{rule.address} opens {rule['from_port']}" for rule in edge if rule["from_port"] not in (80, 443)
    ]
    wrong += [
        f"{rule.address} opens more of ICMP"
        for rule in icmp
        if (rule["from_port"], rule["to_port"]) != (3, 4)
    ]
    if plan.variables["open_to"] == "cloudfront":
        wrong += [f"{rule.address} passes by CloudFront" for rule in edge if rule["cidr_ipv4"]]
    return wrong if edge else ["nothing is open"]


def tiers_know_one_another_by_group(plan: Plan) -> list[str]:
    """No rule names an address inside the network, and the only way out is HTTPS."""
    networks = [plan.variables["network"], *(plan.variables["regions"] or {}).values()]
    inside = [ipaddress.ip_network(network["cidr"]) for network in networks]
    found = []
    for rule in plan.of("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"):
        cidr = rule["cidr_ipv4"]
        if cidr and cidr not in _EVERYWHERE and any(map(ipaddress.ip_network(cidr).overlaps, inside)):
            found.append(f"{rule.address} names {cidr}")
        if rule.type.endswith("egress_rule") and cidr in _EVERYWHERE and rule["from_port"] != 443:
            found.append(f"{rule.address} lets out on {rule['from_port']}")
    return found


def nothing_else_has_a_public_address(plan: Plan) -> list[str]:
    """Neither subnets nor tasks nor databases get public addresses; elastic ones are NAT's.

    An HTTP API there is only before what `compute` says.
    """
    found = [
        f"{one.address} gives public addresses"
        for one in plan.of("aws_subnet")
        if one["map_public_ip_on_launch"]
    ]
    for service in plan.of("aws_ecs_service"):
        if any(network.get("assign_public_ip") for network in service["network_configuration"]):
            found.append(f"{service.address} has public addresses")
    databases = plan.of("aws_db_instance", "aws_rds_cluster_instance")
    found += [f"{one.address} is public" for one in databases if one["publicly_accessible"] is not False]
    found += [one.address for one in plan.of("aws_eip") if not _IS_NATS.match(one.address)]
    found += [one.address for one in plan.of("aws_lb") if not _IS_THE_LOAD_BALANCER.match(one.address)]
    found += [one.address for one in plan.of("aws_lambda_function_url", "aws_instance")]
    apis = tuple(f'module.function["{name}"].' for name in on_lambda(plan))
    return found + [
        one.address for one in plan.of("aws_apigatewayv2_api") if not one.address.startswith(apis)
    ]


def buckets_are_private(plan: Plan) -> list[str]:
    """Each bucket blocks every kind of public access and has no access lists."""
    blocks = {one.address.rsplit(".", 2)[0]: one for one in plan.of("aws_s3_bucket_public_access_block")}
    wanted = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    found = [one.address for one in plan.of("aws_s3_bucket_acl")]
    for bucket in plan.of("aws_s3_bucket"):
        block = blocks.get(bucket.address.rsplit(".", 2)[0])
        if block is None or not all(block[attribute] is True for attribute in wanted):
            found.append(f"{bucket.address} can be public")
    return found


def every_tier_has_rules_of_its_own(plan: Plan) -> list[str]:
    """Each tier's network ACL has ways in and out; only the edge takes new connections from everywhere."""
    found = []
    rules = plan.of("aws_network_acl_rule")
    for tier in ("public", "private", "isolated"):
        for egress in (False, True):
            if not any(f'"{tier}/' in rule.address and rule["egress"] is egress for rule in rules):
                found.append(f"the {tier} tier has no rule for {'leaving' if egress else 'entering'}")
    for rule in rules:
        inner = '"public/' not in rule.address and not rule["egress"] and rule["protocol"] == "tcp"
        if inner and rule["cidr_block"] in _EVERYWHERE and rule["from_port"] < 1024:
            found.append(f"{rule.address} lets everybody in")
    return found


def every_conversation_gets_its_answers(plan: Plan) -> list[str]:
    """Network ACLs keep no state: each way of each conversation is let out by one and in by the other."""
    hosts = {"outside": [_OUTSIDE]}
    for subnet in plan.of("aws_subnet"):
        block = ipaddress.ip_network(subnet["cidr_block"])
        hosts.setdefault(subnet["tags"]["Tier"], []).append(str(block[10]))
    rules = plan.of("aws_network_acl_rule")
    found = []
    for client, server, port in _CONVERSATIONS:
        asking, answering = hosts[client][0], hosts[server][-1]  # in another zone, so two ACLs are passed
        for own in _CLIENT_PORTS:
            passed = (
                _passes(rules, client, True, answering, port)
                and _passes(rules, server, False, asking, port)
                and _passes(rules, server, True, asking, own)
                and _passes(rules, client, False, answering, own)
            )
            if not passed:
                found.append(f"{client} cannot speak to {server} on {port} from port {own}")
    return found


def what_is_too_long_is_told(plan: Plan) -> list[str]:
    """ICMP's "fragmentation needed" passes each tier, both ways; without it such connections stand still."""
    told = {
        (tier, rule["egress"])
        for rule in plan.of("aws_network_acl_rule")
        for tier in ("public", "private", "isolated")
        if f'"{tier}/' in rule.address
        and (rule["protocol"], rule["icmp_type"], rule["icmp_code"]) == ("icmp", 3, 4)
    }
    missing = {(tier, way) for tier in ("public", "private", "isolated") for way in (True, False)} - told
    found = [
        f"the {tier} tier is not told when {'leaving' if way else 'entering'}"
        for tier, way in sorted(missing)
    ]
    let_in = {
        rule["region"]
        for rule in plan.of("aws_vpc_security_group_ingress_rule")
        if (rule["ip_protocol"], rule["from_port"], rule["to_port"]) == ("icmp", 3, 4)
        and rule["cidr_ipv4"] in _EVERYWHERE
    }
    return found + [
        f"{one.address} is not told by clients" for one in plan.of("aws_lb") if one["region"] not in let_in
    ]


def what_leaves_by_a_gateway_stays_ours(plan: Plan) -> list[str]:
    """Each gateway endpoint lets this account reach what is its own, and layers of images, and no more."""
    found = []
    gateways = [one for one in plan.of("aws_vpc_endpoint") if one["vpc_endpoint_type"] == "Gateway"]
    for endpoint in gateways:
        statements = json.loads(endpoint["policy"] or "{}").get("Statement", [])
        if not statements:
            found.append(f"{endpoint.address} lets everything pass")
        for statement in statements:
            tied = statement.get("Condition", {}).get("StringEquals", {})
            layers = "-starport-layer-bucket/" in str(statement["Resource"])
            if not layers and set(tied) != {"aws:PrincipalAccount", "aws:ResourceAccount"}:
                found.append(f"{endpoint.address} lets {statement['Action']} pass to anybody")
    networks = {one["region"] for one in gateways}
    return found + [
        f"{one.address} has tasks and no gateway endpoint"
        for one in plan.of("aws_ecs_cluster")
        if one["region"] not in networks
    ]


def _passes(rules: list[Resource], tier: str, egress: bool, other: str, port: int) -> bool:
    return tier == "outside" or any(
        f'"{tier}/' in rule.address
        and rule["egress"] is egress
        and rule["protocol"] == "tcp"
        and rule["from_port"] <= port <= rule["to_port"]
        and ipaddress.ip_address(other) in ipaddress.ip_network(rule["cidr_block"])
        for rule in rules
    )


def what_is_not_encrypted_is_shown(plan: Plan) -> list[str]:
    """Where AWS watches encryption, the flow logs tell of it: nothing else does."""
    watched = {one["region"] for one in plan.of("aws_vpc_encryption_control")}
    return [
        f"{log.address} does not tell what was encrypted"
        for log in plan.of("aws_flow_log")
        if log["region"] in watched and "encryption-status" not in str(log["log_format"])
    ]


def the_network_is_watched(plan: Plan) -> list[str]:
    """Accepted and refused traffic is logged."""
    logs = plan.of("aws_flow_log")
    return [] if logs and all(log["traffic_type"] == "ALL" for log in logs) else ["there are no flow logs"]
