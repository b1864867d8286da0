"""How services run as functions: who may call how much, and what becomes of what they could not take."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from tests.terraform.plans import Plan, Resource


def on_lambda(plan: Plan) -> set[str]:
    """Return the services that run as functions."""
    return set(plan.variables["compute"] or ())


def functions(plan: Plan) -> Iterator[tuple[str, str, Resource]]:
    """Yield each function with its service and its role."""
    for one in plan.of("aws_lambda_function"):
        found = re.fullmatch(r'module\.function\["(.+)"\]\.aws_lambda_function\.role\["(.+)"\]', one.address)
        assert found, one.address
        yield found[1], found[2], one


def every_role_has_its_function_and_no_task(plan: Plan) -> list[str]:
    """What runs as functions has one for each role that keeps running, and nothing on the cluster for it."""
    made = {(service, role) for service, role, _ in functions(plan)}
    found = []
    for name in on_lambda(plan):
        for role, spec in plan.outputs["manifests"][name]["roles"].items():
            if spec["kind"] != "task" and (name, role) not in made:
                found.append(f"{name}-{role} is nowhere")
        for kind in (
            "aws_ecs_service",
            "aws_lb_listener_rule",
            "aws_lb_target_group",
            "aws_appautoscaling_target",
        ):
            found += [one.address for one in plan.under(f'module.service["{name}"]', kind)]
    return found + [f"{name} was not to be a function" for name, _ in made if name not in on_lambda(plan)]


def functions_are_bounded(plan: Plan) -> list[str]:
    """Each has a share of the account's concurrency, an end, a log that ends some day, and a key of ours."""
    found = []
    for _, _, one in functions(plan):
        if not one["reserved_concurrent_executions"] or not 0 < one["timeout"] <= 60:
            found.append(f"{one.address} has no bound")
        if not one["logging_config"][0]["log_group"] or not one.given("kms_key_arn"):
            found.append(f"{one.address} has no log or no key")
        if one["package_type"] != "Image" or one["image_config"][0]["command"][0] not in {
            "function-api",
            "function-worker",
        }:
            found.append(f"{one.address} is not the service's image")
    return found


def http_apis_are_bounded(plan: Plan) -> list[str]:
    """Each takes what its manifest says, writes down who asked, and answers at the suite's hosts alone."""
    found = []
    for stage in plan.of("aws_apigatewayv2_stage"):
        name = stage.address.split('"')[1]
        gateway = plan.outputs["manifests"][name]["gateway"]
        [settings], logs = stage["default_route_settings"], stage["access_log_settings"]
        taken = (settings["throttling_rate_limit"], settings["throttling_burst_limit"])
        if taken != (gateway["per_second"], gateway["burst"]):
            found.append(f"{stage.address} takes {taken}")
        if not logs or "$context.status" not in json.loads(logs[0]["format"]).values():
            found.append(f"{stage.address} does not log")
    return found + [
        f"{one.address} answers at AWS's own address too"
        for one in plan.of("aws_apigatewayv2_api")
        if one["disable_execute_api_endpoint"] is not True
    ]


def what_a_function_could_not_take_is_not_lost(plan: Plan) -> list[str]:
    """Of a batch what failed comes again; a stream gives up at last, says where, and holds nobody up."""
    found = []
    for one in plan.of("aws_lambda_event_source_mapping"):
        if one["function_response_types"] != ["ReportBatchItemFailures"]:
            found.append(f"{one.address} has a whole batch come again")
        if ".queue[" in one.address and not (one["scaling_config"] or [{}])[0].get("maximum_concurrency"):
            found.append(f"{one.address} takes more than its function")
        if ".stream[" in one.address and not (
            one["bisect_batch_on_function_error"]
            and one["maximum_retry_attempts"] > 0
            and one["destination_config"][0]["on_failure"]
        ):
            found.append(f"{one.address} is held up by one record, or tells nobody")
    return found


def a_batch_ends_before_its_messages_are_seen_again(plan: Plan) -> list[str]:
    """Lambda wants messages hidden six times as long as their function may take."""
    here = [one for one in plan.of("aws_sqs_queue") if one["region"] == plan.variables["region"]]
    hidden = {one["name"]: one["visibility_timeout_seconds"] for one in here}
    prefix = f"{plan.variables['project']}-{plan.variables['environment']}-"
    return [
        f"{service}-{role} takes {one['timeout']} s for {queue['name']}"
        for service, role, one in functions(plan)
        for queue in plan.outputs["manifests"][service]["queues"]
        if queue["consumer"] == role and hidden[prefix + queue["name"]] < 6 * one["timeout"]
    ]


def functions_have_no_variables_that_lambda_refuses(plan: Plan) -> list[str]:
    """Lambda sets the region and the credentials itself, and makes no function that brings its own."""
    return [
        f"{one.address} has {name}"
        for _, _, one in functions(plan)
        for block in one["environment"]
        for name in block["variables"] or ()
        if name.startswith("AWS_")
    ]
