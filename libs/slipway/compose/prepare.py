"""The first container: makes what the others need before any of them can start. Safe to run again."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from slipway.compose.settings import (
    EDGE,
    EDGE_CREDENTIALS,
    POSTGRES_PASSWORD,
    PURGES_PORT,
    REDIS_USERS,
    ROOT,
    STATE,
    ComposeSettings,
)
from slipway.gateway import Edge, EdgeOrigins, ensure_authority, hosts, load_origins, render
from slipway.manifest import Manifest, load_all
from slipway.settings import cache_users, edge
from slipway.state.credentials import GeneratedSecrets
from slipway.state.layout import write_private

# Without a password one may ask whether it is alive, as its health check does.
_REDIS_ANYBODY = "user default on nopass resetchannels resetkeys -@all +ping"


def prepare(settings: ComposeSettings) -> None:
    """Make the certificate, nginx's configuration, the database's password and the cache's users."""
    manifests = load_all(ROOT)
    origins = load_origins(ROOT)
    tls = ensure_authority(STATE / "ca", settings.domain, hosts(manifests, settings.domain, origins))
    for source, name in ((tls.root, "root.pem"), (tls.certificate, "leaf.pem"), (tls.key, "leaf.key")):
        shutil.copy(source, EDGE / name)
    credentials = GeneratedSecrets(STATE / "secrets")
    known = replace(
        edge_of(manifests, settings, origins),
        key_groups=edge.trusted(credentials, STATE / "edge-keys"),
        purge_token=edge.purge_token(credentials),
    )
    for name, text in render(known).items():
        write_private(EDGE / name, text)
    _hand_over(POSTGRES_PASSWORD, credentials.password("postgres"))
    users = cache_users.directives(cache_users.passwords(manifests, credentials))
    _hand_over(REDIS_USERS, f"{_REDIS_ANYBODY}\n{users}\n")


def _hand_over(path: Path, text: str) -> None:
    """Write what another user's container reads, from a volume that only the two of them mount."""
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)


def edge_of(manifests: Mapping[str, Manifest], settings: ComposeSettings, origins: EdgeOrigins) -> Edge:
    """Return what the gateway's container has to know, but for secrets."""
    return Edge(
        manifests=manifests,
        upstreams={name: f"{name}:{manifest.port}" for name, manifest in manifests.items()},
        s3_upstream=settings.aws_endpoint.partition("://")[2],
        certificate=EDGE / "leaf.pem",
        key=EDGE / "leaf.key",
        folder=Path("/run/nginx"),
        configuration=EDGE,
        domain=settings.domain,
        port=settings.port,
        listen="0.0.0.0",  # noqa: S104  # inside its container; only the loopback publishes it
        resolver="127.0.0.11",
        kept=Path("/var/cache/nginx"),
        credentials=EDGE_CREDENTIALS,
        origins_file=origins,
        key_groups={edge.GROUP: {}},
        purges=f"0.0.0.0:{PURGES_PORT}",
        browser_origins=settings.browser_origins,
    )
