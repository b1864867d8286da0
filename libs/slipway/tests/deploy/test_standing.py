"""A release where services stand by: its images are waited for, and it is asked past what DNS says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from libs.slipway.tests.deploy.fakes import FakeAws, refused
from libs.slipway.tests.deploy.samples import TARGET, TODOS

from slipway.deploy import rollout, standing
from slipway.deploy.smoke import Smoke
from slipway.deploy.target import Standing, StandingService
from slipway.terminal.problems import Problem

_THERE = StandingService(
    repository="https://elsewhere.test/shop/todos",
    services={"api": "todos", "worker": "todos-worker"},
    floors={"api": 1},
)
_STANDING = Standing(cluster="shop-two", load_balancer="lb.elsewhere.test", services={"todos": _THERE})
_FOUND = TARGET.model_copy(update={"standing": {"eu-west-3": _STANDING}})
_CHOSEN = {"todos": TODOS}


class Regions(FakeAws):
    """The first region, and a further one whose registry and cluster are behind."""

    def __init__(self, behind: list[str | None]) -> None:
        super().__init__(answers={"describe_images": lambda _: _image("sha256:new")})
        self.behind = behind
        self.counts = {"todos": 1, "todos-worker": 0}
        self.there = FakeAws(
            region="eu-west-3",
            answers={
                "describe_images": self._copied,
                "describe_services": self._service,
                "update_service": self._update,
            },
        )

    def elsewhere(self, region: str) -> FakeAws:
        assert region == "eu-west-3"
        return self.there

    def _copied(self, _asked: Mapping[str, Any]) -> dict[str, Any]:
        digest = self.behind.pop(0) if len(self.behind) > 1 else self.behind[0]
        if digest is None:
            raise refused("ImageNotFoundException")
        return _image(digest)

    def _service(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        assert asked["cluster"] == "shop-two"
        return {"services": [{"desiredCount": self.counts[asked["services"][0]]}]}

    def _update(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        self.counts[asked["service"]] = asked["desiredCount"]
        return {}


def _image(digest: str) -> dict[str, Any]:
    return {"imageDetails": [{"imageDigest": digest}]}


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "poll", lambda _seconds: iter((0.0, 1.0, 2.0)))


def test_images_are_waited_for_until_the_same_ones_are_there() -> None:
    regions = Regions([None, "sha256:old", "sha256:new"])
    standing.await_images(regions, _FOUND, _CHOSEN, {"todos": "1.3.0"}, timeout=60)
    assert len(regions.there.asked_for("describe_images")) == 3


def test_images_that_are_not_copied_stop_the_release_with_what_to_do() -> None:
    with pytest.raises(Problem, match="the images of todos are not in eu-west-3") as stopped:
        standing.await_images(Regions([None]), _FOUND, _CHOSEN, {"todos": "1.3.0"}, timeout=60)
    assert "bootstrap" in str(stopped.value.next_step)


def test_a_release_starts_what_answers_there_and_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    regions = Regions(["sha256:new"])
    regions.counts["todos"] = 0
    monkeypatch.setattr(rollout, "wait", lambda *_given, **_named: [])
    standing.follow(regions, _FOUND, "eu-west-3", _CHOSEN, timeout=60)
    assert regions.counts == {"todos": 1, "todos-worker": 0}


def test_a_cluster_there_that_went_back_is_said_by_region(monkeypatch: pytest.MonkeyPatch) -> None:
    went_back = rollout.RolloutResult("todos", "api", "1.2.0", "circuit breaker")
    monkeypatch.setattr(rollout, "wait", lambda *_given, **_named: [went_back])
    with pytest.raises(Problem, match="todos-api was not deployed in eu-west-3: circuit breaker"):
        standing.follow(Regions(["sha256:new"]), _FOUND, "eu-west-3", _CHOSEN, timeout=60)


def test_what_stands_by_is_asked_at_its_own_load_balancer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []

    def note(smoke: Smoke, addresses: Mapping[str, tuple[str, str]], **named: str) -> None:
        asked.append((smoke.connect_to, dict(addresses), named["health"]))

    monkeypatch.setattr(Smoke, "test", note)
    standing.look(Smoke(), _FOUND, _CHOSEN, environment="prod")
    assert asked == [(("lb.elsewhere.test", 443), {"todos": ("https://todos.shop.test", "1.2.0")}, "/livez")]


def test_a_load_balancer_that_answers_cloudfront_alone_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Smoke, "test", lambda *_given, **_named: pytest.fail("it was asked"))
    closed = _STANDING.model_copy(update={"load_balancer": None})
    found = TARGET.model_copy(update={"standing": {"eu-west-3": closed}})
    standing.look(Smoke(), found, _CHOSEN, environment="prod")


@pytest.mark.parametrize(
    ("address", "is_ours"),
    [
        ('module.service_elsewhere["eu-west-3/todos"].aws_ecs_service.role["api"]', True),
        ('module.service_elsewhere["eu-west-3/users"].aws_ecs_service.role["api"]', False),
        ('module.service["todos"].aws_ecs_service.role["api"]', False),
    ],
)
def test_a_release_changes_there_what_is_of_its_services(address: str, is_ours: bool) -> None:
    assert standing.is_of(address, _CHOSEN) is is_ours
