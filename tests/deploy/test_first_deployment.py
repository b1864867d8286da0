"""A new environment: made, then given its first release."""

from __future__ import annotations

from typing import Any

import pytest
from tests.deploy.world import World, flat

from slipway.terminal.problems import FAILED, OK

pytestmark = pytest.mark.xdist_group("deploy")


def test_a_release_before_the_first_apply_says_what_to_do(first_deployment: dict[str, Any]) -> None:
    done = first_deployment["release before"]
    assert done.returncode == FAILED
    assert "there is nothing in dev yet" in done.stderr
    assert "next: ./slipway deploy dev --apply" in done.stderr


def test_the_first_apply_makes_everything_and_asks_no_address(first_deployment: dict[str, Any]) -> None:
    done = first_deployment["apply"]
    assert done.returncode == OK, done.stderr
    assert "Apply complete!" in done.stdout
    assert "Smoke test" not in done.stdout


def test_missing_images_are_named_with_how_to_make_them(first_deployment: dict[str, Any]) -> None:
    done = first_deployment["missing image"]
    assert done.returncode == FAILED
    assert "there is no image 1.0.0 of todos, users" in done.stderr
    assert "./slipway deploy dev --image-tag 1.0.0 --build" in flat(done.stderr)


def test_the_first_release_starts_the_services_at_their_floor(
    first_deployment: dict[str, Any], world: World
) -> None:
    assert first_deployment["release"].returncode == OK, first_deployment["release"].stderr
    assert {service.desired for service in world.cluster.services.values()} == {2}
    assert world.served() == world.released() == {"users": "1.0.0", "todos": "1.0.0"}
