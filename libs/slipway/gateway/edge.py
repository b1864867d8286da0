"""What the gateway has to know to be configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from slipway.gateway import delivery
from slipway.gateway.keys import KeyGroups
from slipway.gateway.origins import EdgeOrigins, Origin
from slipway.manifest import Manifest

_GIB = 1024**3
# Besides the services: the app and the apex (its address without a name), S3, and the delivery of files.
_OTHERS = ("app", "s3", "cdn")


@dataclass(frozen=True)
class Edge:
    """A gateway. `upstreams` maps services to `host:port`; `folder` is nginx's own, `configuration` the one
    that its configuration lies in, where that is another; copies are below `kept`.

    `s3_prefix` is what the buckets' names begin with (as given to `provision`);
    `log` is where the access log goes, a line of JSON each. `resolver` is the name server
    that is asked again and again where upstreams are names whose addresses change.

    `credentials` is the file with the edge's own access key for the buckets, `key_groups` are the public keys
    that sign deliveries; services say at `purges` (`host:port`), with `purge_token`, what has changed.
    """

    manifests: Mapping[str, Manifest]
    upstreams: Mapping[str, str]
    s3_upstream: str
    certificate: Path
    key: Path
    folder: Path
    domain: str = "localhost"
    port: int = 8443
    s3_prefix: str = ""
    s3_max_body: int = _GIB
    log: str = "/dev/stdout"
    listen: str = "127.0.0.1"
    resolver: str = ""
    configuration: Path | None = None
    kept: Path = Path("kept")
    credentials: Path = Path("origin.json")
    region: str = "us-east-1"
    key_groups: KeyGroups = field(default_factory=dict)
    origins_file: EdgeOrigins = field(default_factory=EdgeOrigins)
    purges: str = ""
    purge_token: str = ""
    browser_origins: tuple[str, ...] = ()

    @property
    def delivered(self) -> list[delivery.DeliveryLocation]:
        """What is at `cdn.`."""
        return delivery.of_buckets(self.manifests, self.s3_prefix, tuple(self.key_groups))

    def delivered_of(self, origin: Origin) -> list[delivery.DeliveryLocation]:
        """What is shown of another server."""
        return list(delivery.of_origin(origin))

    @property
    def public(self) -> dict[str, Manifest]:
        """The services that are reachable from outside."""
        return {name: one for name, one in self.manifests.items() if one.visibility == "public"}

    @property
    def origins(self) -> dict[str, bool]:
        """Which web origins may call the services, and whether with cookies: the app and `browser_origins`.

        The services' own are those of their documentation, where people sign in and try calls.
        """
        suffix = "" if self.port == 443 else f":{self.port}"
        return {
            f"https://app.{self.domain}{suffix}": True,
            f"https://{self.domain}{suffix}": False,
            **{f"https://{one.subdomain}.{self.domain}{suffix}": False for one in self.public.values()},
            **dict.fromkeys(self.browser_origins, True),
        }

    @property
    def is_local(self) -> bool:
        return self.domain == "localhost" or self.domain.endswith((".localhost", ".test"))


def hosts(
    manifests: Mapping[str, Manifest], domain: str, origins: EdgeOrigins | None = None
) -> tuple[str, ...]:
    """Return every host name of a suite; the certificate has to name each (browsers refuse `*.localhost`)."""
    subdomains = [one.subdomain for one in manifests.values() if one.visibility == "public"]
    subdomains += [origin.subdomain for origin in origins.origins] if origins else []
    return (domain, *(f"{name}.{domain}" for name in sorted({*subdomains, *_OTHERS})))


def addresses(manifests: Mapping[str, Manifest], domain: str, port: int) -> dict[str, str]:
    """Return the public address of each service that has one."""
    suffix = "" if port == 443 else f":{port}"
    return {
        name: f"https://{one.subdomain}.{domain}{suffix}"
        for name, one in manifests.items()
        if one.visibility == "public"
    }
