"""Every call that a service documents, tried with nothing, with rubbish, and as a stranger."""

import json
from itertools import product

import pytest
from openapi_spec_validator import validate
from tests.system.documents import operations
from tests.system.expect import answer, problem
from tests.system.manifests import SERVICES

RUBBISH_IDS = [
    "x",
    "0",
    "-1",
    "00000000-0000-0000-0000-000000000000",
    "a" * 300,
    "%F0%9F%A7%80",
    "%00",
    "*",
    "'\"--",
]
RUBBISH_BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"x"',
    b"1e999",
    b"\xff",
    b'{"\\u0000": 1}',
    b'{"__proto__": {}}',
    b"[" * 5000,
]
# Needed by the suite itself, or by the test's own account.
ENDS_THE_ACCOUNT = {("users", "delete", "/v1/me"), ("users", "delete", "/v1/sessions/current")}


def filled(path, value):
    """Put `value` into every place of a path template."""
    while "{" in path:
        head, _, rest = path.partition("{")
        path = head + value + rest.partition("}")[2]
    return path


@pytest.fixture(params=SERVICES)
def described(request, anyone):
    service = request.param
    return service, answer(anyone.get(service, "/openapi.json"))


def test_the_document_is_valid_openapi_31(described):
    _, document = described
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_the_document_is_not_sent_again_unchanged(anyone, described):
    service, _ = described
    etag = anyone.get(service, "/openapi.json").headers["ETag"]
    assert anyone.get(service, "/openapi.json", headers={"If-None-Match": etag}).status_code == 304


def test_there_is_a_page_to_read(anyone, described):
    service, _ = described
    page = anyone.get(service, "/docs")
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert "http://" not in page.text
    for asset in (
        "/docs/assets/swagger-ui-bundle.js",
        "/docs/assets/swagger-ui.css",
        "/docs/assets/start.js",
        "/docs/assets/page.css",
    ):
        assert anyone.get(service, asset).status_code == 200


def test_every_documented_call_says_how_it_fails(described):
    _, document = described
    for method, path, operation in operations(document):
        assert operation["summary"], (method, path)
        assert operation["operationId"], (method, path)
        if operation.get("security", document.get("security")):
            assert "401" in operation["responses"], (method, path)


def test_no_guarded_call_answers_without_a_token(anyone, described):
    service, document = described
    for method, path, operation in operations(document):
        if operation.get("security"):
            place = filled(path, "01890000-0000-7000-8000-000000000000")
            problem(anyone.call(method.upper(), service, place, json={}), 401)


def test_rubbish_never_breaks_a_call(anna, described):
    service, document = described
    for method, path, operation in operations(document):
        if (service, method, path) in ENDS_THE_ACCOUNT:
            continue
        identifiers = RUBBISH_IDS if "{" in path else ["unused"]
        bodies = RUBBISH_BODIES if "requestBody" in operation else [None]
        pairs = [*product(identifiers[:1], bodies), *product(identifiers[1:], bodies[:1])]
        for identifier, body in pairs:
            headers = {"Content-Type": "application/json"} if body is not None else {}
            where = filled(path, identifier)
            response = anna.client.call(method.upper(), service, where, data=body, headers=headers)
            assert response.status_code < 500, (method, where, body, response.text)
            if response.status_code >= 400:
                problem(response, response.status_code)


def test_rubbish_in_the_query_never_breaks_a_call(anna, described):
    service, document = described
    for method, path, operation in operations(document):
        if method != "get":
            continue
        names = [
            parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"
        ]
        for name, value in product([*names, "unknown"], ["", "\0", "x" * 3000, "🧀", "-1", "[]", "9" * 40]):
            where = filled(path, "01890000-0000-7000-8000-000000000000")
            response = anna.client.get(service, where, params={name: value})
            assert response.status_code < 500, (where, name, value, response.text)
            if response.status_code >= 400:
                problem(response, response.status_code)


def test_every_field_of_every_body_is_checked(anna, described):
    service, document = described
    schemas = document.get("components", {}).get("schemas", {})
    for method, path, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            continue
        name = content["application/json"]["schema"].get("$ref", "").rpartition("/")[2]
        for field, value in product(schemas.get(name, {}).get("properties", {}), [{}, [[]], "\0", -1e300]):
            where = filled(path, "01890000-0000-7000-8000-000000000000")
            response = anna.client.call(method.upper(), service, where, data=json.dumps({field: value}),
                                        headers={"Content-Type": "application/json"})  # fmt: skip
            assert response.status_code < 500, (method, where, field, value, response.text)
            if response.status_code >= 400:
                problem(response, response.status_code)
