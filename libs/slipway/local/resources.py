"""Making the AWS resources of a suite, as a step on the way up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from slipway.manifest import Manifest
from slipway.parts.emulator import Emulator
from slipway.provision.accounts import ProvisionTarget
from slipway.provision.run import ProvisionError, provision
from slipway.settings.variables import REGION
from slipway.terminal.problems import Problem


def make(
    manifests: Mapping[str, Manifest],
    emulator: Emulator,
    keys: Path,
    *,
    domain: str,
    port: int,
    prefix: str = "",
    browser_origins: tuple[str, ...] = (),
) -> dict[str, dict[str, str]]:
    """Make what the manifests name in a running emulator; return each service's variables. Raises Problem."""
    try:
        return provision(
            manifests,
            target(emulator),
            keys=keys,
            domain=domain,
            port=port,
            prefix=prefix,
            browser_origins=browser_origins,
        )
    except ProvisionError as error:
        raise Problem(
            f"the emulated AWS refused a resource: {error}", next_step="run `./slipway logs emulator`"
        ) from error


def target(emulator: Emulator) -> ProvisionTarget:
    """Return the emulated account, with the credentials of its root user."""
    key_id, secret = emulator.root_key
    return ProvisionTarget(emulator.url, key_id, secret, REGION)
