from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from libs.chassis.tests.sample import INFO, NoteRoutes, Notes
from openapi_spec_validator import OpenAPIV31SpecValidator

from chassis.http import app as chassis_app
from chassis.http import openapi
from chassis.http.routing import Answer, Routes, declared_routes, route
from chassis.identity.auth import SIGNED_IN
from chassis.schemas import Body, Changes, View
from chassis.settings import ServiceSettings
from chassis.testing import Issuer


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    found = client.get("/openapi.json").json
    assert isinstance(found, dict)
    return found


def operation(document: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][path][method]
    return found


def references(node: object) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(references(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(references(value) for value in node))
    return set()


def parameters(found: dict[str, Any], place: str) -> set[str]:
    return {parameter["name"] for parameter in found["parameters"] if parameter["in"] == place}


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1.")


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in references(document):
        target: Any = document
        for step in reference.removeprefix("#/").split("/"):
            assert step in target, reference
            target = target[step]


def test_every_declared_call_is_in_it(document: dict[str, Any]) -> None:
    for declared, _ in declared_routes(NoteRoutes(Notes())):
        path = declared.path.replace("<uuid:", "{").replace("<", "{").replace(">", "}")
        found = operation(document, declared.method.lower(), path)
        assert found["operationId"] == declared.name
        assert found["tags"] == ["notes"]
        assert str(declared.status) in found["responses"]
        assert ("requestBody" in found) is (declared.body is not None)
        assert found["security"] == (
            [] if declared.access.public else [{"access_token": sorted(declared.access.scopes)}]
        )
        if declared.query is not None:
            assert parameters(found, "query") == set(declared.query.model_fields)


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    ids = [found["operationId"] for path in document["paths"].values() for found in path.values()]
    assert len(ids) == len(set(ids))


def test_the_summary_is_the_first_line_of_what_is_said(document: dict[str, Any]) -> None:
    assert operation(document, "post", "/v1/notes")["summary"] == "Write a note. More is said here"


def test_path_parameters_have_their_type(document: dict[str, Any]) -> None:
    [parameter] = [
        found
        for found in operation(document, "get", "/v1/notes/{note_id}")["parameters"]
        if found["in"] == "path"
    ]
    assert (parameter["required"], parameter["schema"]) == (True, {"type": "string", "format": "uuid"})
    [word] = operation(document, "get", "/v1/broken/{word}")["parameters"][:1]
    assert word["schema"] == {"type": "string", "maxLength": 200}


def test_query_parameters_say_what_they_are(document: dict[str, Any]) -> None:
    found = {item["name"]: item for item in operation(document, "get", "/v1/notes")["parameters"]}
    assert found["limit"]["schema"]["maximum"] == 200
    assert found["starred"]["description"] == "Only those with or without stars."
    assert not found["cursor"]["required"]
    [reason] = [
        item
        for item in operation(document, "delete", "/v1/notes/{note_id}")["parameters"]
        if item["in"] == "query"
    ]
    assert reason["required"]


def test_conditional_and_idempotent_calls_name_their_headers(document: dict[str, Any]) -> None:
    assert parameters(operation(document, "get", "/v1/notes"), "header") == {"If-None-Match"}
    assert parameters(operation(document, "post", "/v1/notes"), "header") == {"Idempotency-Key"}
    assert parameters(operation(document, "patch", "/v1/notes/{note_id}"), "header") == {"If-Match"}
    assert parameters(operation(document, "post", "/v1/notes/batch"), "header") == set()


ANY_CALL = {"400", "414", "422", "429", "503"}


@pytest.mark.parametrize(
    ("method", "path", "statuses"),
    [
        ("get", "/v1/notes", {"200", "304", "401"}),
        ("post", "/v1/notes", {"201", "401", "409", "410", "413", "415"}),
        ("post", "/v1/notes/batch", {"204", "401", "403", "413", "415"}),
        ("get", "/v1/broken/{word}", {"200", "409", "410"}),
        ("get", "/v1/nothing", {"200"}),
    ],
)
def test_every_status_that_a_call_may_answer_is_in_it(
    document: dict[str, Any], method: str, path: str, statuses: set[str]
) -> None:
    assert set(operation(document, method, path)["responses"]) == statuses | ANY_CALL


def test_errors_are_problem_documents(document: dict[str, Any], client: FlaskClient) -> None:
    content = operation(document, "get", "/v1/notes")["responses"]["401"]["content"]
    assert set(content) == {"application/problem+json"}
    schema = document["components"]["schemas"]["ProblemDocument"]
    answer = client.get("/v1/notes").json
    assert answer is not None
    assert set(answer) <= set(schema["properties"])
    assert set(schema["required"]) <= set(answer)


class _Other:
    """Makes room for a second class of the same name."""

    class NewNote(Body):
        """Another note."""

        pages: int


class _Both(View):
    """Goes in and out."""

    name: str = "x"


class _BothBody(Body):
    """Comes in with what also goes out."""

    inner: _Both


class ClashingRoutes(Routes):
    """Routes whose models have the same names as others."""

    tag = "clashing"

    @route("POST", "/v1/books", access=SIGNED_IN, body=_Other.NewNote, answer=_Both)
    def add_book(self, body: _Other.NewNote) -> _Both:
        """Add a book."""
        return _Both()

    @route("POST", "/v1/both", access=SIGNED_IN, body=_BothBody, answer=_Both)
    def add_both(self, body: _BothBody) -> _Both:
        """Add both."""
        return body.inner


def test_models_of_one_name_and_models_that_go_both_ways_are_told_apart() -> None:
    routes = [
        found for group in (NoteRoutes(Notes()), ClashingRoutes()) for found, _ in declared_routes(group)
    ]
    made = openapi.build(INFO, routes)
    OpenAPIV31SpecValidator(made).validate()
    for reference in references(made):
        assert reference.removeprefix("#/components/schemas/") in made["components"]["schemas"], reference
    book = made["paths"]["/v1/books"]["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    assert set(made["components"]["schemas"][book.rpartition("/")[2]]["properties"]) == {"pages"}


def test_the_document_can_be_asked_of_the_app(app: Flask, document: dict[str, Any]) -> None:
    assert json.loads(json.dumps(openapi.document(app))) == document


class _Renaming(Changes):
    """Only what is given changes."""

    title: str = ""


class ChangingRoutes(Routes):
    """A call whose body's defaults mean nothing."""

    tag = "changing"

    @route("PATCH", "/v1/things/<int:number>", access=SIGNED_IN, body=_Renaming, body_required=False)
    def change(self, number: int, body: _Renaming) -> Answer:
        """Change a thing."""
        return Answer(status=204, headers={"X-Given": ",".join(body.model_fields_set)})


def test_what_need_not_be_given_has_no_default_to_send() -> None:
    made = openapi.build(INFO, [found for found, _ in declared_routes(ChangingRoutes())])
    assert "default" not in json.dumps(made)
    [call] = made["paths"]["/v1/things/{number}"].values()
    assert call["requestBody"]["required"] is False
    assert call["parameters"][0]["schema"] == {"type": "integer"}


def test_a_body_that_need_not_be_given_may_be_left_out(settings: ServiceSettings, issuer: Issuer) -> None:
    app = chassis_app.build(INFO, settings, routes=[ChangingRoutes()], checks=[], verifier=issuer.verifier())
    ask = app.test_client().patch
    given = [
        ask("/v1/things/1", headers=issuer.headers()),
        ask("/v1/things/1", json={}, headers=issuer.headers()),
        ask("/v1/things/1", json={"title": "x"}, headers=issuer.headers()),
    ]
    assert [answer.headers["X-Given"] for answer in given] == ["", "", "title"]
    assert ask("/v1/things/1", data="x", headers=issuer.headers()).status_code == 415


def test_headers_say_what_they_may_hold(document: dict[str, Any]) -> None:
    parameters = {
        one["name"]: one["schema"] for one in operation(document, "post", "/v1/notes")["parameters"]
    }
    key = parameters["Idempotency-Key"]
    assert (key["minLength"], key["maxLength"]) == (1, 255)
    assert re.fullmatch(key["pattern"], "visible-ASCII~!")
    assert not re.fullmatch(key["pattern"], "not visible")


def test_texts_say_that_they_hold_no_control_characters(document: dict[str, Any]) -> None:
    title = document["components"]["schemas"]["NewNote"]["properties"]["title"]
    assert re.search(title["pattern"], "Milk & brød")
    assert not re.search(title["pattern"], "a\nb")
    assert not re.search(title["pattern"], "a\x7fb")
