"""An environment in which release 1.0.0 is in service; every test finds it so."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from tests.deploy.world import World, make
from tests.terraform.terraform import Terraform, find, serving

from slipway.testing.backing import Backing


@pytest.fixture(scope="session")
def terraform_of_deployments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terraform]:
    """Terraform with providers that call nothing; without them, whoever asks is skipped and told why."""
    scratch = tmp_path_factory.mktemp("terraform")
    found, reason = find(scratch, to_apply=True)
    if found is None:
        pytest.skip(reason)
    with serving(found, scratch) as served:
        yield served


@pytest.fixture(scope="session")
def empty_world(
    terraform_of_deployments: Terraform, backing: Backing, tmp_path_factory: pytest.TempPathFactory
) -> World:
    """A checkout and an account in which nothing has been deployed yet."""

    project = f"t{secrets.token_hex(3)}"
    folder = tmp_path_factory.mktemp("deploy")
    return make(folder, terraform_of_deployments, backing, project)


@pytest.fixture(scope="session")
def first_deployment(empty_world: World) -> dict[str, Any]:
    """What happened when the environment was made and 1.0.0 was released, each for the first time."""
    done = {"release before": empty_world.deploy("--image-tag", "1.0.0")}
    done["apply"] = empty_world.deploy("--apply")
    empty_world.remember("applied")
    done["missing image"] = empty_world.deploy("--image-tag", "1.0.0")
    empty_world.push("1.0.0")
    done["release"] = empty_world.deploy("--image-tag", "1.0.0")
    empty_world.remember()
    return done


@pytest.fixture
def world(empty_world: World, first_deployment: dict[str, Any]) -> World:
    """The environment with 1.0.0 in service, and the images of 1.1.0 in the registry."""
    empty_world.restore()
    empty_world.push("1.1.0")
    empty_world.cluster.calls.clear()
    return empty_world
