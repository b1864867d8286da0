"""OpenAPI 3.1 from the declared routes: apispec holds the document, pydantic gives the schemas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apispec import APISpec
from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from chassis.errors import Conflict, Denied, Invalid, Malformed, Problem, Stale, Transient, Unauthenticated
from chassis.outcomes import outcome_of_kind
from chassis.routing import Route
from chassis.schemas import View

_PARAMETER = re.compile(r"<(?:(?P<kind>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>")
_REF = "#/components/schemas/{model}"


class FieldProblem(View):
    """One wrong value of the input."""

    pointer: str
    message: str


class ProblemDocument(View):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str | None
    errors: list[FieldProblem] | None = None


@dataclass(frozen=True, slots=True)
class ApiInfo:
    """What an API calls itself."""

    name: str
    title: str
    description: str
    version: str = "1.0.0"


def document(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI document that `app` serves at `/openapi.json`."""
    info: ApiInfo = app.extensions["slipway.info"]
    routes: list[Route] = app.extensions["slipway.routes"]
    return build(info, routes)


def build(info: ApiInfo, routes: Sequence[Route]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of `routes`."""
    spec = APISpec(
        title=info.title,
        version=info.version,
        openapi_version="3.1.0",
        info={"description": info.description, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
    )
    spec.components.security_scheme(
        "access_token", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    )
    for name, schema in _schemas(routes).items():
        spec.components.schema(name, schema)
    for route in routes:
        path = _PARAMETER.sub(lambda match: "{" + match["name"] + "}", route.path)
        spec.path(path=path, operations={route.method.lower(): _operation(route)})
    return spec.to_dict()


def _schemas(routes: Sequence[Route]) -> dict[str, Any]:
    wanted: list[tuple[type[BaseModel], Any]] = [(ProblemDocument, "serialization")]
    for route in routes:
        if route.body is not None:
            wanted.append((route.body, "validation"))
        if route.answer is not None:
            wanted.append((route.answer, "serialization"))
    _, definitions = models_json_schema(list(dict.fromkeys(wanted)), ref_template=_REF)
    schemas: dict[str, Any] = dict(sorted(definitions["$defs"].items()))
    for schema in schemas.values():
        for field in schema.get("properties", {}).values():
            if field.get("default", ...) is None:  # says "not given", often where null itself is not allowed
                del field["default"]
    return schemas


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.tag],
        "parameters": [*_path_parameters(route), *_query_parameters(route), *_header_parameters(route)],
        "responses": _responses(route),
        "security": [] if route.access.public else [{"access_token": sorted(route.access.scopes)}],
    }
    if route.body is not None:
        operation["requestBody"] = {"required": route.body_required, "content": _json(route.body)}
    return operation


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    parameters = []
    for match in _PARAMETER.finditer(route.path):
        schema = {"type": "string", "format": "uuid"} if match["kind"] == "uuid" else {"type": "string"}
        parameters.append({"name": match["name"], "in": "path", "required": True, "schema": schema})
    return parameters


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = route.query.model_json_schema()
    required = schema.get("required", [])
    parameters = []
    for name, property_schema in schema["properties"].items():
        description = property_schema.pop("description", None)
        parameter = {"name": name, "in": "query", "required": name in required, "schema": property_schema}
        parameters.append(parameter | ({"description": description} if description else {}))
    return parameters


def _header_parameters(route: Route) -> list[dict[str, Any]]:
    names = []
    if route.idempotent:
        names.append("Idempotency-Key")
    if Stale in route.raises:
        names.append("If-Match")
    if route.method == "GET":
        names.append("If-None-Match")
    return [{"name": name, "in": "header", "required": False, "schema": {"type": "string"}} for name in names]


def _responses(route: Route) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Success"}
    if route.answer is not None:
        success["content"] = _json(route.answer)
    responses = {str(route.status): success}
    if route.method == "GET" and route.answer is not None:
        responses["304"] = {"description": "Unchanged since the ETag that was sent"}
    outcomes = {outcome_of_kind(kind) for kind in _problems(route)}
    for outcome in sorted(outcomes, key=lambda outcome: outcome.status):
        schema = {"$ref": _REF.format(model=ProblemDocument.__name__)}
        responses[str(outcome.status)] = {
            "description": outcome.title,
            "content": {"application/problem+json": {"schema": schema}},
        }
    return responses


def _problems(route: Route) -> set[type[Problem]]:
    problems: set[type[Problem]] = {*route.raises, Transient}
    if not route.access.public:
        problems.add(Unauthenticated)
    if route.access.scopes:
        problems.add(Denied)
    if route.body is not None:
        problems |= {Malformed, Invalid}
    if route.query is not None:
        problems.add(Invalid)
    if route.idempotent:
        problems.add(Conflict)
    return problems


def _json(model: type[BaseModel]) -> dict[str, Any]:
    name = re.sub(r"[^A-Za-z0-9.\-_]", "_", model.__name__)
    return {"application/json": {"schema": {"$ref": _REF.format(model=name)}}}
