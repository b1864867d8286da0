"""What one manifest's fields mean to each other, and what the services' manifests mean to each other.

Each finding is a location (keys and indexes from the top of `service.yaml`) and a sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from slipway.manifest.model import MAIL_EVENTS, Manifest, Permission

Location = tuple[str | int, ...]
Finding = tuple[Location, str]

_OWN_SUBDOMAINS = {"app", "cdn", "origin", "s3"}


def own(manifest: Manifest) -> Iterator[Finding]:
    """Yield what is wrong within one manifest."""
    if manifest.subdomain in _OWN_SUBDOMAINS:
        yield ("subdomain",), f"{manifest.subdomain!r} is a name of the suite's own"
    if "api" not in manifest.roles or manifest.roles["api"].kind != "web":
        yield ("roles",), "a role `api` of kind `web` is required"
    for number, queue in enumerate(manifest.queues):
        if queue.consumer not in manifest.roles:
            yield ("queues", number, "consumer"), f"{queue.consumer!r} is not a role"
    for name, role in manifest.roles.items():
        if role.scaling and role.scaling.min > role.scaling.max:
            yield ("roles", name, "scaling"), "min is more than max"
    for claim, location in resources(manifest):
        if claim == f"topic/{MAIL_EVENTS}":
            yield location, f"{MAIL_EVENTS!r} is the suite's own: SES tells there what becomes of mail"
    yield from _said_by_queues(manifest)
    yield from _repeated(_variables(manifest), "the variable {!r} is given more than once")
    yield from _repeated(resources(manifest), "{!r} is declared more than once")
    yield from _repeated(_delivered(manifest), "{!r} is delivered more than once")


def between(manifests: Mapping[str, Manifest]) -> Iterator[tuple[str, Finding]]:
    """Yield what is wrong between services, each with the name of the service whose file is to be changed."""
    owners: dict[str, str] = {}
    for name, manifest in manifests.items():
        own_claims = [(f"subdomain {manifest.subdomain}", ("subdomain",)), *resources(manifest)]
        for claim, location in [*own_claims, *_delivered(manifest)]:
            owner = owners.setdefault(claim, name)
            if owner != name:
                yield name, (location, f"{claim!r} belongs to {owner}")
    issuers = [name for name, manifest in manifests.items() if manifest.issuer]
    for name in issuers[1:]:
        yield name, (("issuer",), f"{issuers[0]} is the issuer of the suite's tokens already")
    published = _published(manifests)
    for kinds in published.values():
        owners |= dict.fromkeys((f"subscribers/{kind}" for kind in kinds), "")
    for name, manifest in manifests.items():
        for finding in _unheard(manifest, published):
            yield name, finding
        for location, resource in _named(manifest):
            if resource not in owners:
                yield name, (location, f"no service has {resource!r}")


def resources(manifest: Manifest) -> list[tuple[str, Location]]:
    """Return what the service has, as `kind/name`, with where it says so."""
    stores = manifest.stores
    found: list[tuple[str, Location]] = [
        (f"table/{table.name}", ("stores", "tables", number, "name"))
        for number, table in enumerate(stores.tables)
    ]
    for number, bucket in enumerate(stores.buckets):
        found.append((f"bucket/{bucket.name}", ("stores", "buckets", number, "name")))
        if bucket.notify_topic:
            found.append((f"topic/{bucket.notify_topic}", ("stores", "buckets", number, "notify_topic")))
    for number, queue in enumerate(manifest.queues):
        found.append((f"queue/{queue.name}", ("queues", number, "name")))
        found.append((f"queue/{queue.name}-dlq", ("queues", number, "name")))
    if manifest.publishes:
        found.append((f"topic/{manifest.publishes.topic}", ("publishes", "topic")))
    if stores.postgres:
        found.append((f"database/{stores.postgres.database}", ("stores", "postgres", "database")))
    for number, role in enumerate(manifest.assumed_roles):
        found.append((f"role/{role.name}", ("assumed_roles", number, "name")))
    return [*found, (f"service/{manifest.name}", ("name",))]


def _delivered(manifest: Manifest) -> list[tuple[str, Location]]:
    """Return the paths at `cdn.` that the service's buckets are delivered at: each leads to one bucket."""
    return [
        (f"cdn./{one.prefix}", ("stores", "buckets", number, "delivers", which, "prefix"))
        for number, bucket in enumerate(manifest.stores.buckets)
        for which, one in enumerate(bucket.delivers)
    ]


def _variables(manifest: Manifest) -> list[tuple[str, Location]]:
    stores = manifest.stores
    found: list[tuple[str, Location]] = [
        (table.env, ("stores", "tables", number, "env")) for number, table in enumerate(stores.tables)
    ]
    found += [
        (bucket.env, ("stores", "buckets", number, "env")) for number, bucket in enumerate(stores.buckets)
    ]
    found += [(queue.env, ("queues", number, "env")) for number, queue in enumerate(manifest.queues)]
    found += [
        (role.env, ("assumed_roles", number, "env")) for number, role in enumerate(manifest.assumed_roles)
    ]
    found += [(secret.env, ("secrets", number, "env")) for number, secret in enumerate(manifest.secrets)]
    found += [(name, ("shares", name)) for name in manifest.shares]
    if stores.postgres:
        found.append((stores.postgres.env, ("stores", "postgres", "env")))
    if stores.redis:
        found.append((stores.redis.env, ("stores", "redis", "env")))
    if manifest.publishes:
        found.append((manifest.publishes.env, ("publishes", "env")))
    return found


def _said_by_queues(manifest: Manifest) -> Iterator[Finding]:
    implied = {(action, one) for grant in manifest.implied for action in grant.allow for one in grant.on}
    for number, permission in enumerate(manifest.permissions):
        for which, resource in enumerate(permission.on):
            for action in permission.allow:
                if (action, resource) in implied:
                    location: Location = ("permissions", number, "on", which)
                    yield location, f"{action} on {resource!r} follows from `queues`: do not write it again"


def _repeated(claims: list[tuple[str, Location]], sentence: str) -> Iterator[Finding]:
    seen: Counter[str] = Counter()
    for claim, location in claims:
        seen[claim] += 1
        if seen[claim] == 2:
            yield location, sentence.format(claim)


def _published(manifests: Mapping[str, Manifest]) -> dict[str, tuple[str, ...]]:
    topics: dict[str, tuple[str, ...]] = {}
    if any(manifest.sends_mail for manifest in manifests.values()):
        topics[MAIL_EVENTS] = ()
    for manifest in manifests.values():
        if manifest.publishes:
            topics[manifest.publishes.topic] = manifest.publishes.types
        topics |= {bucket.notify_topic: () for bucket in manifest.stores.buckets if bucket.notify_topic}
    return topics


def _unheard(manifest: Manifest, topics: Mapping[str, tuple[str, ...]]) -> Iterator[Finding]:
    for number, queue in enumerate(manifest.queues):
        for which, subscription in enumerate(queue.subscribes):
            location: Location = ("queues", number, "subscribes", which)
            if subscription.topic not in topics:
                yield (*location, "topic"), f"nobody publishes to topic {subscription.topic!r}"
                continue
            for kind in sorted(set(subscription.types) - set(topics[subscription.topic])):
                yield (*location, "types"), f"nobody publishes event type {kind!r}"


def _named(manifest: Manifest) -> Iterator[tuple[Location, str]]:
    """Yield the resources that permissions and shares name, without index and key patterns."""
    yield from _permitted(("permissions",), manifest.permissions)
    for number, role in enumerate(manifest.assumed_roles):
        yield from _permitted(("assumed_roles", number, "permissions"), role.permissions)
    for name, resource in manifest.shares.items():
        yield ("shares", name), resource


def _permitted(location: Location, permissions: tuple[Permission, ...]) -> Iterator[tuple[Location, str]]:
    for number, permission in enumerate(permissions):
        for which, resource in enumerate(permission.on):
            if resource.startswith("mail/"):  # the environment's, of which there is one
                continue
            yield (*location, number, "on", which), "/".join(resource.split("/")[:2])
