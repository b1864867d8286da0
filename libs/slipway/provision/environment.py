"""What a service is told about its resources: the variables its manifest names."""

from __future__ import annotations

from collections.abc import Iterator

from slipway.manifest import Manifest, Queue
from slipway.provision.access_keys import AccessKey
from slipway.provision.accounts import ProvisionTarget
from slipway.provision.naming import Names


def environment(
    manifest: Manifest, key: AccessKey, target: ProvisionTarget, names: Names, *, mail: bool = True
) -> dict[str, str]:
    """Return the AWS side of a service's environment.

    Tables and buckets by name, queues by URL (`X_QUEUE_URL` comes with
    `X_DLQ_URL`, its dead-letter queue, and `X_VISIBILITY_TIMEOUT` in seconds),
    topics and roles by ARN, and the service's own credentials. Who may send mail is told with what,
    where the account has `mail`.
    """
    found = {
        "AWS_ACCESS_KEY_ID": key.access_key_id,
        "AWS_SECRET_ACCESS_KEY": key.secret_access_key,
        "AWS_REGION": target.region,
        "AWS_DEFAULT_REGION": target.region,
        "AWS_ENDPOINT_URL": target.endpoint_url,
    }
    found.update((table.env, names.name(table.name)) for table in manifest.stores.tables)
    found.update((bucket.env, names.name(bucket.name)) for bucket in manifest.stores.buckets)
    for queue in manifest.queues:
        found.update(_queue(queue, target, names))
    if manifest.publishes:
        found[manifest.publishes.env] = names.arn(f"topic/{manifest.publishes.topic}")
    found.update((role.env, names.arn(f"role/{role.name}")) for role in manifest.assumed_roles)
    if manifest.sends_mail and mail:
        found["MAIL_CONFIGURATION_SET"] = names.configuration_set
    found.update(
        (env, _reference(share, target, names))
        for env, share in manifest.shares.items()
        if not share.startswith(("service/", "subscribers/"))  # whoever starts the services knows these
    )
    return found


def _queue(queue: Queue, target: ProvisionTarget, names: Names) -> Iterator[tuple[str, str]]:
    prefix = queue.env.removesuffix("_QUEUE_URL")
    yield queue.env, _url(queue.name, target, names)
    yield f"{prefix}_DLQ_URL", _url(f"{queue.name}-dlq", target, names)
    yield f"{prefix}_VISIBILITY_TIMEOUT", str(queue.visibility_timeout)


def _reference(share: str, target: ProvisionTarget, names: Names) -> str:
    kind, _, name = share.partition("/")
    if kind in ("table", "bucket"):
        return names.name(name)
    return _url(name, target, names) if kind == "queue" else names.arn(share)


def _url(queue: str, target: ProvisionTarget, names: Names) -> str:
    return f"{target.endpoint_url}/{target.account}/{names.name(queue)}"
