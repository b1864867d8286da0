"""The whole suite, deployed by the command to an account that is not there."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from tests.deploy.world import ACCOUNT, World, make
from tests.terraform.terraform import CONFIGURATION, Terraform, copy_manifests

from slipway.terminal.problems import OK
from slipway.testing.backing import Backing

pytestmark = [pytest.mark.xdist_group("deploy"), pytest.mark.long, pytest.mark.timeout(1200)]


@pytest.fixture
def world(applying: Terraform, backing: Backing, tmp_path: Path) -> World:
    """A checkout with everything, an account with nothing."""
    project = f"w{secrets.token_hex(3)}"
    world = make(tmp_path, applying, backing, project, CONFIGURATION)
    dev = (CONFIGURATION / "environments" / "dev.tfvars").read_text()
    world.variables.write_text(f'{dev}\naccount_id = "{ACCOUNT}"\nproject = "{project}"\n')
    copy_manifests(tmp_path)
    return world


def test_everything_is_made_then_released_and_then_there_is_nothing_to_do(world: World) -> None:
    made = world.deploy("--apply")
    assert made.returncode == OK, made.stderr[-4000:]
    names = [path.parent.name for path in world.root.glob("services/*/service.yaml")]
    world.push("1.0.0", *names)
    released = world.deploy("--image-tag", "1.0.0")
    assert released.returncode == OK, released.stderr[-4000:]
    assert {name: world.cluster.serving(f"{name}-api") for name in names} == dict.fromkeys(names, "1.0.0")
    assert all(service.desired > 0 for service in world.cluster.services.values())
    again = world.run("dev", "--plan", "--expect-none")
    assert again.returncode == OK, again.stdout[-4000:]
