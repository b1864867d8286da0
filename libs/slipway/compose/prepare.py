"""The first container: makes what the others need before any of them can start. Safe to run again."""

from __future__ import annotations

import shutil
from pathlib import Path

from slipway.compose.settings import EDGE, POSTGRES_PASSWORD, ROOT, STATE, ComposeSettings
from slipway.credentials import Credentials
from slipway.gateway import Edge, ensure_authority, hosts, render
from slipway.layout import write_private
from slipway.manifest import load_all


def prepare(settings: ComposeSettings) -> None:
    """Make the certificate, nginx's configuration and the database's password."""
    manifests = load_all(ROOT)
    tls = ensure_authority(STATE / "ca", settings.domain, hosts(manifests, settings.domain))
    for source, name in ((tls.root, "root.pem"), (tls.certificate, "leaf.pem"), (tls.key, "leaf.key")):
        shutil.copy(source, EDGE / name)
    edge = Edge(
        manifests=manifests,
        upstreams={name: f"{name}:{manifest.port}" for name, manifest in manifests.items()},
        s3_upstream=settings.aws_endpoint.partition("://")[2],
        certificate=EDGE / "leaf.pem",
        key=EDGE / "leaf.key",
        folder=Path("/run/nginx"),
        domain=settings.domain,
        port=settings.port,
        listen="0.0.0.0",  # noqa: S104  # inside its container; only the loopback publishes it
        resolver="127.0.0.11",
    )
    for name, text in render(edge).items():
        write_private(EDGE / name, text)
    # Another user's container reads it, from a volume that only the two of them mount.
    POSTGRES_PASSWORD.write_text(Credentials(STATE / "secrets").password("postgres"), encoding="utf-8")
    POSTGRES_PASSWORD.chmod(0o644)
