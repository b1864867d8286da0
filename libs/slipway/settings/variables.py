"""The environment variables a service's processes get; the manifest names those that are its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from slipway.manifest import Manifest
from slipway.settings import edge
from slipway.settings.isolation import NO_AWS_FILES
from slipway.state.credentials import GeneratedSecrets
from slipway.supervision.program import base_environment

REGION = "us-east-1"


@dataclass(frozen=True)
class Addresses:
    """What every service is told about the suite it is in.

    `issuer` is the subdomain of the service that issues tokens, `issuer_url` where the others reach it; in
    `service_urls` is where they reach each other, by name. No address has a trailing slash. `subscribers` are
    the services that hear an event, by its type.
    """

    domain: str
    port: int
    issuer: str
    issuer_url: str
    emulator_url: str
    redis_url: str
    version: str
    commit: str
    purges_url: str = ""
    service_urls: Mapping[str, str] = field(default_factory=dict)
    subscribers: Mapping[str, str] = field(default_factory=dict)
    browser_origins: tuple[str, ...] = ()


def service_environment(
    manifest: Manifest,
    addresses: Addresses,
    credentials: GeneratedSecrets,
    *,
    database_url: str | None,
    resources: Mapping[str, str],
    root: Path,
) -> dict[str, str]:
    """Return the whole environment of `manifest`'s processes on this machine."""
    return {
        **base_environment(),
        **NO_AWS_FILES,
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": f"{root / 'libs'}:{root / 'services' / manifest.name}",
        **service_settings(manifest, addresses, credentials, database_url=database_url, resources=resources),
    }


def service_settings(
    manifest: Manifest,
    addresses: Addresses,
    credentials: GeneratedSecrets,
    *,
    database_url: str | None,
    resources: Mapping[str, str],
) -> dict[str, str]:
    """Return what a service is told, wherever it runs.

    `resources` are the variables that provisioning made: names and addresses of tables,
    buckets, queues, topics, and the service's own AWS credentials.
    """
    environment = {
        "PUBLIC_DOMAIN": addresses.domain,
        "PUBLIC_PORT": str(addresses.port),
        "AUTH_ISSUER": origin(addresses.issuer, addresses),
        "AUTH_AUDIENCE": "slipway",
        "AUTH_JWKS_URL": f"{addresses.issuer_url}/.well-known/jwks.json",
        "LOG_LEVEL": "INFO",
        "TRUSTED_PROXIES": "1",
        "VERSION": addresses.version,
        "COMMIT": addresses.commit,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": addresses.emulator_url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "S3_PUBLIC_ENDPOINT_URL": origin("s3", addresses),
        **_others(manifest, addresses),
        **resources,
    }
    if addresses.browser_origins:
        environment["BROWSER_ORIGINS"] = " ".join(addresses.browser_origins)
    if manifest.stores.postgres and database_url:
        environment[manifest.stores.postgres.env] = database_url
    if manifest.stores.redis:
        environment[manifest.stores.redis.env] = addresses.redis_url
    if addresses.purges_url:
        environment |= edge.variables(manifest, credentials, addresses.purges_url)
    for secret in manifest.secrets:
        environment[secret.env] = credentials.key(f"{manifest.name}-{secret.env}", secret.bytes)
    return environment


def _others(manifest: Manifest, addresses: Addresses) -> dict[str, str]:
    """Return what the service is told of others: where they are, and who hears an event."""
    known = {"service": addresses.service_urls, "subscribers": addresses.subscribers}
    wanted = ((env, share.partition("/")) for env, share in manifest.shares.items())
    return {env: known[kind][name] for env, (kind, _, name) in wanted if kind in known}


def origin(subdomain: str, addresses: Addresses) -> str:
    """Return the `https://` origin of a subdomain, without a trailing slash."""
    port = "" if addresses.port == 443 else f":{addresses.port}"
    return f"https://{subdomain}.{addresses.domain}{port}"
