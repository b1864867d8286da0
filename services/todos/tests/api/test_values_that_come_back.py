"""What the service gave out and reads back again is read as if an enemy had written it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from services.todos.tests.factories import Api

from chassis.http.pagination import encode_cursor
from todos.schemas.lists import ListsQuery
from todos.schemas.todos import TodoQuery

ID = "01890000-0000-7000-8000-000000000000"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)
KEYS = st.sampled_from(
    [" ", "!", "~", "", ID, f"~#{ID}", f"2026-01-31T12:00:00.000Z#{ID}", "f" * 16 + f"#{ID}"]
)
QUERIES = st.builds(
    TodoQuery,
    sort=st.sampled_from(["created_at", "due_at", "position"]),
    order=st.sampled_from(["asc", "desc"]),
    due_after=st.none() | st.just("2026-01-31T12:00:00Z"),
    list_id=st.none() | st.just(ID),
)
FEW = limits(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def query_of(asked: TodoQuery) -> str:
    given = asked.model_dump(mode="json", exclude_none=True, exclude={"cursor", "limit"})
    return "&".join(f"{name}={value}" for name, value in given.items())


@FEW
@example(TodoQuery(order="desc"), " ")
@given(QUERIES, KEYS | JSON)
def test_no_cursor_breaks_a_page(any_api: Api, asked: TodoQuery, after: Any) -> None:
    cursor = encode_cursor({"after": after}, asked.fingerprint())
    response = any_api.call("GET", f"/v1/todos?{query_of(asked)}&cursor={cursor}")
    assert response.status_code in {200, 422}, response.text


@FEW
@given(JSON)
def test_no_cursor_breaks_the_lists(api: Api, after: Any) -> None:
    cursor = encode_cursor({"after": after}, ListsQuery().fingerprint())
    assert api.call("GET", f"/v1/lists?cursor={cursor}").status_code in {200, 422}


PLACES = st.sampled_from(
    ["0" * 12, "0" * 12 + "#X", f"000000000001#T#{ID}", "+" + "0" * 11, "9" * 12, " 1", "1_0"]
)


@FEW
@given(PLACES | JSON, st.integers() | JSON, st.integers() | JSON)
def test_no_token_breaks_the_changes(any_api: Api, key: Any, taken: Any, at: Any) -> None:
    token = encode_cursor({"k": key, "n": taken, "t": at}, f"changes of {any_api.subject}")
    response = any_api.call("GET", f"/v1/changes?since={token}")
    assert response.status_code in {200, 410, 422}, response.text


def test_a_token_from_the_future_is_refused(api: Api) -> None:
    token = encode_cursor({"k": "0" * 12, "n": 0, "t": 1 << 50}, f"changes of {api.subject}")
    assert api.call("GET", f"/v1/changes?since={token}").status_code == 422


def test_a_cursor_is_taken_only_as_it_was_written(api: Api) -> None:
    for _ in range(2):
        api.add()
    cursor = api.get("/v1/todos?limit=1")["next_cursor"]
    for altered in (cursor + "=", cursor[:5] + "!" + cursor[5:], cursor + "\n", cursor + "A"):
        assert api.call("GET", f"/v1/todos?limit=1&cursor={quote(altered)}").status_code == 422


TAGS = [
    '""',
    '"',
    "",
    "W/",
    '"1',
    "1",
    '"-1"',
    '"1-"',
    "*",
    '"*"',
    'W/"1"',
    '"9' + "9" * 5000 + '"',
    '"\u00e9"',
    ",,",
    '"1","',
]


@pytest.mark.parametrize("tag", TAGS)
def test_no_entity_tag_breaks_a_call(api: Api, tag: str) -> None:
    path = f"/v1/todos/{api.add()['id']}"
    assert api.call("GET", path, If_None_Match=tag).status_code in {200, 304}
    assert api.call("PATCH", path, {"done": True}, If_Match=tag).status_code in {200, 412}
    assert api.call("DELETE", path, If_Match=tag).status_code in {204, 412}
