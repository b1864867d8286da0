"""Redis's users: one for each service that keeps something in it, in containers as beside them.

A service reaches the keys that begin with its name, and no command that is about the server itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from slipway.manifest import Manifest
from slipway.state.credentials import GeneratedSecrets

_USER = (
    "user {name} on >{password} resetchannels resetkeys ~{name}:*"
    " -@all +@read +@write +@connection +@scripting -@admin -@dangerous -function -fcall -fcall_ro"
)


def passwords(manifests: Mapping[str, Manifest], credentials: GeneratedSecrets) -> dict[str, str]:
    """Return the password of each user; a user is called like its service."""
    return {
        name: credentials.password(f"cache-{name}")
        for name, manifest in manifests.items()
        if manifest.stores.redis
    }


def directives(users: Mapping[str, str]) -> str:
    """Return lines for Redis's configuration that make the `users`, which are names to passwords."""
    return "\n".join(_USER.format(name=name, password=password) for name, password in users.items())
