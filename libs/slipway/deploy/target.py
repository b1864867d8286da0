"""What a deployment works with: Terraform's output `deployment`, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from slipway.terminal.problems import Problem

NOTHING = "none"  # what a release parameter holds before the first release


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Slots(_Part):
    """The slots of a release: `next` is for migrations, `current` is in service, `image` is its digest."""

    next: str
    current: str
    image: str


class Function(_Part):
    """One role of a service as a function, the alias that serves, and how a version takes over."""

    name: str
    alias: str
    kind: str
    strategy: str
    percent: int
    step_minutes: float
    bake_minutes: float
    alarms: tuple[str, ...]


class Service(_Part):
    """One of our services: where its images are, its parameters, its ECS services or functions by role."""

    repository: str
    architecture: str
    release: Slots
    tags: Slots
    services: Mapping[str, str]
    functions: Mapping[str, Function]
    floors: Mapping[str, int]
    one_off_tasks: Mapping[str, str]
    log_groups: Mapping[str, str]
    security_group: str
    url: str | None

    @property
    def registry(self) -> str:
        """The registry's host."""
        return self.repository.removeprefix("https://").partition("/")[0]

    @property
    def repository_name(self) -> str:
        """The repository's name within the registry."""
        return self.repository.removeprefix("https://").partition("/")[2]


class Preparation(_Part):
    """The task that makes a service's database."""

    task: str
    security_group: str
    log_group: str


class StandingService(_Part):
    """What is another for a service where it stands by."""

    repository: str
    services: Mapping[str, str]
    floors: Mapping[str, int]


class Standing(_Part):
    """A region where the services stand by; its load balancer is None where only CloudFront asks it."""

    cluster: str
    load_balancer: str | None
    services: Mapping[str, StandingService]


class Target(_Part):
    """An environment that has been applied at least once."""

    region: str
    cluster: str
    subnets: tuple[str, ...]
    architecture: str
    site_bucket: str
    services: Mapping[str, Service]
    preparations: Mapping[str, Preparation]
    standing: Mapping[str, Standing] = {}

    def chosen(self, names: tuple[str, ...]) -> dict[str, Service]:
        """Return the services of these names, all where none is named. Raises Problem."""
        if unknown := set(names) - self.services.keys():
            raise Problem(
                f"there is no service {', '.join(sorted(unknown))} in this environment",
                next_step=f"choose among {', '.join(sorted(self.services))}; a new one needs --apply first",
            )
        return {name: service for name, service in self.services.items() if not names or name in names}

    def there(self, region: str, chosen: Mapping[str, Service]) -> tuple[Target, dict[str, Service]]:
        """Return this environment and its services as they are in a region where they stand by."""
        place = self.standing[region]
        services = {
            name: chosen[name].model_copy(
                update={
                    "repository": one.repository,
                    "services": one.services,
                    "floors": one.floors,
                    "functions": {},
                }
            )
            for name, one in place.services.items()
            if name in chosen
        }
        return self.model_copy(update={"region": region, "cluster": place.cluster}), services


def parse(output: Any) -> Target | None:
    """Return what the output says; None where nothing has been applied yet. Raises Problem."""
    if not output or not output.get("services"):
        return None
    try:
        return Target.model_validate(output)
    except ValidationError as error:
        raise Problem(
            f"Terraform's output `deployment` is not what this command expects:\n{error}",
            next_step="deploy with --apply first, from the same checkout",
        ) from error
