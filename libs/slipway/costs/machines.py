"""Tasks on EC2 machines: how many fit, how many machines they need, and what that costs against Fargate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor

from slipway.costs.planned import PlannedEnvironment, PlannedResource
from slipway.costs.prices import price_table

_GIB_OF_THE_AGENT = 0.5  # and of the system; ECS does not offer it to tasks


@dataclass(frozen=True)
class FloorTasks:
    """The tasks of one role's floor, and of what size each is."""

    count: int
    vcpu: float
    gib: float
    on_machines: bool


def floor_tasks(environment: PlannedEnvironment) -> Iterator[FloorTasks]:
    """Yield the tasks that run without traffic."""
    sizes = {(one.module, one.key): one.values for one in environment.of("aws_ecs_task_definition")}
    services = {(one.module, one.key): one for one in environment.of("aws_ecs_service")}
    for target in environment.of("aws_appautoscaling_target"):
        place = target.module, target.key
        yield FloorTasks(
            count=target.values["min_capacity"],
            vcpu=int(sizes[place]["cpu"]) / 1024,
            gib=int(sizes[place]["memory"]) / 1024,
            on_machines=runs_on_machines(services[place]),
        )


def runs_on_machines(service: PlannedResource) -> bool:
    """Say whether a service on the cluster runs on machines of our own."""
    strategy = service.values["capacity_provider_strategy"]
    return not any(one["capacity_provider"].startswith("FARGATE") for one in strategy)


def task_hour(environment: PlannedEnvironment, vcpu: float, gib: float) -> float:
    """Return what a task of a size costs an hour on Fargate."""
    architecture = environment.variables["architecture"]
    prices = price_table()
    return vcpu * prices.size("vcpu_hour", architecture) + gib * prices.size("gib_hour", architecture)


def preferred_type(group: PlannedResource) -> str:
    """Return the instance type that an Auto Scaling group takes first."""
    [mixed] = group.values["mixed_instances_policy"]
    preferred: str = mixed["launch_template"][0]["override"][0]["instance_type"]
    return preferred


def density(instance_type: str, vcpu: float, gib: float) -> int:
    """Return how many tasks of a size fit on a machine, by processor, memory and network cards."""
    machine = price_table().machine(instance_type)
    fitting = min(machine["vcpu"] / vcpu, (machine["gib"] - _GIB_OF_THE_AGENT) / gib, machine["tasks"])
    return floor(fitting)


def machines_needed(
    instance_type: str, tasks: Sequence[FloorTasks], *, at_least: int, target_percent: float
) -> int:
    """Return how many machines ECS keeps for tasks so that they are filled as far as it may fill them."""
    filled = 0.0
    for one in tasks:
        fitting = density(instance_type, one.vcpu, one.gib)
        if fitting == 0:
            return 0
        filled += one.count / fitting
    return max(at_least, ceil(round(filled * 100 / target_percent, 9)))


def machine_month(instance_type: str) -> float:
    """Return what a machine on demand costs a month."""
    return price_table().machine(instance_type)["hour"] * price_table().hours


def density_table(environment: PlannedEnvironment, instance_type: str) -> str:
    """Return, for each size of the plan's tasks, its price on Fargate and on a machine, in Markdown."""
    rows = [
        f"| US dollars a month | Fargate | on a {instance_type} | each, full | full, on Spot | pays from |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    month, spot = machine_month(instance_type), price_table().each("spot_share")
    for vcpu, gib in sorted({(one.vcpu, one.gib) for one in floor_tasks(environment)}):
        on_fargate = task_hour(environment, vcpu, gib) * price_table().hours
        name, fitting = f"{vcpu:g} vCPU, {gib:g} GiB", density(instance_type, vcpu, gib)
        if not fitting:
            rows.append(f"| {name} | {on_fargate:.2f} | none fits | - | - | - |")
            continue
        pays = ceil(month / on_fargate)
        told = f"{pays} tasks" if pays <= fitting else "never on demand"
        each = month / fitting
        rows.append(f"| {name} | {on_fargate:.2f} | {fitting} | {each:.2f} | {each * spot:.2f} | {told} |")
    return "\n".join(rows)
