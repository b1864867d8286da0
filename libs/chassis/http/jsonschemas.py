"""The JSON Schemas of an API's models, under the names by which its OpenAPI document refers to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

Mode = Literal["validation", "serialization"]
Use = tuple[type[BaseModel], Mode]

_PREFIX = "#/components/schemas/"


class Schemas:
    """Schemas of `models` (bodies, answers) and of `queries`, whose fields become parameters one by one.

    Models of one name get longer ones; a model that comes in and goes out in different shapes gets two.
    """

    def __init__(self, models: Sequence[Use], queries: Sequence[type[BaseModel]]) -> None:
        uses: list[Use] = [*models, *((query, "validation") for query in queries)]
        self._references, document = models_json_schema(
            list(dict.fromkeys(uses)), ref_template=_PREFIX + "{model}"
        )
        self._all: dict[str, Any] = document.get("$defs", {})
        for schema in self._all.values():
            _drop_placeholders(schema)
        self._queries = {self._name(query, "validation") for query in queries}

    def components(self) -> dict[str, Any]:
        """Return the schemas by name, in the order of names."""
        return {name: self._all[name] for name in sorted(self._all) if name not in self._queries}

    def reference(self, model: type[BaseModel], mode: Mode) -> dict[str, Any]:
        """Return the reference to the schema of `model`."""
        return dict(self._references[(model, mode)])

    def fields(self, query: type[BaseModel]) -> list[tuple[str, bool, dict[str, Any]]]:
        """Return each field of `query`: its name, whether it is required, and its schema."""
        schema = self._all[self._name(query, "validation")]
        required = schema.get("required", [])
        return [(name, name in required, _given(field)) for name, field in schema["properties"].items()]

    def _name(self, model: type[BaseModel], mode: Mode) -> str:
        return str(self._references[(model, mode)]["$ref"]).removeprefix(_PREFIX)


def _drop_placeholders(schema: dict[str, Any]) -> None:
    """Remove defaults that are null: they say "not given", often where null itself is not allowed."""
    for field in schema.get("properties", {}).values():
        if field.get("default", ...) is None:
            del field["default"]


def _given(field: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter that is given: there is no null in an address."""
    choices = [choice for choice in field.get("anyOf", ()) if choice != {"type": "null"}]
    if not choices:
        return dict(field)
    rest = {name: value for name, value in field.items() if name != "anyOf"}
    return {**choices[0], **rest} if len(choices) == 1 else {"anyOf": choices, **rest}
