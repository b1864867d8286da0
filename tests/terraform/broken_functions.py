"""How each property of services that run as functions is broken on purpose, in the plan of every option."""

from __future__ import annotations

from collections.abc import Callable

from tests.terraform.breaking import Break, adding, changing, ungiven, within, without
from tests.terraform.plans import Plan
from tests.terraform.properties import functions

_MAPPING = "aws_lambda_event_source_mapping"

FUNCTION_CASES: tuple[tuple[Callable[[Plan], list[str]], Break], ...] = (
    (functions.every_role_has_its_function_and_no_task, without("aws_lambda_function", '"worker"')),
    (
        functions.every_role_has_its_function_and_no_task,
        adding('module.service["blog"].aws_ecs_service.role["api"]', "aws_ecs_service"),
    ),
    (functions.functions_are_bounded, changing("aws_lambda_function", reserved_concurrent_executions=None)),
    (functions.functions_are_bounded, changing("aws_lambda_function", timeout=900)),
    (functions.functions_are_bounded, ungiven("aws_lambda_function", "kms_key_arn")),
    (
        functions.functions_are_bounded,
        within("aws_lambda_function", lambda v: v["image_config"][0].update(command=["api"])),
    ),
    (functions.http_apis_are_bounded, changing("aws_apigatewayv2_stage", access_log_settings=[])),
    (
        functions.http_apis_are_bounded,
        within(
            "aws_apigatewayv2_stage",
            lambda v: v["default_route_settings"][0].update(throttling_burst_limit=5000),
        ),
    ),
    (functions.http_apis_are_bounded, changing("aws_apigatewayv2_api", disable_execute_api_endpoint=False)),
    (
        functions.what_a_function_could_not_take_is_not_lost,
        changing(_MAPPING, function_response_types=None),
    ),
    (
        functions.what_a_function_could_not_take_is_not_lost,
        within(_MAPPING, lambda v: v.update(bisect_batch_on_function_error=False), ".stream["),
    ),
    (
        functions.what_a_function_could_not_take_is_not_lost,
        within(_MAPPING, lambda v: v["destination_config"][0].update(on_failure=[]), ".stream["),
    ),
    (
        functions.a_batch_ends_before_its_messages_are_seen_again,
        within("aws_lambda_function", lambda v: v.update(timeout=60), '"worker"'),
    ),
    (
        functions.functions_have_no_variables_that_lambda_refuses,
        changing("aws_lambda_function", environment=[{"variables": {"AWS_REGION": "eu-west-1"}}]),
    ),
)
