from __future__ import annotations

import base64
import contextlib
import json
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Invalid
from chassis.http.pagination import PageQuery, decode_cursor, encode_cursor, id_in
from chassis.ids import new_id
from chassis.testing import Issuer

values = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False)
positions = st.dictionaries(st.text(), values | st.lists(values, max_size=3), max_size=5)


class Filtered(PageQuery):
    done: bool | None = None
    tag: str | None = None


def encoded(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


@given(positions, st.text())
def test_a_position_survives_the_journey(position: dict[str, Any], fingerprint: str) -> None:
    assert decode_cursor(encode_cursor(position, fingerprint), fingerprint) == position


@given(positions)
def test_a_cursor_fits_into_an_address_as_it_is(position: dict[str, Any]) -> None:
    cursor = encode_cursor(position)
    assert cursor is not None
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_a_cursor_that_another_release_has_given_out_leads_on() -> None:
    """Clients keep them while a deployment lasts: another form of them must still be read."""
    cursor = "eyJwIjp7ImFmdGVyIjoieCJ9LCJmIjoiMjRmYWVhYjYxN2Y3In0"
    asked = Filtered(done=True)
    assert decode_cursor(cursor, asked.fingerprint()) == {"after": "x"}
    assert encode_cursor({"after": "x"}, asked.fingerprint()) == cursor


def test_a_filter_that_is_added_later_leaves_older_cursors_good() -> None:
    class FilteredFurther(Filtered):
        color: str | None = None
        order: str = "created_at"

    FilteredFurther.__name__ = Filtered.__name__  # the same class, a release later
    assert FilteredFurther(done=True).fingerprint() == Filtered(done=True).fingerprint()
    assert FilteredFurther(color="red").fingerprint() != Filtered().fingerprint()


def test_the_end_has_no_cursor_and_no_cursor_is_the_beginning() -> None:
    assert encode_cursor(None) is None
    assert decode_cursor(None) is None


@given(st.text())
def test_any_text_is_a_cursor_of_ours_or_invalid(text: str) -> None:
    with contextlib.suppress(Invalid):
        assert isinstance(decode_cursor(text), dict)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "=",
        "é",
        "%00",
        encoded(3),
        encoded(None),
        encoded("p"),
        encoded([]),
        encoded({}),
        encoded({"p": {}}),
        encoded({"f": ""}),
        encoded({"p": [], "f": ""}),
        encoded({"p": "x", "f": ""}),
        encoded({"p": {}, "f": None}),
        encoded({"p": {}, "f": {}}),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
    ids=lambda cursor: cursor[:24],
)
def test_a_made_up_cursor_is_invalid(cursor: str) -> None:
    with pytest.raises(Invalid) as caught:
        decode_cursor(cursor)
    assert caught.value.errors[0].pointer == "/cursor"


def test_a_position_may_hold_an_id() -> None:
    made = new_id()
    assert id_in({"after": str(made)}, "after") == made
    assert id_in(None, "after") is None


@pytest.mark.parametrize(
    "position", [{}, {"before": str(UUID(int=1))}, {"after": 7}, {"after": None}], ids=str
)
def test_a_position_that_holds_no_id_is_an_invalid_cursor(position: dict[str, object]) -> None:
    with pytest.raises(Invalid) as caught:
        id_in(position, "after")
    assert caught.value.errors[0].pointer == "/cursor"


def test_lists_of_which_nothing_was_asked_are_told_apart() -> None:
    assert PageQuery().fingerprint() != Filtered().fingerprint()


def test_a_cursor_of_another_question_is_invalid() -> None:
    cursor = encode_cursor({"at": 1}, Filtered(done=True).fingerprint())
    with pytest.raises(Invalid, match="other filters"):
        decode_cursor(cursor, Filtered(done=False).fingerprint())


@given(st.none() | st.booleans(), st.none() | st.text(), st.integers(1, 200))
def test_the_size_of_a_page_may_change_on_the_way(done: bool | None, tag: str | None, limit: int) -> None:
    asked = Filtered(done=done, tag=tag)
    again = Filtered(done=done, tag=tag, limit=limit, cursor="x")
    assert asked.fingerprint() == again.fingerprint()


def test_questions_that_look_alike_are_told_apart() -> None:
    questions = [
        Filtered(),
        Filtered(tag=""),
        Filtered(tag="null"),
        Filtered(done=False),
        Filtered(tag="true"),
    ]
    assert len({question.fingerprint() for question in questions}) == len(questions)


def test_pages_give_everything_once(client: FlaskClient, issuer: Issuer) -> None:
    headers = issuer.headers("ann")
    for number in range(7):
        client.post("/v1/notes", json={"title": str(number)}, headers=headers)
    titles, cursor = [], ""
    for _ in range(4):
        page = client.get(f"/v1/notes?limit=2{cursor}", headers=headers).json
        assert page is not None
        titles += [item["title"] for item in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert titles == [str(number) for number in range(7)]
    assert page is not None
    assert page["next_cursor"] is None
