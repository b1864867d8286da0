"""A small environment: a load balancer, two firewalls, a table and one service, as a plan tells of them."""

from __future__ import annotations

from typing import Any

from slipway.costs.planned import PlannedEnvironment, PlannedResource

_VARIABLES = {
    "architecture": "ARM64",
    "network": {"nat": "single"},
    "open_to": "cloudfront",
    "price_class": "PriceClass_All",
    "spot_percent": 0,
    "table_replicas": [],
}
_TRACKING = {"target_tracking_scaling_policy_configuration": [{"target_value": 100}]}
_FARGATE = [{"capacity_provider": "FARGATE"}, {"capacity_provider": "FARGATE_SPOT"}]
_IN_NOTES = 'module.service["notes"]'


def _one(address: str, **values: Any) -> PlannedResource:
    kind = next(part for part in address.replace("[", ".").split(".") if part.startswith("aws_"))
    return PlannedResource(address, kind, values)


def environment(**variables: Any) -> PlannedEnvironment:
    """Return it, with other variables."""
    return PlannedEnvironment(
        [
            _one("module.load_balancer.aws_lb.this", subnets=["a", "b"]),
            _one("module.regional_firewall.aws_wafv2_web_acl.this", scope="REGIONAL", rule=[]),
            _one("module.global_firewall.aws_wafv2_web_acl.this", scope="CLOUDFRONT", rule=[]),
            _one("module.site.aws_cloudfront_function.page"),
            _one(f'{_IN_NOTES}.aws_ecs_service.role["api"]', capacity_provider_strategy=_FARGATE),
            _one(f'{_IN_NOTES}.aws_ecs_task_definition.role["api"]', cpu="1024", memory="2048"),
            _one(f'{_IN_NOTES}.aws_appautoscaling_target.role["api"]', min_capacity=1, max_capacity=4),
            _one(f'{_IN_NOTES}.aws_appautoscaling_policy.requests["api"]', **_TRACKING),
        ],
        _VARIABLES | variables,
    )


def with_machines(least: int, *, on_demand: int = 0, spot_percent: int = 0) -> PlannedEnvironment:
    """Return it with its service on machines of the type m7g.large, filled to 90 %."""
    plain = environment()
    service = f'{_IN_NOTES}.aws_ecs_service.role["api"]'
    shares = {
        "on_demand_base_capacity": on_demand,
        "on_demand_percentage_above_base_capacity": 100 - spot_percent,
    }
    policy = {
        "instances_distribution": [shares],
        "launch_template": [{"override": [{"instance_type": "m7g.large"}]}],
    }
    provider = [{"managed_scaling": [{"target_capacity": 90}]}]
    on_machines = [{"capacity_provider": "slipway-test-machines"}]
    return PlannedEnvironment(
        [
            *(one for one in plain.resources if one.address != service),
            _one(service, capacity_provider_strategy=on_machines),
            _one(
                "module.machines[0].aws_autoscaling_group.this",
                min_size=least,
                mixed_instances_policy=[policy],
            ),
            _one("module.machines[0].aws_ecs_capacity_provider.this", auto_scaling_group_provider=provider),
        ],
        plain.variables,
    )


def with_functions(**variables: Any) -> PlannedEnvironment:
    """Return it with its service as functions: an API of 512 MiB and a worker of 1 GiB."""
    plain = environment(**variables)

    def function(role: str, mebibytes: int) -> PlannedResource:
        command = [{"command": [f"function-{role}"]}]
        address = f'module.function["notes"].aws_lambda_function.role["{role}"]'
        return _one(address, memory_size=mebibytes, image_config=command)

    kept = [one for one in plain.resources if not one.address.startswith(_IN_NOTES)]
    return PlannedEnvironment([*kept, function("api", 512), function("worker", 1024)], plain.variables)
