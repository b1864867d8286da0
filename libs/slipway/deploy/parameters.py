"""The release parameters: which image tags run, kept where both the pipeline and Terraform see them."""

from __future__ import annotations

from slipway.deploy.aws import AwsAccount
from slipway.deploy.target import NOTHING, Service
from slipway.terminal.problems import Problem


def put(aws: AwsAccount, name: str, tag: str) -> str:
    """Make a parameter hold `tag`, if it does not yet, and return what it held before."""
    held = str(aws.call("ssm", "get_parameter", Name=name)["Parameter"]["Value"])
    if held != tag:
        aws.call("ssm", "put_parameter", Name=name, Value=tag, Overwrite=True)
    return held


def before(aws: AwsAccount, name: str, service: Service) -> str:
    """Return the release that was in service before the present one. Raises Problem where there was none."""
    parameter = service.release.current
    history = sorted(
        aws.pages("ssm", "get_parameter_history", "Parameters", Name=parameter),
        key=lambda one: one["Version"],
    )
    earlier = releases([entry["Value"] for entry in history])[:-1]
    if not earlier:
        raise Problem(
            f"{name} has no release to go back to", next_step="name one with --image-tag, or leave it out"
        )
    return earlier[-1]


def releases(values: list[str]) -> list[str]:
    """Return the releases that led to the present one, which is the last.

    Going back to an earlier one forgets those that came after it, so that going back twice goes back twice.
    """
    stack: list[str] = []
    for tag in values:
        if tag in stack:
            del stack[stack.index(tag) + 1 :]
        elif tag != NOTHING:
            stack.append(tag)
    return stack
