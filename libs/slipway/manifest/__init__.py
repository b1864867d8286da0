"""Service manifests: the one place where a service says what it is.

Every reader of `services/<name>/service.yaml` (runner, gateway, provisioning,
tests) goes through :func:`load_all`; nothing else parses the files.
"""

from slipway.manifest.loader import ManifestError, issuer_of, load, load_all, subscribers_of
from slipway.manifest.model import (
    MAIL_EVENTS,
    AssumedRole,
    Bucket,
    EdgeRules,
    Index,
    Manifest,
    Permission,
    Queue,
    Role,
    Stores,
    Subscription,
    Table,
)

__all__ = [
    "MAIL_EVENTS",
    "AssumedRole",
    "Bucket",
    "EdgeRules",
    "Index",
    "Manifest",
    "ManifestError",
    "Permission",
    "Queue",
    "Role",
    "Stores",
    "Subscription",
    "Table",
    "issuer_of",
    "load",
    "load_all",
    "subscribers_of",
]
