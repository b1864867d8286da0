"""What the edge of a suite on this machine trusts, and what services are told of it."""

from __future__ import annotations

from pathlib import Path

from slipway.gateway.keys import KeyGroups, id_of, load_groups, public_of
from slipway.manifest import Manifest
from slipway.state.credentials import GeneratedSecrets

GROUP = "suite"
SIGNING_KEY = "edge-signing.pem"


def signing_key(credentials: GeneratedSecrets) -> tuple[str, str]:
    """Return the id and the private key that the suite's services sign deliveries with."""
    private = credentials.private_key(SIGNING_KEY)
    return id_of(public_of(private)), private


def trusted(credentials: GeneratedSecrets, folder: Path) -> KeyGroups:
    """Return the suite's own key, and those in `folder/GROUP/KEY-PAIR-ID.pem`."""
    name, private = signing_key(credentials)
    groups = load_groups(folder)
    return {**groups, GROUP: {**groups.get(GROUP, {}), name: public_of(private)}}


def purge_token(credentials: GeneratedSecrets) -> str:
    return credentials.password("edge-purges")


def variables(manifest: Manifest, credentials: GeneratedSecrets, purges: str) -> dict[str, str]:
    """Return what a service is told of the edge: where it says what has changed, and what it signs with.

    Nothing for one of which the edge keeps nothing.
    """
    delivered = [one for bucket in manifest.stores.buckets for one in bucket.delivers]
    found = {}
    if delivered or manifest.gateway.cache:
        found = {"EDGE_PURGE_URL": purges, "EDGE_PURGE_TOKEN": purge_token(credentials)}
    if any(one.access == "signed" for one in delivered):
        name, private = signing_key(credentials)
        found |= {"EDGE_KEY_PAIR_ID": name, "EDGE_PRIVATE_KEY": private}
    return found
