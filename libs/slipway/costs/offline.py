"""Plans an environment as if nothing of it were there: without an account, its state or its credentials."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from slipway.deploy.terraform import Terraform
from slipway.deploy.variables import Environment

_NOBODY = "123456789012"

# What makes a plan need no account: no call to AWS is made, and the state stays in the folder.
OFFLINE = """
terraform {
  backend "local" {}
}
provider "aws" {
  allowed_account_ids         = null
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
"""
# What only AWS could tell.
OFFLINE_SUITE = """
module "firewall" {
  cloudfront_prefix_list_id = "pl-4fa04526"
}
"""
_OVERRIDE = "offline_override.tf"


def offline_configuration(root: Path, folder: Path) -> Path:
    """Copy configuration and manifests of a checkout to `folder`; return the copy's `infra/terraform`."""
    ignore = shutil.ignore_patterns(".terraform*", "*.tfstate*", "*_override.tf")
    copy = shutil.copytree(root / "infra" / "terraform", folder / "infra" / "terraform", ignore=ignore)
    copy_manifests(root, folder)
    (copy / "suite" / _OVERRIDE).write_text(OFFLINE + OFFLINE_SUITE)
    (copy / "bootstrap" / _OVERRIDE).write_text(OFFLINE)
    return copy


def copy_manifests(root: Path, folder: Path) -> Path:
    """Copy the manifests, each in its service's folder, to `services` in `folder`; return that."""
    services = folder / "services"
    for path in (root / "services").glob("*/service.yaml"):
        (services / path.parent.name).mkdir(parents=True)
        shutil.copy(path, services / path.parent.name)
    return services


def offline_plan(root: Path, environment: Environment, folder: Path) -> Mapping[str, Any]:
    """Return, as `terraform show -json` does, the plan of a whole environment in service.

    `folder` is emptied first and holds the copy that is planned in. Raises Problem when terraform fails.
    """
    shutil.rmtree(folder / "checkout", ignore_errors=True)
    suite = offline_configuration(root, folder / "checkout") / "suite"
    names = [path.parent.name for path in (root / "services").glob("*/service.yaml")]
    given = {
        "account_id": environment.account or _NOBODY,
        # Every service begins with a release, so that what exists only after the first one is there too.
        "first_release": dict.fromkeys(names, "priced"),
    }
    (suite / "priced.auto.tfvars.json").write_text(json.dumps(given))
    terraform = Terraform(suite, environment.file, folder, quiet=True)
    terraform.init(())
    return terraform.data_of(terraform.plan().file)
