"""Events of each release are understood by every other: they wait on queues across a deployment.

A golden event adds a promise: whoever reads it reads what is published today. A field may be added, with one
more file; one that is dropped or changes its type is another version of the event's type.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from services.users.tests.factories import NOW, account

from chassis.messages.events import Event, parse
from chassis.testing import FakeClock
from chassis.testing.accounts import OLD_EVENTS
from users.domain.events import account_created, account_deleted

GOLDEN = [*sorted(Path(__file__).with_name("golden").glob("*.json")), *OLD_EVENTS]
SCHEMAS = Path(__file__).parents[2] / "events"
ACCOUNT = account()

each_event = pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)


def golden(path: Path) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(path.read_text(encoding="utf-8").replace("ACCOUNT", str(ACCOUNT.id)))
    return event


def of_today(kind: str) -> dict[str, Any]:
    clock = FakeClock(NOW)
    made = {
        event.type: event
        for event in (
            account_created(ACCOUNT, "https://users.example.com", clock),
            account_deleted(ACCOUNT.id, "https://users.example.com", clock),
        )
    }[kind]
    traced: Event = made.model_copy(update={"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})
    published: dict[str, Any] = json.loads(traced.model_dump_json(exclude_none=True))
    return published


def lacking(old: Any, new: Any, where: str = "") -> list[str]:
    """Return what a reader of `old` does not find in `new`, or finds to be of another type."""
    if not isinstance(old, dict):
        return [] if type(old) is type(new) else [where]
    if not isinstance(new, dict):
        return [where]
    return [
        lack
        for name, value in old.items()
        for lack in (lacking(value, new[name], f"{where}/{name}") if name in new else [f"{where}/{name}"])
    ]


def test_every_type_has_a_golden_event() -> None:
    published = {path.name.removesuffix(".schema.json") for path in SCHEMAS.iterdir()}
    assert {golden(path)["type"] for path in GOLDEN} == published


@each_event
def test_an_event_of_each_release_is_what_the_schema_says(path: Path) -> None:
    event = golden(path)
    schema = json.loads((SCHEMAS / f"{event['type']}.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(event, schema)
    assert str(ACCOUNT.id) == parse(json.dumps(event)).subject


@each_event
def test_whoever_reads_an_earlier_event_reads_one_of_today(path: Path) -> None:
    event = golden(path)
    assert lacking(event, of_today(event["type"])) == []


@pytest.mark.parametrize("kind", sorted({golden(path)["type"] for path in GOLDEN}))
def test_the_golden_events_have_every_field_of_today(kind: str) -> None:
    every: dict[str, Any] = {"data": {}}
    for event in (golden(path) for path in GOLDEN):
        if event["type"] == kind:
            every = {**every, **event, "data": {**every["data"], **event["data"]}}
    assert lacking(of_today(kind), every) == []


def test_a_reader_finds_what_is_missing() -> None:
    assert lacking({"a": {"b": 1, "c": 2}}, {"a": {"b": "1"}}) == ["/a/b", "/a/c"]
