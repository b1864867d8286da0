from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slipway.manifest import load_all
from slipway.scaffold import Choices, Naming, subscriptions
from slipway.scaffold.choices import require_possible
from slipway.terminal.problems import USAGE, Problem

ROOT = Path(__file__).resolve().parents[4]
_DELETED = "users.account.deleted.v1"
_EXPORT = "users.export.requested.v1"
_CREATED = "users.account.created.v1"


def choices(**more: Any) -> Choices:
    return Choices(Naming.of("orders", None), "The orders of each account.", **more)


@pytest.mark.parametrize(
    ("told", "next_step"),
    [
        ({"store": "none", "cache": True}, "--cache"),
        ({"store": "none", "publishes": True}, "--publishes"),
        ({"store": "none", "worker": True}, "--subscribes"),
        ({"store": "none", "worker": False, "subscribes": {"users-events": (_DELETED,)}}, "--no-worker"),
        ({"worker": False}, "--no-worker"),
        ({"store": "none", "subscribes": {"users-events": (_EXPORT,)}}, "--subscribes"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_leave_out(told: dict[str, Any], next_step: str) -> None:
    with pytest.raises(Problem) as refused:
        require_possible(choices(**told))
    assert next_step in refused.value.next_step
    assert refused.value.code == USAGE


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"worker": True},
        {"store": "postgres"},
        {"store": "none"},
        {"store": "none", "worker": False},
        {"cache": True},
    ],
)
def test_what_can_be_is_not_refused(told: dict[str, Any]) -> None:
    require_possible(choices(**told))


def test_every_service_with_a_store_hears_of_the_end_and_the_export_of_accounts() -> None:
    [queue] = choices().for_template()["queues"]
    assert (queue["types"], queue["heard"], queue["erases"]) == ((_DELETED, _EXPORT), (), True)


def test_an_event_of_the_same_topic_comes_through_the_same_queue() -> None:
    [queue] = choices(subscribes={"users-events": (_CREATED, _DELETED)}).for_template()["queues"]
    assert (queue["types"], queue["heard"]) == ((_DELETED, _EXPORT, _CREATED), (_CREATED,))


def test_a_service_without_a_store_has_a_worker_only_for_events() -> None:
    assert not choices(store="none").has_worker
    assert choices(store="none", subscribes={"users-events": (_DELETED,)}).heard == {
        "users-events": (_DELETED,)
    }


@pytest.mark.parametrize("told", ["users-events", "users-events:nothing.at.all.v1", "nobody:x", ""])
def test_an_event_that_nobody_publishes_is_refused_with_those_that_are(told: str) -> None:
    with pytest.raises(Problem) as refused:
        subscriptions([told], load_all(ROOT))
    assert f"users-events:{_DELETED}" in refused.value.next_step


def test_events_are_told_by_their_topics() -> None:
    told = [f"users-events:{kind}" for kind in (_CREATED, _DELETED, _CREATED)]
    assert subscriptions(told, load_all(ROOT)) == {"users-events": (_CREATED, _DELETED)}
