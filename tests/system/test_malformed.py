"""Requests that are not as they should be: always a problem document, never our fault."""

import json
from uuid import uuid4

import pytest
from tests.system.expect import answer, problem, refused
from tests.system.manifests import SERVICES

MEGABYTE = 1024 * 1024
NOWHERE = [
    "/", "/v1", "/v1/", "/v2/todos", "/v1/nothing", "/.env", "/.git/config", "/admin", "/v1//todos",
    "/v1/todos/../../etc/passwd", "/%2e%2e/etc/passwd", "/v1/%ff", "/a%00b",
]  # fmt: skip


def raw(account, content, content_type="application/json"):
    headers = {"Content-Type": content_type} if content_type else {}
    return account.client.call("POST", "todos", "/v1/todos", data=content, headers=headers)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"}", b'{"title": "x"', b'{"title": "x"}}', b"{'title': 'x'}", b'{"title": "x",}', b"title=x",
     b'{"title": "\xff\xfe"}', b"\x00", b"\xef\xbb\xbf\xff", b'{"title": "x", "priority": NaN}',
     b"[" * 100_000, b'{"a":' * 50_000, b'{"title": "\\ud800"}', b'{"title": "a\nb"}',
     b"<?xml version='1.0'?><a/>"],
)  # fmt: skip
def test_what_is_no_json_is_refused(anna, content):
    response = raw(anna, content)
    assert response.status_code in {400, 422}, response.text
    problem(response, response.status_code)
    assert anna.todos() == []


@pytest.mark.parametrize("value", [None, [], "x", 1, True, [{"title": "x"}], {}])
def test_a_body_of_another_shape_is_refused(anna, value):
    problem(raw(anna, json.dumps(value)), 422)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml",
     "application/jsonx", "", None],
)  # fmt: skip
def test_another_content_type_is_refused(anna, content_type):
    problem(raw(anna, b'{"title": "x"}', content_type), 415)
    assert anna.todos() == []


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "APPLICATION/JSON"])
def test_json_is_json_however_it_is_named(anna, content_type):
    answer(raw(anna, b'{"title": "x"}', content_type), 201)


def test_json_in_another_encoding_is_refused(anna):
    refused(raw(anna, '{"title": "ä"}'.encode("utf-16"), "application/json"))


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_ten_megabytes_are_refused(anna, service, method):
    body = b'{"title": "' + b"x" * (10 * MEGABYTE) + b'"}'
    headers = {"Content-Type": "application/json"}
    problem(anna.client.call(method, service, "/v1/anything", data=body, headers=headers), 413)


def test_ten_megabytes_in_pieces_are_refused(anna):
    pieces = (b" " * 65_536 for _ in range(160))
    headers = {"Content-Type": "application/json"}
    problem(anna.client.call("POST", "todos", "/v1/todos", data=pieces, headers=headers), 413)


def test_a_small_body_in_pieces_is_taken(anna):
    pieces = iter([b'{"title"', b': "in pieces"}'])
    headers = {"Content-Type": "application/json"}
    answer(anna.client.call("POST", "todos", "/v1/todos", data=pieces, headers=headers), 201)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("path", NOWHERE)
def test_a_path_that_is_not_there_is_a_problem_document(anna, service, path):
    response = anna.client.get(service, path)
    assert response.status_code in {400, 404}, response.text
    problem(response, response.status_code)


@pytest.mark.parametrize(
    ("service", "method", "path"),
    [
        ("users", "GET", "/v1/accounts"),
        ("users", "PUT", "/v1/me"),
        ("todos", "PUT", "/v1/todos"),
        ("todos", "DELETE", "/v1/lists"),
        ("media", "POST", "/v1/objects"),
        ("media", "GET", "/v1/uploads"),
    ],
)
def test_another_method_is_refused_naming_the_right_ones(anna, service, method, path):
    response = anna.client.call(method, service, path)
    problem(response, 405)
    assert response.headers["Allow"]
    assert method not in response.headers["Allow"].replace(" ", "").split(",")


@pytest.mark.parametrize("method", ["TRACE", "BREW", "PROPFIND"])
def test_an_odd_method_is_refused(anna, method):
    response = anna.client.call(method, "todos", "/v1/todos")
    assert response.status_code in {400, 405, 501}
    problem(response, response.status_code)


@pytest.mark.parametrize("service", SERVICES)
def test_a_very_long_address_is_refused(anna, service):
    problem(anna.client.get(service, "/v1/" + "x" * 12_000), 414)


@pytest.mark.parametrize("service", SERVICES)
def test_very_large_headers_are_refused(anna, service):
    response = anna.client.get(service, "/v1/me", headers={"X-Big": "x" * 12_000})
    assert response.status_code in {400, 431}
    problem(response, response.status_code)


def test_a_request_id_comes_back(anna):
    mine = f"client-{uuid4()}"
    response = anna.client.get("todos", "/v1/todos", headers={"X-Request-Id": mine})
    assert response.headers["X-Request-Id"] == mine
    response = anna.client.get("todos", "/v1/nothing", headers={"X-Request-Id": mine})
    assert problem(response, 404)["request_id"] == mine


@pytest.mark.parametrize("value", ["x" * 5000, "a b;<script>", '"}{"', "ü"])
def test_a_wild_request_id_is_replaced(anna, value):
    response = anna.client.get("todos", "/v1/nothing", headers={"X-Request-Id": value.encode()})
    identifier = problem(response, 404)["request_id"]
    assert identifier
    assert identifier != value


def test_a_malformed_traceparent_is_no_trouble(anna):
    answer(anna.client.get("todos", "/v1/todos", headers={"traceparent": "00-zz-zz-zz"}))


def test_json_is_answered_whatever_is_accepted(anna):
    answer(anna.client.get("todos", "/v1/todos", headers={"Accept": "text/html"}))
    problem(anna.client.get("todos", "/v1/nothing", headers={"Accept": "text/html"}), 404)


@pytest.mark.parametrize("service", SERVICES)
def test_problems_are_not_kept_by_caches(anna, service):
    assert "no-store" in anna.client.get(service, "/v1/nothing").headers["Cache-Control"]


def test_a_body_on_a_reading_is_no_trouble(anna):
    headers = {"Content-Type": "application/json"}
    response = anna.client.call("GET", "todos", "/v1/todos", data=b"{}", headers=headers)
    assert response.status_code in {200, 400}


def test_two_requests_are_not_made_of_one(anna, environment):
    """A body that looks like a request (smuggling) stays a body."""
    content = b'{"title": "x"}GET /v1/me HTTP/1.1\r\nHost: users\r\n\r\n'
    response = raw(anna, content)
    problem(response, 400)
    answer(anna.client.get("todos", "/v1/todos"))
