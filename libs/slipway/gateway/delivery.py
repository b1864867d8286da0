"""What the edge keeps copies of: prefixes of buckets at `cdn.`, and other HTTP servers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from slipway.gateway.origins import Origin
from slipway.manifest import Manifest

_YEAR = 31_536_000


@dataclass(frozen=True)
class DeliveryLocation:
    """What is below `path` on a host, kept for `seconds` (None: as long as the origin says).

    `upstream` is where it is fetched; from a bucket it is fetched signed. `key_groups` are those
    whose signatures open it; none at all when it is public.
    """

    path: str
    upstream: str
    seconds: int | None
    key_groups: tuple[str, ...] = ()
    bucket: str = ""

    @property
    def cache_control(self) -> str:
        """What browsers are told where the file does not say it. A year means that it never changes."""
        if self.seconds is None:
            return ""
        scope = "private" if self.key_groups else "public"
        return f"{scope}, max-age={self.seconds}" + (
            ", immutable" if self.seconds >= _YEAR and not self.key_groups else ""
        )


def of_buckets(
    manifests: Mapping[str, Manifest], prefix: str, groups: tuple[str, ...]
) -> list[DeliveryLocation]:
    """Return what the manifests deliver; a signed prefix is opened by any key."""
    return [
        DeliveryLocation(
            path=f"/{one.prefix}",
            upstream="s3",
            seconds=one.seconds,
            key_groups=(groups or ("none",)) if one.access == "signed" else (),
            bucket=prefix + bucket.name,
        )
        for manifest in manifests.values()
        for bucket in manifest.stores.buckets
        for one in bucket.delivers
    ]


def of_origin(origin: Origin) -> Iterator[DeliveryLocation]:
    """Yield what is kept of another server."""
    for route in origin.routes:
        yield DeliveryLocation(route.path, origin.upstream, route.seconds, route.key_groups)
