"""Runs the `terraform` binary on copies of the configuration, with whatever providers can be had here.

To plan, real providers where they can be downloaded. Else, and whenever something is applied, a program
that runs its arguments with stand-ins for them: the one that TERRAFORM_PROVIDERS names, or one that lies
beside the checkout.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.terraform import stand_ins

from slipway.costs import offline

ROOT = stand_ins.ROOT
CONFIGURATION = ROOT / "infra" / "terraform"
ACCOUNT = "123456789012"


@dataclass(frozen=True)
class Terraform:
    """The binary, what has to stand before it, and where downloaded providers are kept (None: stand-ins)."""

    command: tuple[str, ...]
    plugins: Path | None = None
    served: str = ""
    """What terraform is told of a stand-in that serves already; empty starts one for each command."""

    @property
    def settings(self) -> dict[str, str]:
        """Return what the environment tells terraform of its providers."""
        if self.plugins:
            # Each folder would download them again to have its own lock file, which nobody keeps.
            own = {"TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "1"}
            return {"TF_PLUGIN_CACHE_DIR": str(self.plugins), **own}
        return {"TF_REATTACH_PROVIDERS": self.served} if self.served else {}

    def run(
        self, folder: Path, *arguments: str, timeout: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Return what `terraform ARGUMENTS` in `folder` did; its exit code is the caller's to judge.

        What hangs ends with the test, whose time is the only limit unless `timeout` (seconds) is another.
        """
        environment = {key: value for key, value in os.environ.items() if not key.startswith("TF_")}
        environment |= {"TF_IN_AUTOMATION": "1", "TF_CLI_ARGS": "-no-color", "CHECKPOINT_DISABLE": "1"}
        environment |= self.settings
        return subprocess.run(
            [*self.command, f"-chdir={folder}", *arguments],
            check=False,
            capture_output=True,
            text=True,
            timeout=timeout,
            env=environment,
        )

    def must(self, folder: Path, *arguments: str, timeout: float | None = None) -> str:
        """Return the output of `terraform ARGUMENTS`; raises AssertionError with it when it fails."""
        done = self.run(folder, *arguments, timeout=timeout)
        assert done.returncode == 0, (
            f"terraform {' '.join(arguments)}:\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
        )
        return done.stdout

    def show(self, folder: Path, plan: Path) -> dict[str, Any]:
        """Return a saved plan as data."""
        shown: dict[str, Any] = json.loads(self.must(folder, "show", "-json", str(plan)))
        return shown


def find(scratch: Path, *, to_apply: bool = False) -> tuple[Terraform | None, str]:
    """Return a working terraform, or None and the reason why there is none. `scratch` is an empty folder.

    What is to apply has stand-ins for its providers: real ones would call AWS.
    """
    binary = shutil.which("terraform")
    if binary is None:
        return None, "terraform is not installed"
    probe = scratch / "probe"
    probe.mkdir()
    shutil.copy(CONFIGURATION / "suite" / "versions.tf", probe)
    candidates = []
    if not to_apply:
        plugins = ROOT / ".slipway" / "terraform-plugins"
        plugins.mkdir(parents=True, exist_ok=True)
        candidates.append(Terraform((binary,), plugins))
    wrapper = Path(os.environ.get("TERRAFORM_PROVIDERS", str(stand_ins.BESIDE)))
    if wrapper.is_file():
        candidates.append(Terraform((*stand_ins.prepared(wrapper), binary)))
    for candidate in candidates:
        if candidate.run(probe, "init", "-backend=false", timeout=600).returncode == 0:
            return candidate, ""
    if to_apply:
        return None, "an apply with real providers needs an account, and there are no stand-ins for them"
    return None, "terraform's providers cannot be downloaded and there are no stand-ins for them"


@contextmanager
def serving(terraform: Terraform, scratch: Path) -> Iterator[Terraform]:
    """Give a terraform whose stand-in for the AWS provider is started once: half the time of a short command.

    It knows one configuration of the provider, the last one: use it where nothing depends on that.
    """
    if terraform.plugins:
        yield terraform
        return
    told = scratch / "served.json"
    process = subprocess.Popen([stand_ins.aws_program(), "--reattach", told], stdout=subprocess.PIPE)
    try:
        assert process.stdout
        process.stdout.readline()  # written when it serves
        yield replace(terraform, served=told.read_text())
    finally:
        process.terminate()
        process.wait()


def said(done: subprocess.CompletedProcess[str]) -> str:
    """Return a command's complaints as running text, without the frame terraform draws around them."""
    return " ".join(done.stderr.replace("│", " ").split())


def workspace(folder: Path) -> Path:
    """Copy configuration and manifests to `folder` so that plans need no account; return the copy's suite."""
    return offline.offline_configuration(ROOT, folder) / "suite"


def copy_manifests(folder: Path) -> Path:
    """Copy the manifests, each in its service's folder, to `services` in `folder`; return that."""
    return offline.copy_manifests(ROOT, folder)


def plan_arguments(environment: str, *, services: Path = ROOT / "services") -> list[str]:
    """Return the arguments that choose an environment, for plan and apply in a suite's copy.

    Every service begins with a release, so that what exists only after the first one is there too.
    """
    file = Path(f"../environments/{environment}.tfvars")
    if environment == "options":
        file = Path(__file__).with_name("options.tfvars")
    released = {path.parent.name: "1.0.0-0123abc" for path in services.glob("*/service.yaml")}
    return [
        f"-var-file={file}",
        f"-var=services_path={services}",
        f"-var=account_id={ACCOUNT}",
        f"-var=first_release={json.dumps(released)}",
        "-input=false",
        "-lock=false",
    ]
