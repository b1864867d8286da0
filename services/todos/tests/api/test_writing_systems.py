"""Text in whatever spelling it is written."""

from __future__ import annotations

import unicodedata

import pytest
from services.todos.tests.factories import Api

SPELLINGS = ["NFC", "NFD"]
WORDS = ["Café crème", "Ångström", "한글", "ὅτι", "Việt", "Straße"]


def spelled(form: str, text: str) -> str:
    return unicodedata.normalize(form, text)  # type: ignore[arg-type]  # pytest gives strings


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("written", SPELLINGS)
@pytest.mark.parametrize("asked", SPELLINGS)
def test_every_spelling_finds_every_other_and_stays_as_it_was_written(
    api: Api, word: str, written: str, asked: str
) -> None:
    text, wanted = spelled(written, word), spelled(asked, word)
    todo = api.add(text, tags=[text])
    api.add("other", notes=text)
    api.add("neither")
    assert (todo["title"], todo["tags"]) == (text, [text])
    assert api.titles(f"q={wanted.upper()}") == [text, "other"]
    assert api.titles(f"tag={wanted}") == [text]


def test_every_store_finds_every_spelling(any_api: Api) -> None:
    for tag in ("e\u0301te\u0301", "K", "\u212a"):
        any_api.add(tag, tags=[tag], notes=f"\n\u0301{tag}")
    assert any_api.titles("tag=été") == ["e\u0301te\u0301"]
    assert any_api.titles("tag=K") == ["K", "\u212a"]
    assert any_api.titles("q=ÉTÉ") == ["e\u0301te\u0301"]
    assert len(any_api.titles("q=\u0301")) == 3


def test_two_spellings_are_one_tag(api: Api) -> None:
    assert api.add(tags=["e\u0301", "x", "é", "x"])["tags"] == ["e\u0301", "x"]


@pytest.mark.parametrize("text", ["\u200b", "\u2060\u00ad", "\u3164", "\u2800 \u2800", "\ufe0f", "\u202e"])
def test_what_cannot_be_seen_is_no_title_tag_or_name(api: Api, text: str) -> None:
    assert api.call("POST", "/v1/todos", {"title": text}).status_code == 422
    assert api.call("POST", "/v1/todos", {"title": "x", "tags": [text]}).status_code == 422
    assert api.call("POST", "/v1/lists", {"name": text}).status_code == 422
    todo = f"/v1/todos/{api.add()['id']}"
    assert api.call("PATCH", todo, {"title": text}).status_code == 422


def test_marks_that_turn_the_direction_are_dropped(api: Api) -> None:
    todo = api.add("invoice\u202egpj.exe", notes="a\u2066b\u2069", tags=["x\u202d"])
    assert (todo["title"], todo["notes"], todo["tags"]) == ("invoicegpj.exe", "ab", ["x"])
    assert api.add_list("a\u202eb")["name"] == "ab"


def test_emoji_and_joiners_stay(api: Api) -> None:
    title = "👩\u200d👧 ❤\ufe0f שלום\u200f नमस्\u200dते"
    assert api.add(title)["title"] == title
