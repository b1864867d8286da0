"""What every publisher keeps to; subclass it with the fixture `published`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from chassis.messages.events import Event, parse

TRACEPARENT = f"00-{'a' * 32}-{'b' * 16}-01"


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


class OldEventsContract:
    """Events of each release are understood by every other: they wait on queues across a deployment.

    `golden` are files with an event each, as a release has published it; `schemas` is the folder of schemas;
    `published` are events as they are made today, one of each type. A golden event is a promise: a consumer
    that reads it can read what is published today. A field may be added, with one more file; a field that is
    dropped or changes its type is another version of the event's type. No file is ever changed.
    """

    @pytest.fixture
    def golden(self, request: pytest.FixtureRequest) -> Sequence[Path]:
        """Return the files of `golden` beside the service's test."""
        return sorted(request.path.with_name("golden").glob("*.json"))

    @pytest.fixture
    def schemas(self, request: pytest.FixtureRequest) -> Path:
        """Return the service's folder of schemas: its tests of this kind lie two folders deep in it."""
        return request.path.parents[2] / "events"

    def test_every_type_has_a_golden_event(self, golden: Sequence[Path], schemas: Path) -> None:
        kinds = {path.name.removesuffix(".schema.json") for path in schemas.iterdir()}
        assert {_read(path)["type"] for path in golden} == kinds

    def test_an_event_of_each_release_is_what_the_schema_says(
        self, golden: Sequence[Path], schemas: Path
    ) -> None:
        for path in golden:
            event = _read(path)
            jsonschema.validate(event, _read(schemas / f"{event['type']}.schema.json"))
            assert parse(json.dumps(event)).subject == event["subject"]

    def test_whoever_reads_an_earlier_event_reads_one_of_today(
        self, golden: Sequence[Path], published: Sequence[Event]
    ) -> None:
        today = {event.type: _document(event) for event in published}
        lacks = {path.name: lacking(_read(path), today[_read(path)["type"]]) for path in golden}
        assert {name: found for name, found in lacks.items() if found} == {}

    def test_the_golden_events_have_every_field_of_today(
        self, golden: Sequence[Path], published: Sequence[Event]
    ) -> None:
        kept: dict[str, dict[str, Any]] = {}
        for old in map(_read, golden):
            known = kept.get(old["type"], {"data": {}})
            kept[old["type"]] = {**known, **old, "data": {**known["data"], **old["data"]}}
        for event in published:
            assert lacking(_document(event), kept[event.type]) == [], "add a golden event with the new field"


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def _document(event: Event) -> dict[str, Any]:
    """Return an event as it goes out, within a trace."""
    traced = event.model_copy(update={"traceparent": TRACEPARENT})
    document: dict[str, Any] = json.loads(traced.model_dump_json(exclude_none=True))
    return document
