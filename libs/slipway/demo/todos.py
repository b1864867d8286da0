"""The to-do steps: writing, reading from the cache, not reading what is unchanged, one effect per key."""

from __future__ import annotations

import time
import uuid

import requests

from slipway.demo.client import require
from slipway.demo.people import Person
from slipway.demo.stage import Stage

_TITLES = ("Buy film", "Call the printer", "Frame the photograph")


def run(stage: Stage, person: Person) -> None:
    """Write to-dos and read them back in every way."""
    with stage.step("Write three to-dos") as step:
        for title in _TITLES:
            _write(person, title)
        step.say(", ".join(_TITLES))
    with stage.step("Read them, from the store and from the cache") as step:
        for fact in _read_twice(person):
            step.say(fact)
    with stage.step("Read them again, unchanged") as step:
        step.say(_read_unchanged(person))
    with stage.step("Tick one off; a change of an old copy is refused") as step:
        step.say(_tick_off(person))
    with stage.step("Send one write twice under one Idempotency-Key") as step:
        step.say(_write_twice(person))


def _write(person: Person, title: str, key: str | None = None) -> requests.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return person.api.call("POST", "todos", "/v1/todos", json={"title": title}, headers=headers, expect=201)


def _read(person: Person) -> tuple[requests.Response, str]:
    """Return the list and how it came: from the cache or the store, and in what time."""
    started = time.perf_counter()
    response = person.api.call("GET", "todos", "/v1/todos")
    milliseconds = (time.perf_counter() - started) * 1000
    return (
        response,
        f"{milliseconds:.1f} ms, X-Cache: {response.headers.get('X-Cache', 'not told')}",
    )


def _read_twice(person: Person) -> list[str]:
    first, one = _read(person)
    titles = {item["title"] for item in first.json()["items"]}
    require(titles == set(_TITLES), f"the list shows {sorted(titles)}, not what was written", first)
    second, two = _read(person)
    require(second.content == first.content, "the second reading differs from the first", second)
    require(second.headers.get("X-Cache") == "hit", "the second reading was no cache hit", second)
    return [f"first:  {one}", f"second: {two}"]


def _read_unchanged(person: Person) -> str:
    etag = person.api.call("GET", "todos", "/v1/todos").headers["ETag"]
    headers = {"If-None-Match": etag}
    response = person.api.call("GET", "todos", "/v1/todos", headers=headers, expect=304)
    require(not response.content, "a 304 came with a body", response)
    return f"304 Not Modified for ETag {etag}, no body"


def _tick_off(person: Person) -> str:
    listed = person.api.call("GET", "todos", "/v1/todos").json()["items"][0]
    path = f"/v1/todos/{listed['id']}"
    current = {"If-Match": person.api.call("GET", "todos", path).headers["ETag"]}
    person.api.call("PATCH", "todos", path, json={"done": True}, headers=current)
    after = person.api.call("GET", "todos", "/v1/todos")
    done = [item["id"] for item in after.json()["items"] if item["done"]]
    require(done == [listed["id"]], "the list does not show one's own last write", after)
    person.api.call("PATCH", "todos", path, json={"title": "Late"}, headers=current, expect=412)
    return f"{listed['title']!r} is done and the list shows it at once; the second change got 412"


def _write_twice(person: Person) -> str:
    key = str(uuid.uuid4())
    first, second = (_write(person, "Only once", key) for _ in range(2))
    require(first.json()["id"] == second.json()["id"], "the repeated write made a second to-do", second)
    items = person.api.call("GET", "todos", "/v1/todos").json()["items"]
    require(len(items) == len(_TITLES) + 1, f"there are {len(items)} to-dos after it")
    return "the second answer is the first one again, and there is one to-do"
