"""A service made by one command works at once, and is taken away without a trace."""

from __future__ import annotations

import re

import pytest
import yaml
from tests.scaffold.checkout import Checkout

pytestmark = [pytest.mark.xdist_group("scaffold"), pytest.mark.timeout(1800)]  # they share an environment

_GENERATED = {"docker-compose.yml", "compose/dev.yml"}


def made(checkout: Checkout, name: str, *options: str) -> None:
    checkout.slipway("new", name, "--description", f"The {name} of each account.", *options)


def answers_over_https(checkout: Checkout, name: str, parts: set[str]) -> None:
    """Start the suite; the service's parts are listed, and its own system tests pass."""
    with checkout.up() as status:
        assert parts <= {part["name"] for part in status["parts"]}
        target = {"SLIPWAY_PORT": str(status["port"]), "SLIPWAY_CA": str(checkout.authority)}
        told = checkout.run(
            ".venv/bin/python", "-m", "pytest", "-q", f"services/{name}/tests/https", **target
        )
        assert re.search(r"[1-9]\d* passed", told)
        assert "skipped" not in told


def test_a_new_service_is_whole_and_its_removal_leaves_nothing(checkout: Checkout) -> None:
    made(checkout, "orders", "--publishes")
    outside = {name for name in checkout.changes() if not name.startswith("services/orders/")}
    assert outside == _GENERATED
    checkout.slipway("check")
    checkout.slipway("test", "--fast", "services/orders")
    answers_over_https(checkout, "orders", {"orders", "orders-worker"})
    checkout.slipway("remove", "orders", "--yes")
    assert checkout.changes() == []


_CHOICES = {
    "a cache and everybody's reading": ("--cache", "--public", "--publishes"),
    "a noun of two words": ("--noun", "line_item/line_items"),
    "events of others": ("--subscribes", "users-events:users.account.created.v1"),
    "a database": ("--store", "postgres", "--publishes"),
    "a database behind a cache": ("--store", "postgres", "--cache", "--public"),
    "no store": ("--store", "none"),
    "no store, events of others": (
        *("--store", "none", "--public"),
        *("--worker", "--subscribes", "users-events:users.account.deleted.v1"),
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("options", _CHOICES.values(), ids=_CHOICES.keys())
def test_each_choice_is_whole_and_its_removal_leaves_nothing(
    checkout: Checkout, options: tuple[str, ...]
) -> None:
    noun = () if "--noun" in options else ("--noun", "shop_order/shop_orders")
    made(checkout, "shop", *noun, *options)
    checkout.slipway("check")
    checkout.slipway("test", "--fast", "services/shop", "tests/structure")
    answers_over_https(checkout, "shop", {"shop"})
    checkout.slipway("remove", "shop", "--yes")
    assert checkout.changes() == []


def test_at_a_terminal_it_asks_for_what_is_not_said(checkout: Checkout) -> None:
    answers = {
        "What is it about?": "cup/cups",
        "What is it for?": "Tea, by the cup.",
        "Where is it kept?": "postgres",
        "Put Redis in front of the store?": "y",
        "Tell others of each change by an event?": "n",
        "Let everybody read, without a token?": "",
        "Which events of others does it hear?": "users-events:users.account.created.v1",
    }
    told = checkout.slipway_at_a_terminal("new", "teas", answers=list(answers.values()))
    assert re.findall("|".join(map(re.escape, answers)), told) == list(answers)
    manifest = yaml.safe_load((checkout.root / "services" / "teas" / "service.yaml").read_text())
    assert (checkout.root / "services" / "teas" / "teas" / "routes" / "cups.py").is_file()
    assert manifest["description"] == "Tea, by the cup."
    assert manifest["stores"].keys() == {"postgres", "redis"}
    assert "publishes" not in manifest
    [heard] = manifest["queues"][0]["subscribes"]
    assert "users.account.created.v1" in heard["types"]


def test_what_is_refused_leaves_the_checkout_as_it_was(checkout: Checkout) -> None:
    assert "next: take another name" in checkout.slipway("new", "todos", "--noun", "a/b", status=2)
    assert "cannot be a service's name" in checkout.slipway("new", "9", status=2)
    assert "nothing to cache" in checkout.slipway("new", "orders", "--store", "none", "--cache", status=2)
    assert "nobody publishes 'a:b'" in checkout.slipway("new", "orders", "--subscribes", "a:b", status=2)
    assert "no service blogs" in checkout.slipway("remove", "blogs", "--yes", status=2)
    assert "not a terminal" in checkout.slipway("remove", "todos", status=2)
    assert "other services need users" in checkout.slipway("remove", "users", "--yes", status=2)
    assert checkout.changes() == []
