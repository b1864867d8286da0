"""A deployment from beginning to end. Killed anywhere and run again, it goes on: every step may be repeated.

The order of a release: images, `next`, apply (the migration's task definition), one-off tasks, `current`,
apply (the services' task definitions), wait, smoke test. What is in service changes with the second apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from slipway.deploy import (
    backend,
    destruction,
    functions,
    images,
    lease,
    parameters,
    rollout,
    standing,
    target,
    tasks,
    website,
)
from slipway.deploy.aws import AwsAccount, check_place
from slipway.deploy.reporting import note, step
from slipway.deploy.smoke import Smoke
from slipway.deploy.target import NOTHING, Service, Target
from slipway.deploy.terraform import Plan, Terraform
from slipway.deploy.variables import Environment
from slipway.terminal import console
from slipway.terminal.problems import FAILED, OK, Problem

# What a release changes, and nothing else may be changed by it without --apply.
OF_A_RELEASE = {
    "aws_appautoscaling_policy",
    "aws_appautoscaling_scheduled_action",
    "aws_appautoscaling_target",
    "aws_ecs_service",
    "aws_ecs_task_definition",
}


# What the first release of functions makes, which need an image to be there at all.
OF_A_FIRST_RELEASE = {
    "aws_cloudwatch_event_target",
    "aws_lambda_alias",
    "aws_lambda_event_source_mapping",
    "aws_lambda_function",
    "aws_lambda_function_event_invoke_config",
    "aws_lambda_permission",
}


@dataclass(frozen=True)
class DeployOrder:
    """What is asked for. `confirm` asks the person who waits whether to apply a plan."""

    confirm: Callable[[str], None]
    services: tuple[str, ...] = ()
    build: bool = False
    images: Path | None = None
    sign: bool = False
    timeout: float = 3600
    smoke: Smoke | None = field(default_factory=Smoke)
    plan_file: Path | None = None
    allow_destroy: tuple[str, ...] = ()


@dataclass
class Deployment:
    """One environment of one checkout, and what is to be done with it."""

    root: Path
    environment: Environment
    terraform: Terraform
    aws: AwsAccount
    order: DeployOrder
    _held: lease.Lease | None = None

    def plan(self, tag: str | None, *, expect_none: bool) -> int:
        """Show what `--apply` would change, and what a release of `tag` would take; change nothing."""
        self._init(self._prepare(changing=False))
        if self.terraform.has_unsaved:
            console.say(
                "\nThe last apply could not write its state: the plan is wrong until the next has.", "red"
            )
        with step("Plan"):
            plan = self.terraform.plan(self.order.plan_file)
        if lost := destruction.losses(plan.destroyed):
            console.say(f"\nThis destroys what holds data: {', '.join(lost)}", "bold red")
        if tag:
            self._preview(tag)
        if not plan.is_empty and expect_none:
            console.say("\nThere are changes, and none were expected.", "bold red")
            return FAILED
        return OK

    def apply(self, *, restart: bool) -> None:
        """Bring the environment to what its configuration says, with the images that it has.

        With `restart`, every task is replaced too, after the databases' roles have got their passwords:
        so changed secrets reach everybody.
        """
        with ExitStack() as stack:
            self._begin(stack)
            found = self._apply(self._plan_all())
            running = {name: one for name, one in found.services.items() if one.tags.current != NOTHING}
            if restart:
                self._run(found, tasks.preparations(found, running))
                rollout.restart(self.aws, found, running)
                standing.restart(self.aws, found, running)
                functions.restart(self.aws, running)
            if running:
                self._wait_and_verify(found, running)
            self._bring_web_app(found)

    def release(self, tag: str, *, apply: bool) -> None:
        """Bring the images with this tag into service; with `apply`, all that the configuration says."""
        with ExitStack() as stack:
            self._begin(stack)
            found = self._target()
            if apply and (found is None or set(self.order.services) - found.services.keys()):
                found = self._apply(self._plan_all())
            found = self._require_target(found)
            chosen = found.chosen(self.order.services)
            tags = dict.fromkeys(chosen, tag)
            self._bring_images(found, chosen, tag)
            plan = self._plan_all if apply else lambda: self._plan_release(chosen)
            found = self._applied(("next",), chosen, tags, plan)
            self._run(found, tasks.of_release(found, chosen))
            self._serve(chosen, tags)
            if not self.order.services:
                self._bring_web_app(found)

    def rollback(self, tag: str | None) -> None:
        """Bring back `tag`, or what was in service before; the database stays as it is."""
        with ExitStack() as stack:
            self._begin(stack)
            found = self._require_target(self._target())
            chosen = found.chosen(self.order.services)
            tags = {name: tag or parameters.before(self.aws, name, one) for name, one in chosen.items()}
            with step("Images"):
                self._require_images(found, chosen, tags)
            self._serve(chosen, tags, slots=("next", "current"))

    def command(self, service: str, command: tuple[str, ...]) -> None:
        """Run a command of a service once, with the image that its one-off task has."""
        self._init(self._prepare(changing=True))
        found = self._require_target(self._target())
        task = tasks.of_command(service, found.chosen((service,))[service], command)
        with step(task.title.capitalize()):
            tasks.run_command(self.aws, found, task, timeout=self.order.timeout)

    def _bring_web_app(self, found: Target) -> None:
        """After the services, which it calls."""
        with step("Web app"):
            self._check_lease()
            website.bring(self.aws, found.site_bucket, self.root / "web" / "dist")

    def _bring_images(self, found: Target, chosen: Mapping[str, Service], tag: str) -> None:
        with step("Images"):
            if self.order.build:
                images.build(self.aws, found, chosen, tag, self.root)
            if self.order.images:
                images.push(self.aws, chosen, tag, self.order.images)
            if self.order.sign:
                images.sign(self.aws, chosen, tag)
            self._require_images(found, chosen, dict.fromkeys(chosen, tag))

    def _require_images(self, found: Target, chosen: Mapping[str, Service], tags: Mapping[str, str]) -> None:
        images.require(self.aws, chosen, tags, environment=self.environment.name)
        standing.await_images(self.aws, found, chosen, tags, timeout=self.order.timeout)

    def _run(self, found: Target, one_offs: list[tasks.OneOffTask]) -> None:
        for task in one_offs:
            with step(task.title.capitalize()):
                self._check_lease()
                tasks.run(self.aws, found, task, timeout=self.order.timeout)

    def _serve(
        self, chosen: Mapping[str, Service], tags: Mapping[str, str], slots: tuple[str, ...] = ("current",)
    ) -> None:
        """Put these tags into service, wait, and look; where the cluster went back, go back with it."""
        found = self._applied(slots, chosen, tags, lambda: self._plan_release(chosen))
        self._wait_and_verify(found, found.chosen(tuple(chosen)))

    def _wait_and_verify(self, found: Target, chosen: Mapping[str, Service]) -> None:
        with step("Deployment"):
            rollout.start_empty(self.aws, found, chosen)
            outcomes = rollout.wait(self.aws, found, chosen, timeout=self.order.timeout)
            outcomes += functions.roll_out(self.aws, chosen, timeout=self.order.timeout)
        if bad := [one for one in outcomes if one.reason]:
            self._record_rollback({one.service: one.tag for one in bad if one.tag}, chosen)
            raise Problem(
                "\n".join(f"{one.service}-{one.role} was not deployed: {one.reason}" for one in bad),
                next_step="look at the events above and at the tasks' logs, correct the cause, deploy again",
            )
        for region in found.standing:
            with step(f"Deployment in {region}"):
                standing.follow(self.aws, found, region, chosen, timeout=self.order.timeout)
        if self.order.smoke:
            with step("Smoke test"):
                self.order.smoke.test(
                    {name: (one.url, one.tags.current) for name, one in chosen.items() if one.url},
                    environment=self.environment.name,
                )
                standing.look(self.order.smoke, found, chosen, environment=self.environment.name)

    def _record_rollback(self, running: Mapping[str, str], chosen: Mapping[str, Service]) -> None:
        """Write down, for us and for Terraform, which release runs after the cluster has gone back to it."""
        back = {name: tag for name, tag in running.items() if tag != chosen[name].tags.current}
        if back:
            services = {name: chosen[name] for name in back}
            console.say(
                f"\nThe cluster went back: {', '.join(f'{n} {tag}' for n, tag in back.items())}", "yellow"
            )
            self._applied(("next", "current"), services, back, lambda: self._plan_release(services))

    def _applied(
        self,
        slots: tuple[str, ...],
        chosen: Mapping[str, Service],
        tags: Mapping[str, str],
        make: Callable[[], Plan],
    ) -> Target:
        """Write tags into slots and apply the plan that follows; without a plan, put back what was there."""
        wanted: dict[str, Mapping[str, str]] = dict.fromkeys(slots, tags)
        if "current" in slots:
            wanted["image"] = images.platform_digests(self.aws, chosen, tags)
        before = {slot: self._put(slot, chosen, values) for slot, values in wanted.items()}
        try:
            plan = make()
        except BaseException:
            for slot, held in before.items():
                self._put(slot, chosen, held)
            raise
        return self._apply(plan)

    def _put(self, slot: str, chosen: Mapping[str, Service], values: Mapping[str, str]) -> dict[str, str]:
        """Write a value into a slot of each service, and return what was there before."""
        self._check_lease()
        names = {name: getattr(one.release, slot) for name, one in chosen.items()}
        return {name: parameters.put(self.aws, parameter, values[name]) for name, parameter in names.items()}

    def _plan_all(self) -> Plan:
        with step("Plan"):
            file = self.order.plan_file
            plan = self.terraform.read(file) if file else self.terraform.plan()
        return self._confirmed(plan)

    def _plan_release(self, chosen: Mapping[str, Service]) -> Plan:
        """Plan, and refuse a plan that changes more than a release does."""
        with step("Plan the release"):
            plan = self.terraform.plan()
        kinds = ("service", "database_preparation", "function")
        modules = tuple(f'module.{kind}["{name}"].' for kind in kinds for name in chosen)
        others = [
            address
            for address, kind in plan.changes.items()
            if kind not in (OF_A_RELEASE | OF_A_FIRST_RELEASE if address in plan.made else OF_A_RELEASE)
            or not (address.startswith(modules) or standing.is_of(address, chosen))
        ]
        if others:
            more = f" and {len(others) - 3} more" if len(others) > 3 else ""
            raise Problem(
                f"the configuration itself has changes: {', '.join(others[:3])}{more}",
                next_step=f"look at them with ./slipway deploy {self.environment.name} --plan, then deploy "
                "with --apply; or deploy from the commit whose configuration is in place",
            )
        return self._confirmed(plan)

    def _confirmed(self, plan: Plan) -> Plan:
        destruction.check(plan.destroyed, self.order.allow_destroy, self.environment.name)
        if not plan.is_empty:
            self.order.confirm(f"Apply this plan to {self.environment.name}?")
        return plan

    def _apply(self, plan: Plan) -> Target:
        if not plan.is_empty:
            with step("Apply"):
                self._check_lease()
                self.terraform.apply(plan)
        return self._require_target(self._target())

    def _begin(self, stack: ExitStack) -> None:
        place = self._prepare(changing=True)
        self._held = stack.enter_context(
            lease.held(AwsAccount(place.region), place, self.aws.identity["Arn"])
        )
        self._init(place)
        if self.terraform.has_unsaved:
            with step("Write the state that the last apply could not"):
                self.terraform.write_unsaved()

    def _prepare(self, *, changing: bool) -> backend.Backend:
        with step("Account"):
            check_place(self.aws, self.environment, changing=changing)
            note(
                f"{self.aws.identity['Account']} in {self.environment.region}, as {self.aws.identity['Arn']}"
            )
            return backend.find(self.aws, self.environment)

    def _init(self, place: backend.Backend) -> None:
        with step("Terraform"):
            self.terraform.init(place.arguments)

    def _target(self) -> Target | None:
        return target.parse(self.terraform.output("deployment"))

    def _require_target(self, found: Target | None) -> Target:
        if found is None:
            raise Problem(
                f"there is nothing in {self.environment.name} yet",
                next_step=f"./slipway deploy {self.environment.name} --apply makes it; images come then",
            )
        return found

    def _check_lease(self) -> None:
        if self._held:
            self._held.check()

    def _preview(self, tag: str) -> None:
        """Say what a release would take, as far as that is known."""
        found = self._target()
        if found is None:
            note(f"the first apply makes the registries; {tag} is pushed and released after it")
            return
        chosen = found.chosen(self.order.services)
        with step("Images"):
            for name, digest in images.digests(self.aws, chosen, dict.fromkeys(chosen, tag)).items():
                note(f"{name:<10} {tag}  {digest or 'is not there yet'}")
        for task in tasks.of_release(found, chosen):
            note(f"would run: {task.title} ({task.family})")
        for name, one in chosen.items():
            parts = [*one.services.values(), *(function.name for function in one.functions.values())]
            note(f"would replace {name} {one.tags.current} by {tag}: {', '.join(parts)}")
