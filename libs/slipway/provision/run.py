"""The order in which resources are made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from slipway.manifest import MAIL_EVENTS, Manifest
from slipway.provision.access_keys import AccessKeys
from slipway.provision.accounts import Clients, ProvisionTarget
from slipway.provision.buckets import ensure_buckets
from slipway.provision.environment import environment
from slipway.provision.identities import ensure_edge, ensure_identities
from slipway.provision.mail import ensure_mail
from slipway.provision.messaging import ensure_queues, ensure_subscriptions, ensure_topics
from slipway.provision.naming import Names
from slipway.provision.plan import ResourcePlan
from slipway.provision.tables import KeyChangedError, ensure_tables


class ProvisionError(Exception):
    """A resource could not be made; the message says which call failed and why."""


def provision(
    manifests: Mapping[str, Manifest],
    target: ProvisionTarget,
    *,
    keys: Path,
    domain: str = "localhost",
    port: int = 8443,
    prefix: str = "",
    browser_origins: tuple[str, ...] = (),
) -> dict[str, dict[str, str]]:
    """Make what the manifests name, change what differs, leave alone what is right.

    `keys` is the folder that the services' access keys are kept in, and the edge's; `domain` and
    `port` say from where browsers may upload, with `browser_origins`, and `domain` who sends mail;
    `prefix` goes before every name, so that isolated copies can live in one emulator. Returns each service's
    environment (see :func:`slipway.provision.environment.environment`). Nothing
    that holds data is ever removed. Raises ProvisionError.
    """
    names = Names(target.region, target.account, prefix)
    plan = ResourcePlan.of(manifests.values())
    clients = Clients(target)
    origin = f"https://*.{domain}" if port == 443 else f"https://*.{domain}:{port}"
    try:
        ensure_topics(clients.sns, plan, names)
        ensure_queues(clients.sqs, plan, names)
        ensure_buckets(clients.s3, plan, names, (origin, *browser_origins))
        ensure_subscriptions(clients.sns, plan, names)
        ensure_tables(clients.dynamodb, plan, names)
        found = ensure_identities(clients.iam, manifests.values(), names, AccessKeys(keys))
        ensure_edge(clients.iam, plan.buckets, names, AccessKeys(keys))
        mail = any(one.sends_mail for one in manifests.values()) and ensure_mail(
            clients.ses, names, domain, announced=MAIL_EVENTS in plan.topics
        )
    except (BotoCoreError, ClientError, KeyChangedError) as error:
        raise ProvisionError(str(error)) from error
    return {
        name: environment(manifest, found[name], target, names, mail=mail)
        for name, manifest in manifests.items()
    }
