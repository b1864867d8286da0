"""OpenAPI 3.1 from the declared routes: apispec holds the document, pydantic gives the schemas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apispec import APISpec
from flask import Flask

from chassis.errors import (
    Conflict,
    Denied,
    Gone,
    Invalid,
    Malformed,
    Problem,
    Stale,
    TooMany,
    Transient,
    Unauthenticated,
)
from chassis.http.jsonschemas import Schemas, Use
from chassis.http.routing import LONGEST_NAME, Route
from chassis.outcomes import outcome_of_kind
from chassis.schemas import View

_PARAMETER = re.compile(r"<(?:(?P<kind>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>")
_TEXT = {"type": "string", "maxLength": LONGEST_NAME}
_KINDS: dict[str, dict[str, Any]] = {"uuid": {"type": "string", "format": "uuid"}, "int": {"type": "integer"}}
_TAGS = r'^\s*(\*|(W/)?"[^"]*"(\s*,\s*(W/)?"[^"]*")*)\s*$'
_HEADERS: dict[str, dict[str, Any]] = {
    "Idempotency-Key": {
        "description": "The same key and request again is done once and gets the first answer again.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    },
    "If-Match": {
        "description": "`ETag`s that were read; 412 when the resource has another one now.",
        "schema": {"type": "string", "pattern": _TAGS},
    },
    "If-None-Match": {
        "description": "`ETag`s that are held; 304 when one of them is still current.",
        "schema": {"type": "string"},
    },
}


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
    schemas = _schemas(routes)
    for name, schema in schemas.components().items():
        spec.components.schema(name, schema)
    for route in routes:
        path = _PARAMETER.sub(lambda match: "{" + match["name"] + "}", route.path)
        spec.path(path=path, operations={route.method.lower(): _operation(route, schemas)})
    return spec.to_dict()


def _schemas(routes: Sequence[Route]) -> Schemas:
    models: list[Use] = [(ProblemDocument, "serialization")]
    models += [(route.body, "validation") for route in routes if route.body is not None]
    models += [(route.answer, "serialization") for route in routes if route.answer is not None]
    return Schemas(models, [route.query for route in routes if route.query is not None])


def _operation(route: Route, schemas: Schemas) -> dict[str, Any]:
    parameters = [*_path_parameters(route), *_query_parameters(route, schemas), *_header_parameters(route)]
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.tag],
        "parameters": parameters,
        "responses": _responses(route, schemas),
        "security": [] if route.access.public else [{"access_token": sorted(route.access.scopes)}],
    }
    if route.body is not None:
        content = {"application/json": {"schema": schemas.reference(route.body, "validation")}}
        operation["requestBody"] = {"required": route.body_required, "content": content}
    return operation


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    parameters = []
    for match in _PARAMETER.finditer(route.path):
        schema = _KINDS.get(match["kind"], _TEXT)
        parameters.append({"name": match["name"], "in": "path", "required": True, "schema": dict(schema)})
    return parameters


def _query_parameters(route: Route, schemas: Schemas) -> list[dict[str, Any]]:
    parameters = []
    for name, required, schema in schemas.fields(route.query) if route.query else ():
        description = schema.pop("description", None)
        parameter = {"name": name, "in": "query", "required": required, "schema": schema}
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
    return [{"name": name, "in": "header", "required": False, **_HEADERS[name]} for name in names]


def _responses(route: Route, schemas: Schemas) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Success"}
    if route.answer is not None:
        success["content"] = {
            "application/json": {"schema": schemas.reference(route.answer, "serialization")}
        }
    elif route.media_type != "application/json":
        success["content"] = {route.media_type: {"schema": {"type": "string"}}}
    responses = {str(route.status): success}
    if route.method == "GET" and "content" in success:
        responses["304"] = {"description": "Unchanged since the ETag that was sent"}
    titles = {outcome_of_kind(kind).status: outcome_of_kind(kind).title for kind in _problems(route)}
    titles[414] = "Request URI Too Long"
    if route.body is not None:
        titles |= {413: "Request Entity Too Large", 415: "Unsupported Media Type"}
    for status in sorted(titles):
        problem = {"schema": schemas.reference(ProblemDocument, "serialization")}
        content = {"application/problem+json": problem}
        responses[str(status)] = {"description": titles[status], "content": content}
    return responses


def _problems(route: Route) -> set[type[Problem]]:
    problems: set[type[Problem]] = {*route.raises, Invalid, Malformed, TooMany, Transient}
    if not route.access.public:
        problems.add(Unauthenticated)
    if route.access.scopes:
        problems.add(Denied)
    if route.idempotent:
        problems |= {Conflict, Gone}
    return problems
