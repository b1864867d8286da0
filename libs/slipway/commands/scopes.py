"""What `grant` and `revoke` have in common: which suite, and how the service's own command is run in it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from typing import TypeVar

import click

from slipway.commands import context
from slipway.deploy import variables
from slipway.deploy.aws import AwsAccount
from slipway.deploy.deployment import Deployment, DeployOrder
from slipway.deploy.terraform import Terraform
from slipway.local import service_command
from slipway.terminal import console
from slipway.terminal.problems import MISSING, USAGE, Problem

SERVICE = "users"
_ROLE = "grant"
_SCOPE = re.compile(r"[a-z][a-z0-9_]{0,30}:[a-z][a-z0-9_]{0,30}")

F = TypeVar("F", bound=Callable[..., object])


def _scopes(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    for text in given:
        if not _SCOPE.fullmatch(text):
            raise click.BadParameter(f"{text!r} is not a scope; one looks like releases:write")
    return given


def arguments(command: F) -> F:
    """Declare the arguments of both commands."""
    for declare in (
        click.option("--environment", metavar="NAME", help="In AWS: the environment of this name."),
        click.option("--containers", is_flag=True, help="In the suite that runs in containers."),
        click.argument("scopes", nargs=-1, required=True, callback=_scopes, metavar="SCOPE..."),
        click.argument("email"),
    ):
        command = declare(command)
    return command


def change(told: Sequence[str], *, containers: bool, environment: str | None) -> int:
    """Run the service's command in the suite that is meant; return its exit status. Raises Problem."""
    if containers and environment:
        raise Problem("--containers and --environment name two suites", next_step="give one", code=USAGE)
    if environment:
        _deployment(environment).command(SERVICE, (_ROLE, *told))
        return 0
    done = _in_containers(told) if containers else service_command.run(context.suite(), SERVICE, _ROLE, told)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["it says nothing"]
        raise Problem(lines[-1], next_step="correct that and run the command again")
    console.say(done.stdout.strip())
    return 0


def _in_containers(told: Sequence[str]) -> subprocess.CompletedProcess[str]:
    role = ("exec", "-T", SERVICE, "python", "-m", "chassis.server.container", _ROLE)
    return subprocess.run(
        [*_compose(), *role, *told], cwd=context.ROOT, check=False, capture_output=True, text=True
    )


def _compose() -> list[str]:
    """Return the program that speaks to the containers: Compose v2, else docker-compose."""
    plugin = ["docker", "compose"]
    if shutil.which("docker") and subprocess.run([*plugin, "version"], capture_output=True).returncode == 0:
        return plugin
    if standalone := shutil.which("docker-compose"):
        return [standalone]
    raise Problem(
        "there is neither `docker compose` nor docker-compose", next_step="install one", code=MISSING
    )


def _deployment(name: str) -> Deployment:
    configuration = context.ROOT / "infra" / "terraform"
    environment = variables.read(configuration / "environments", name)
    terraform = Terraform(
        configuration / "suite",
        environment.file,
        context.ROOT / ".slipway" / "deploy" / name,
        lock_timeout="60s",
    )
    order = DeployOrder(confirm=lambda _question: None)
    return Deployment(context.ROOT, environment, terraform, AwsAccount(environment.region), order)
