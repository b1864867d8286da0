"""`deploy`: an environment in AWS, planned, applied, released, and brought back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from slipway.commands import context
from slipway.deploy import variables
from slipway.deploy.aws import AwsAccount
from slipway.deploy.deployment import Deployment, DeployOrder
from slipway.deploy.failover import Failover
from slipway.deploy.images import check_tag
from slipway.deploy.smoke import Smoke
from slipway.deploy.terraform import Terraform
from slipway.manifest import load_all
from slipway.terminal import console
from slipway.terminal.problems import INTERRUPTED, OK, USAGE, Problem


@dataclass(frozen=True)
class _Options:
    """The options below, as they were given."""

    plan: bool
    apply: bool
    image_tag: str | None
    rollback: bool
    restart: bool
    failover: str | None
    planned: bool
    services: tuple[str, ...]
    build: bool
    images: Path | None
    sign: bool
    yes: bool
    expect_none: bool
    plan_file: Path | None
    allow_destroy: tuple[str, ...]
    timeout: int
    lock_timeout: int
    smoke_test: bool
    smoke_timeout: int
    connect_to: tuple[str, int] | None
    ca: Path | None


def _address(_context: click.Context, _option: click.Parameter, text: str | None) -> tuple[str, int] | None:
    """Read HOST or HOST:PORT."""
    if text is None:
        return None
    host, _, port = text.rpartition(":") if ":" in text else (text, "", "443")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise click.BadParameter("write HOST or HOST:PORT")
    return host, int(port)


@click.command()
@click.argument("environment")
@click.option("--plan", is_flag=True, help="Show what would change; change nothing.")
@click.option("--apply", is_flag=True, help="Bring everything to what the configuration says.")
@click.option("--image-tag", metavar="TAG", help="Bring the images with this tag into service.")
@click.option("--rollback", is_flag=True, help="Bring back the release before, or the one of --image-tag.")
@click.option(
    "--failover",
    metavar="REGION",
    help="Let this further region lead from now on: its databases, workers and names.",
)
@click.option(
    "--planned", is_flag=True, help="With --failover: both regions are well; wait, and lose no write."
)
@click.option(
    "--service", "services", multiple=True, metavar="NAME", help="Only this service; may be repeated."
)
@click.option(
    "--restart", is_flag=True, help="With --apply: replace every task, so that it reads its secrets anew."
)
@click.option("--build", is_flag=True, help="Build and push the images that are missing, from this checkout.")
@click.option(
    "--images",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="FOLDER",
    help="Push the images that are missing from OCI archives, SERVICE.tar (skopeo).",
)
@click.option("--sign", is_flag=True, help="Sign the images that are not yet, by your identity (cosign).")
@click.option("--yes", is_flag=True, help="Apply plans without asking.")
@click.option("--expect-none", is_flag=True, help="With --plan: exit code 1 when anything would change.")
@click.option(
    "--plan-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where --plan keeps its plan; --apply applies exactly that one. It may contain secrets.",
)
@click.option(
    "--allow-destroy",
    multiple=True,
    metavar="ADDRESS",
    help="Let a plan delete or replace this, which holds data; may be repeated.",
)
@click.option(
    "--timeout",
    default=60,
    show_default=True,
    type=click.IntRange(1, 600),
    metavar="MINUTES",
    help="How long to wait for a task or a deployment.",
)
@click.option(
    "--lock-timeout",
    default=60,
    show_default=True,
    type=click.IntRange(0, 3600),
    metavar="SECONDS",
    help="How long to wait while another deployment holds the lock of Terraform's state.",
)
@click.option("--smoke-test/--no-smoke-test", default=True, help="Ask the public addresses at the end.")
@click.option(
    "--smoke-timeout",
    default=120,
    show_default=True,
    type=click.IntRange(1, 3600),
    metavar="SECONDS",
    help="How long the public addresses may take to answer right.",
)
@click.option(
    "--connect-to",
    callback=_address,
    metavar="HOST[:PORT]",
    help="Where the smoke test finds the services while their names are not delegated yet.",
)
@click.option(
    "--ca", type=click.Path(path_type=Path, exists=True), help="The authority that signs their certificates."
)
def command(environment: str, **given: Any) -> int:
    """Deploy to AWS: ENVIRONMENT is dev, staging, prod, or another file in infra/terraform/environments.

    \b
      deploy dev --plan                     look
      deploy dev --apply                    infrastructure, with the images that run
      deploy dev --image-tag 1.4.0          a release: migrations first, then the services
      deploy dev --apply --image-tag 1.4.0  both
      deploy dev --rollback                 the release before
      deploy prod --failover eu-central-1   its region is lost: another one leads

    Every terraform, aws and docker command is printed as it is run. Needs terraform and credentials as the
    aws program finds them (AWS_PROFILE, a workflow's role). Killed or interrupted, run it again: it goes on.

    Exit code 0 when everything is in service and answers, 1 when not, 2 for wrong usage, 69 without
    credentials or terraform, 75 while another deployment runs, 130 when interrupted.
    """
    options = _Options(**given)
    _check_usage(options)
    try:
        return _carry_out(environment, options)
    except (KeyboardInterrupt, click.Abort) as interruption:
        raise Problem(
            "interrupted",
            next_step="run the same command again: it goes on where it stopped",
            code=INTERRUPTED,
        ) from interruption


def _carry_out(environment: str, options: _Options) -> int:
    if options.failover:
        _failover(environment, options.failover, options).run()
        return OK
    deployment = _deployment(environment, options)
    if options.plan:
        return deployment.plan(options.image_tag, expect_none=options.expect_none)
    if options.rollback:
        deployment.rollback(options.image_tag)
    elif options.image_tag:
        deployment.release(options.image_tag, apply=options.apply)
    else:
        deployment.apply(restart=options.restart)
    console.say(f"\n{environment} is deployed.", "bold green")
    return OK


def _check_usage(options: _Options) -> None:
    """Raise UsageError for options that make no sense together."""
    tag, brings = options.image_tag, options.build or options.sign or options.images is not None
    wrong = {
        "say what to do: --plan, --apply, --image-tag TAG, --rollback or --failover REGION": not (
            options.plan or options.apply or tag or options.rollback or options.failover
        ),
        "--failover promotes copies and nothing else: leave out the rest": options.failover
        and (options.plan or options.apply or tag or options.rollback),
        "--planned belongs to --failover": options.planned and not options.failover,
        "--plan changes nothing: leave out --apply, --rollback and what makes images": options.plan
        and (options.apply or options.rollback or brings),
        "--rollback brings back images only: leave out --apply and what makes images": options.rollback
        and (options.apply or brings),
        "--build, --images and --sign need --image-tag TAG": brings and not tag,
        "--service is for a release: it needs --image-tag TAG or --rollback": options.services
        and not (tag or options.rollback),
        "--allow-destroy is for --apply": options.allow_destroy and not options.apply,
        "--restart is for --apply without --image-tag": options.restart and (not options.apply or tag),
        "--expect-none belongs to --plan": options.expect_none and not options.plan,
        "--plan-file is for --plan, or for --apply without --image-tag": options.plan_file
        and not (options.plan or (options.apply and not tag)),
    }
    for sentence, applies in wrong.items():
        if applies:
            raise click.UsageError(sentence)
    if tag:
        check_tag(tag)


def _failover(name: str, region: str, options: _Options) -> Failover:
    environment = variables.read(context.ROOT / "infra" / "terraform" / "environments", name)
    if region == environment.region:
        raise click.UsageError(f"{name} is in {region} already: --failover takes another region")
    return Failover(
        environment,
        load_all(context.ROOT),
        AwsAccount(region),
        _confirmation(yes=options.yes, declined="nothing was promoted"),
        timeout=options.timeout * 60,
        planned=options.planned,
    )


def _deployment(name: str, options: _Options) -> Deployment:
    configuration = context.ROOT / "infra" / "terraform"
    environment = variables.read(configuration / "environments", name)
    folder = context.ROOT / ".slipway" / "deploy" / name
    terraform = Terraform(
        configuration / "suite", environment.file, folder, lock_timeout=f"{options.lock_timeout}s"
    )
    smoke = Smoke(options.connect_to, options.ca, options.smoke_timeout) if options.smoke_test else None
    order = DeployOrder(
        confirm=_confirmation(yes=options.yes),
        services=options.services,
        build=options.build,
        images=options.images,
        sign=options.sign,
        timeout=options.timeout * 60,
        smoke=smoke,
        plan_file=options.plan_file,
        allow_destroy=options.allow_destroy,
    )
    return Deployment(context.ROOT, environment, terraform, AwsAccount(environment.region), order)


def _confirmation(
    *, yes: bool, declined: str = "the plan was declined and not applied"
) -> Callable[[str], None]:
    def confirm(question: str) -> None:
        if yes:
            return
        if not sys.stdin.isatty():
            raise Problem(
                "cannot ask for confirmation: standard input is not a terminal",
                next_step="look at it, then add --yes",
                code=USAGE,
            )
        if not click.confirm(question):
            raise Problem(
                declined,
                next_step="what was in service still is; run the command again for another plan",
            )

    return confirm
