from __future__ import annotations

from pathlib import Path

import pytest

from slipway.manifest import load_all
from slipway.scaffold.naming import Naming, require_free
from slipway.terminal.problems import USAGE, Problem

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize(
    ("service", "singular"),
    [
        ("orders", "order"),
        ("entries", "entry"),
        ("boxes", "box"),
        ("addresses", "address"),
        ("notes", "note"),
    ],
)
def test_the_noun_follows_from_the_services_name(service: str, singular: str) -> None:
    assert Naming.of(service, None) == Naming(service, singular, service)


def test_a_noun_of_two_words_has_every_spelling() -> None:
    told = Naming.of("shop", "line_item/line_items").spellings()
    spelt = {name: told[name] for name in ("Singular", "SINGULAR", "singular_text", "path", "Plural_text")}
    assert spelt == {
        "Singular": "LineItem",
        "SINGULAR": "LINE_ITEM",
        "singular_text": "line item",
        "path": "line-items",
        "Plural_text": "Line items",
    }


@pytest.mark.parametrize("name", ["", "a", "Orders", "1st", "or-ders", "or ders", "../x", "class", "x" * 30])
def test_a_name_that_code_cannot_have_is_refused_with_one_that_it_can(name: str) -> None:
    with pytest.raises(Problem) as refused:
        Naming.of(name, "order/orders")
    assert "orders" in refused.value.next_step
    assert refused.value.code == USAGE


@pytest.mark.parametrize(
    "noun", ["order", "order/", "/orders", "a/b/c", "Order/Orders", "item/items", "fish/fish", "for/fors"]
)
def test_a_noun_that_code_cannot_have_is_refused_with_what_to_do(noun: str) -> None:
    with pytest.raises(Problem) as refused:
        Naming.of("shop", noun)
    assert refused.value.next_step


def test_a_name_whose_plural_is_its_singular_asks_for_a_noun() -> None:
    with pytest.raises(Problem) as refused:
        Naming.of("news", "news/news")
    assert "--noun" in refused.value.next_step


@pytest.mark.parametrize("name", ["todos", "app", "cdn", "json", "flask", "chassis"])
def test_a_name_that_something_else_has_is_refused(name: str) -> None:
    with pytest.raises(Problem) as refused:
        require_free(ROOT, Naming.of(name, "order/orders"), load_all(ROOT))
    assert "take another name" in refused.value.next_step


def test_a_noun_whose_class_there_is_already_is_refused() -> None:
    with pytest.raises(Problem, match="class Todo already") as refused:
        require_free(ROOT, Naming.of("plans", "todo/todos"), load_all(ROOT))
    assert "--noun" in refused.value.next_step
