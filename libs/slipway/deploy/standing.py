"""A release where the services stand by: it follows the first region's, and nobody is sent there.

What is asked of them is whether they are alive and have the release: a database that follows has no writer
there, so a service that needs one is not ready before a failover, and is not meant to be.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from slipway.deploy import images, rollout
from slipway.deploy.aws import AwsAccount
from slipway.deploy.reporting import note
from slipway.deploy.smoke import Smoke
from slipway.deploy.target import Service, Target
from slipway.deploy.waiting import poll
from slipway.terminal.problems import Problem

_HTTPS = 443
_ADDRESS = re.compile(r'module\.service_elsewhere\["[a-z0-9-]+/(?P<service>\w+)"\]\.')


def is_of(address: str, chosen: Collection[str]) -> bool:
    """Say whether something in a plan is of these services, where they stand by."""
    found = _ADDRESS.match(address)
    return found is not None and found["service"] in chosen


def await_images(
    aws: AwsAccount,
    found: Target,
    chosen: Mapping[str, Service],
    tags: Mapping[str, str],
    *,
    timeout: float,
) -> None:
    """Wait until the registry has copied these images to each such region. Raises Problem when time is up."""
    wanted = images.digests(aws, chosen, tags)
    for region in found.standing:
        there = aws.elsewhere(region)
        missing = found.there(region, chosen)[1]
        for _ in poll(timeout):
            copied = images.digests(there, missing, tags)
            missing = {name: one for name, one in missing.items() if copied[name] != wanted[name]}
            if not missing:
                note(f"the images are in {region} too")
                break
        if missing:
            raise Problem(
                f"the images of {', '.join(missing)} are not in {region} after {timeout / 60:.0f} minutes",
                next_step="the registry copies what is pushed while `copies` of bootstrap says so: look "
                "there, and push them again or under another tag",
            )


def restart(aws: AwsAccount, found: Target, chosen: Mapping[str, Service]) -> None:
    """Replace every task there by one that runs the same."""
    for region in found.standing:
        rollout.restart(aws.elsewhere(region), *found.there(region, chosen))


def follow(
    aws: AwsAccount, found: Target, region: str, chosen: Mapping[str, Service], *, timeout: float
) -> None:
    """Wait until the release runs there too. Raises Problem where the cluster there went back."""
    account, (place, services) = aws.elsewhere(region), found.there(region, chosen)
    rollout.start_empty(account, place, services)
    bad = [one for one in rollout.wait(account, place, services, timeout=timeout) if one.reason]
    if bad:
        raise Problem(
            "\n".join(f"{one.service}-{one.role} was not deployed in {region}: {one.reason}" for one in bad),
            next_step="the release is in service, and does not stand by: look at the events above, then "
            "deploy again",
        )


def look(smoke: Smoke, found: Target, chosen: Mapping[str, Service], *, environment: str) -> None:
    """Ask each service there, past what DNS says, whether it is alive and has the release. Raises Problem."""
    for region, place in found.standing.items():
        addresses = {name: (one.url, one.tags.current) for name, one in chosen.items() if one.url}
        if place.load_balancer is None:
            note(f"{region} is not asked: its load balancer answers CloudFront alone")
        else:
            there = replace(smoke, connect_to=(place.load_balancer, _HTTPS))
            there.test(addresses, environment=environment, health="/livez")
