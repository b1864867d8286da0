"""Changing the key that a suite on this machine signs deliveries with: no link ends before its time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from slipway.gateway.keys import id_of, load_groups, public_of
from slipway.settings.edge import GROUP, SIGNING_KEY, signing_key
from slipway.state.credentials import GeneratedSecrets
from slipway.state.layout import write_private
from slipway.terminal.problems import USAGE, Problem

_NEXT = "edge-signing-next.pem"


@dataclass(frozen=True)
class TrustedKey:
    """A key that the edge trusts, and whether services sign with it."""

    id: str
    group: str
    signs: bool


class EdgeKeys:
    """The key in `secrets` that services sign with, and the public keys in `folder/GROUP/ID.pem`.

    A change takes two steps, with an `up` after each: a key is trusted before anything is signed with it.
    """

    def __init__(self, secrets: Path, folder: Path) -> None:
        self._secrets = secrets
        self._folder = folder
        self._generated = GeneratedSecrets(secrets)

    @property
    def signing(self) -> str:
        """Return the id of the key that services sign with."""
        return signing_key(self._generated)[0]

    def trusted(self) -> list[TrustedKey]:
        """Return all keys that the edge trusts, by group and id."""
        files = {(group, name) for group, keys in load_groups(self._folder).items() for name in keys}
        return [
            TrustedKey(name, group, (group, name) == (GROUP, self.signing))
            for group, name in sorted(files | {(GROUP, self.signing)})
        ]

    def trust_next(self) -> str:
        """Let the edge trust a new key, and return its id. Until `sign_with_next` it is always the same."""
        return self._trust(public_of(self._generated.private_key(_NEXT)))

    def sign_with_next(self) -> str:
        """Let services sign with the key of `trust_next`. Return the id of the one before, trusted still."""
        before = self._trust(public_of(signing_key(self._generated)[1]))
        (self._secrets / _NEXT).replace(self._secrets / SIGNING_KEY)
        return before

    def retire(self, name: str) -> None:
        """Trust a key no longer: what it has signed opens nothing any more. Raises Problem."""
        if name == self.signing:
            raise Problem(
                f"{name} is the key that services sign with",
                next_step="run `./slipway edge-key rotate` first",
                code=USAGE,
            )
        path = self._folder / GROUP / f"{name}.pem"
        if name not in load_groups(self._folder).get(GROUP, {}):
            raise Problem(
                f"the edge trusts no key {name}", next_step="run `./slipway edge-key list`", code=USAGE
            )
        path.unlink()

    def _trust(self, public: str) -> str:
        name = id_of(public)
        path = self._folder / GROUP / f"{name}.pem"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, public)
        return name
