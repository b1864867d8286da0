"""Filters and orders over HTTP."""

from __future__ import annotations

import pytest
from services.todos.tests.factories import Api

QUESTIONS = [
    ("", "abcd"),
    ("order=desc", "dcba"),
    ("sort=due_at", "cdab"),
    ("sort=due_at&order=desc", "adcb"),
    ("sort=position", "dabc"),
    ("sort=position&order=desc", "cbad"),
    ("done=true", "d"),
    ("done=false", "abc"),
    ("tag=home", "ab"),
    ("tag=work&done=false", "b"),
    ("tag=wor", ""),
    ("q=MILK", "ac"),
    ("q=B", "ab"),
    ("due_before=2026-03-02T00:00:00Z", "c"),
    ("due_after=2026-03-02T00:00:00Z", "ad"),
    ("due_after=2026-03-02T00:00:00Z&sort=due_at", "da"),
    ("due_after=2026-03-01T00:00:00Z&due_before=2026-03-03T01:00:00%2B01:00", "cd"),
    ("due_after=2026-03-03T00:00:00Z&due_before=2026-03-01T00:00:00Z", ""),
    ("list_id=00000000-0000-7000-8000-000000000000", ""),
]


def fill(api: Api) -> None:
    """Give an account the to-dos `a` to `d`."""
    api.add("a", due_at="2026-03-03T00:00:00Z", tags=["home"], notes="Milk and bread")
    api.add("b", tags=["home", "work"])
    api.add("c", due_at="2026-03-01T00:00:00Z", notes="milk")
    done = api.add("d", due_at="2026-03-02T00:00:00Z", tags=["work"])
    api.call("PATCH", f"/v1/todos/{done['id']}", {"done": True, "position": -1})


@pytest.mark.parametrize(("query", "titles"), QUESTIONS)
@pytest.mark.parametrize("limit", [1, 50])
def test_a_question_finds_its_todos_in_order(api: Api, query: str, titles: str, limit: int) -> None:
    fill(api)
    assert "".join(api.titles(f"{query}&limit={limit}")) == titles


def test_every_store_finds_the_same(any_api: Api) -> None:
    fill(any_api)
    found = [(query, "".join(any_api.titles(f"{query}&limit=3"))) for query, _ in QUESTIONS]
    assert found == QUESTIONS


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "done=maybe",
        "due_before=yesterday",
        "due_before=2026-03-02T00:00:00",
        "sort=title",
        "order=up",
        "list_id=5",
        "cursor=x",
        "cursor=eyJwIjp7ImFmdGVyIjo1fSwiZiI6IiJ9",
        "q=" + "x" * 101,
        "q=",
        "unknown=1",
        "done=true&done=false",
    ],
)
def test_a_question_that_makes_no_sense_is_refused(api: Api, query: str) -> None:
    response = api.call("GET", f"/v1/todos?{query}")
    assert response.status_code == 422
    assert response.content_type == "application/problem+json"


def test_a_cursor_belongs_to_its_question(api: Api) -> None:
    api.add()
    api.add()
    cursor = api.get("/v1/todos?limit=1")["next_cursor"]
    assert api.call("GET", f"/v1/todos?limit=1&done=false&cursor={cursor}").status_code == 422
    assert api.call("GET", f"/v1/lists?cursor={cursor}").status_code == 422


def test_a_cursor_of_one_account_shows_nothing_of_it_to_another(api: Api) -> None:
    api.add()
    api.add()
    cursor = api.get("/v1/todos?limit=1")["next_cursor"]
    assert api.another().get(f"/v1/todos?limit=1&cursor={cursor}")["items"] == []
