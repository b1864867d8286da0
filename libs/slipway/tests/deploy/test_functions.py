"""A release of a service that runs as functions: versions, the alias that moves, and the way back."""

from __future__ import annotations

import pytest
from libs.slipway.tests.deploy.lambdas import LambdaAccount
from libs.slipway.tests.deploy.samples import TODOS

from slipway.deploy import functions
from slipway.deploy.rollout import RolloutResult
from slipway.deploy.target import Function, Service, Slots
from slipway.terminal.problems import Problem
from slipway.testing.lambdas import Made

OLD, NEW = (f"registry.test/shop/todos@sha256:{number}" for number in (1, 2))
ERRORS = "shop-todos-api-function-errors"


def service(strategy: str = "canary") -> Service:
    api = Function(
        name="shop-todos-api",
        alias="live",
        kind="web",
        strategy=strategy,
        percent=10,
        step_minutes=5,
        bake_minutes=5,
        alarms=(ERRORS,),
    )
    worker = api.model_copy(
        update={"name": "shop-todos-worker", "kind": "worker", "strategy": "rolling", "alarms": ()}
    )
    return TODOS.model_copy(
        update={
            "services": {},
            "tags": Slots(next="1.2.0", current="1.2.0", image="sha256:2"),
            "functions": {"api": api, "worker": worker},
        }
    )


@pytest.fixture
def lambdas(monkeypatch: pytest.MonkeyPatch) -> LambdaAccount:
    """Both functions serve version 1 of the old image; whoever waits asks three times, without pauses."""
    monkeypatch.setattr(functions, "poll", lambda _seconds: iter((0.0, 1.0, 2.0)))
    made = {
        name: Made(OLD, versions=[(OLD, "")], serving="1") for name in ("shop-todos-api", "shop-todos-worker")
    }
    return LambdaAccount(made, tags={"1.1.0": "sha256:1", "1.2.0": "sha256:2"})


def roll_out(lambdas: LambdaAccount, strategy: str = "canary") -> list[RolloutResult]:
    return functions.roll_out(lambdas.aws(), {"todos": service(strategy)}, timeout=60)


def test_a_canary_gets_a_part_of_the_calls_first(lambdas: LambdaAccount) -> None:
    assert [(one.role, one.tag, one.reason) for one in roll_out(lambdas)] == [
        ("api", "1.2.0", ""),
        ("worker", "1.2.0", ""),
    ]
    assert lambdas.pointed == [
        ("shop-todos-api", "1", {"2": 0.1}),
        ("shop-todos-api", "2", {}),
        ("shop-todos-worker", "2", {}),
    ]
    assert lambdas.functions["shop-todos-api"].image == NEW


def test_a_linear_shift_goes_in_equal_steps(lambdas: LambdaAccount) -> None:
    roll_out(lambdas, "linear")
    shares = [weights["2"] for name, _, weights in lambdas.pointed if weights and name == "shop-todos-api"]
    assert shares == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]


def test_a_rolling_one_moves_at_once(lambdas: LambdaAccount) -> None:
    roll_out(lambdas, "rolling")
    assert [weights for _, _, weights in lambdas.pointed] == [{}, {}]


@pytest.mark.parametrize("share", [0.1, 1.0])
def test_an_alarm_takes_every_role_back_to_what_served(lambdas: LambdaAccount, share: float) -> None:
    lambdas.goes_off = {share: ERRORS}
    results = roll_out(lambdas)
    assert [(one.role, one.tag) for one in results] == [("api", "1.1.0"), ("worker", "1.1.0")]
    assert all(ERRORS in one.reason for one in results)
    assert {(made.serving, len(made.weights)) for made in lambdas.functions.values()} == {("1", 0)}


def test_an_alarm_that_was_on_before_says_nothing_of_the_new_version(lambdas: LambdaAccount) -> None:
    lambdas.alarms = {ERRORS}
    assert {one.reason for one in roll_out(lambdas)} == {""}


def test_a_version_that_does_not_start_is_never_given_a_call(lambdas: LambdaAccount) -> None:
    lambdas.broken = {NEW}
    results = roll_out(lambdas)
    assert all("does not start: Unhandled" in one.reason and one.tag == "1.1.0" for one in results)
    assert {version for _, version, _ in lambdas.pointed} == {"1"}


def test_a_first_release_has_nothing_to_go_back_to_and_goes_in_at_once(lambdas: LambdaAccount) -> None:
    for made in lambdas.functions.values():
        made.image, made.versions, made.serving = NEW, [], "$LATEST"
    assert {one.reason for one in roll_out(lambdas)} == {""}
    assert lambdas.pointed == [("shop-todos-api", "1", {}), ("shop-todos-worker", "1", {})]


def test_a_first_release_that_does_not_start_names_no_tag_that_would_run(lambdas: LambdaAccount) -> None:
    lambdas.broken = {NEW}
    for made in lambdas.functions.values():
        made.image, made.versions, made.serving = NEW, [], "$LATEST"
    assert {one.tag for one in roll_out(lambdas)} == {""}


def test_what_is_in_service_already_stays_where_it_is(lambdas: LambdaAccount) -> None:
    roll_out(lambdas)
    lambdas.pointed.clear()
    assert {one.reason for one in roll_out(lambdas)} == {""}
    assert {(version, len(weights)) for _, version, weights in lambdas.pointed} == {("2", 0)}
    assert [len(made.versions) for made in lambdas.functions.values()] == [2, 2]


def test_an_interrupted_canary_is_brought_to_its_end(lambdas: LambdaAccount) -> None:
    made = lambdas.functions["shop-todos-api"]
    made.image, made.versions, made.weights = NEW, [(OLD, ""), (NEW, "")], {"2": 0.1}
    assert {one.reason for one in roll_out(lambdas)} == {""}
    assert (made.serving, made.weights) == ("2", {})


def test_an_update_that_lambda_cannot_do_leaves_what_serves(lambdas: LambdaAccount) -> None:
    lambdas.failed_update = "the image is for another processor"
    with pytest.raises(Problem, match="another processor") as caught:
        roll_out(lambdas)
    assert "what was in service still is" in caught.value.next_step
    assert lambdas.pointed == []


def test_after_a_restart_the_same_image_is_brought_in_anew(lambdas: LambdaAccount) -> None:
    roll_out(lambdas)
    functions.restart(lambdas.aws(), {"todos": service()})
    roll_out(lambdas)
    assert [made.serving for made in lambdas.functions.values()] == ["3", "3"]


def test_a_service_of_tasks_is_not_asked_about(lambdas: LambdaAccount) -> None:
    assert functions.roll_out(lambdas.aws(), {"todos": TODOS}, timeout=60) == []
