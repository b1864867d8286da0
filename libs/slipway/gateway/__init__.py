"""The edge of a local suite: nginx, configured from the manifests, with a certificate of our own."""

from slipway.gateway.authority import Tls, ensure_authority
from slipway.gateway.edge import Edge, addresses, hosts
from slipway.gateway.origins import EdgeOrigins
from slipway.gateway.origins import load as load_origins
from slipway.gateway.rendering import fingerprint, render, write

__all__ = [
    "Edge",
    "EdgeOrigins",
    "Tls",
    "addresses",
    "ensure_authority",
    "fingerprint",
    "hosts",
    "load_origins",
    "render",
    "write",
]
