from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.structure import tree

from slipway.manifest import load_all

SCHEMAS = tree.matching("services/*/events/*")

each_schema = pytest.mark.parametrize("path", SCHEMAS, ids=tree.name_of)


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def test_every_event_type_that_is_published_has_its_schema_and_no_other_has(service: str) -> None:
    publishes = load_all(tree.ROOT)[service].publishes
    expected = {f"{kind}.schema.json" for kind in publishes.types} if publishes else set()
    assert {path.name for path in SCHEMAS if path.parts[-3] == service} == expected


def test_an_event_type_begins_with_its_publishers_name(service: str) -> None:
    publishes = load_all(tree.ROOT)[service].publishes
    assert [
        kind for kind in (publishes.types if publishes else ()) if not kind.startswith(f"{service}.")
    ] == []


def test_there_are_schemas() -> None:
    assert SCHEMAS


@each_schema
def test_a_schema_is_one(path: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(read(path))


@each_schema
def test_a_schema_is_of_the_type_that_its_file_is_named_for(path: Path) -> None:
    assert read(path)["properties"]["type"]["const"] == path.name.removesuffix(".schema.json")


@each_schema
def test_consumers_may_meet_fields_that_they_do_not_know(path: Path) -> None:
    def closed(node: object) -> bool:
        if isinstance(node, dict):
            return node.get("additionalProperties") is False or any(closed(value) for value in node.values())
        return isinstance(node, list) and any(closed(value) for value in node)

    assert not closed(read(path))
