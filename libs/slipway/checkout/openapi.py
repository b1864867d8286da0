"""The services' OpenAPI documents: generated from their code, kept beside it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from slipway.manifest import load_all, subscribers_of
from slipway.provision.access_keys import AccessKey
from slipway.provision.accounts import ProvisionTarget
from slipway.provision.environment import environment
from slipway.provision.naming import Names
from slipway.settings.variables import REGION, Addresses, service_environment
from slipway.state.credentials import GeneratedSecrets
from slipway.terminal.problems import Problem

# Run in a process of its own: the service reads its environment, and its packages are not ours.
_PRINT = """
import importlib, sys, yaml
from chassis.http.openapi import document
app = importlib.import_module(sys.argv[1] + ".wsgi").app
yaml.safe_dump(document(app), sys.stdout, sort_keys=False, allow_unicode=True, width=110)
"""
_HEAD = "# Written by `./slipway openapi --write`.\n"


def path(root: Path, name: str) -> Path:
    """Return where the document of service `name` is kept."""
    return root / "services" / name / "openapi.yaml"


def text(root: Path, name: str) -> str:
    """Return the document that the code of service `name` makes. Raises Problem when it does not load."""
    return _HEAD + ask(root, name, _PRINT)


def ask(root: Path, name: str, program: str) -> str:
    """Return what `program` prints that can import service `name`; its argument is the name.

    It runs in a process of its own, with an environment that the service boots with and that leads nowhere.
    Raises Problem when it fails.
    """
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(
            [sys.executable, "-c", program, name],
            env=environment_of(root, name, Path(scratch)),
            cwd=scratch,
            check=False,
            capture_output=True,
            text=True,
        )
    if done.returncode != 0:
        raise Problem(
            f"{name} cannot be loaded:\n{done.stderr.strip()}", next_step="correct the service's code"
        )
    return done.stdout


def is_current(root: Path, name: str) -> bool:
    """Say whether the committed document equals what the code says."""
    kept = path(root, name)
    return kept.exists() and kept.read_text(encoding="utf-8") == text(root, name)


def write(root: Path, name: str) -> None:
    """Write the document of service `name` to its place."""
    path(root, name).write_text(text(root, name), encoding="utf-8")


def environment_of(root: Path, name: str, scratch: Path) -> dict[str, str]:
    """Return an environment that the service boots with and that leads nowhere."""
    nowhere = "http://127.0.0.1:9"
    manifests = load_all(root)
    manifest = manifests[name]
    target = ProvisionTarget(nowhere, "none", "none", REGION)
    addresses = Addresses(
        domain="localhost",
        port=8443,
        issuer=next((one.subdomain for one in manifests.values() if one.issuer), name),
        issuer_url=nowhere,
        emulator_url=nowhere,
        redis_url="redis://127.0.0.1:9/0",
        version="0.0.0",
        commit="unknown",
        service_urls=dict.fromkeys(manifests, nowhere),
        subscribers=subscribers_of(manifests),
    )
    return service_environment(
        manifest,
        addresses,
        GeneratedSecrets(scratch),
        database_url="postgresql://none:none@127.0.0.1:9/none",
        resources=environment(manifest, AccessKey("none", "none"), target, Names(REGION, target.account)),
        root=root,
    )
