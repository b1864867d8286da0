from __future__ import annotations

import io
import json
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from libs.chassis.tests.sample import Notes
from werkzeug.test import TestResponse

from chassis.http.routing import route
from chassis.identity.auth import PUBLIC, SIGNED_IN, Access
from chassis.testing import Issuer

Headers = dict[str, str]


def post(
    client: FlaskClient, headers: Headers, body: bytes | str, kind: str = "application/json"
) -> TestResponse:
    return client.post("/v1/notes", data=body, headers={**headers, "Content-Type": kind})


def pointers(response: TestResponse) -> list[str]:
    assert response.status_code == 422, response.text
    return [error["pointer"] for error in response.json["errors"]]  # type: ignore[index]


def test_a_view_becomes_json_under_the_declared_status(client: FlaskClient, ann: Headers) -> None:
    response = post(client, ann, '{"title": "Milk"}')
    assert response.status_code == 201
    assert response.content_type == "application/json"
    assert response.json["title"] == "Milk"  # type: ignore[index]
    assert response.headers["Location"] == f"/v1/notes/{response.json['id']}"  # type: ignore[index]
    assert response.headers["ETag"] == '"1"'


def test_the_answer_to_a_write_is_never_kept_by_a_cache(client: FlaskClient, ann: Headers) -> None:
    assert post(client, ann, '{"title": "Milk"}').headers["Cache-Control"] == "no-store"


def test_the_answer_to_a_signed_in_read_is_private_and_varies_by_caller(
    client: FlaskClient, ann: Headers
) -> None:
    response = client.get("/v1/notes", headers=ann)
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert response.headers["Vary"] == "Authorization"


def test_a_public_read_may_be_shared_and_needs_no_token(client: FlaskClient) -> None:
    response = client.get("/v1/motd")
    assert response.json == {"message": "hello"}
    assert response.headers["Cache-Control"] == "no-cache"
    assert "Vary" not in response.headers


def test_what_no_resource_can_be_called_is_not_looked_for(client: FlaskClient) -> None:
    assert client.get(f"/v1/broken/{'ü' * 200}").status_code == 500
    answer = client.get(f"/v1/broken/{'ü' * 201}")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_a_public_route_does_not_mind_a_bad_token(client: FlaskClient) -> None:
    assert client.get("/v1/motd", headers={"Authorization": "Bearer nonsense"}).status_code == 200


def test_no_content_has_no_type_and_carries_its_headers(client: FlaskClient, ann: Headers) -> None:
    note = post(client, ann, '{"title": "Milk"}').json["id"]  # type: ignore[index]
    response = client.delete(f"/v1/notes/{note}?reason=done", headers=ann)
    assert (response.status_code, response.data) == (204, b"")
    assert "Content-Type" not in response.headers
    assert response.headers["X-Reason"] == "done"


def test_a_call_without_a_token_is_refused_before_its_body_is_looked_at(client: FlaskClient) -> None:
    response = post(client, {}, "not json", "text/plain")
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip"])
def test_a_compressed_body_is_refused_with_what_is_read_instead(
    client: FlaskClient, ann: Headers, encoding: str
) -> None:
    response = post(client, {**ann, "Content-Encoding": encoding}, b"\x1f\x8b")
    assert response.status_code == 415
    assert "Content-Encoding" in response.json["detail"]  # type: ignore[index]
    assert response.headers["Accept-Encoding"] == "identity"
    assert post(client, {**ann, "Content-Encoding": "identity"}, '{"title": "Milk"}').status_code == 201


def test_a_call_without_the_scope_is_refused(client: FlaskClient, issuer: Issuer) -> None:
    response = client.post(
        "/v1/notes/batch", json={"steps": []}, headers=issuer.headers("ann", ["notes:read"])
    )
    assert response.status_code == 403
    assert "notes:batch" in response.json["detail"]  # type: ignore[index]


def test_a_call_with_the_scope_among_others_is_let_in(client: FlaskClient, issuer: Issuer) -> None:
    headers = issuer.headers("ann", ["other", "notes:batch"])
    assert client.post("/v1/notes/batch", json={"steps": []}, headers=headers).status_code == 204


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", ""])
def test_another_content_type_is_415(client: FlaskClient, ann: Headers, kind: str) -> None:
    assert post(client, ann, '{"title": "Milk"}', kind).status_code == 415


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-16", "UTF-7"])
def test_another_charset_is_415(client: FlaskClient, ann: Headers, charset: str) -> None:
    assert post(client, ann, '{"title": "Milk"}', f"application/json; charset={charset}").status_code == 415


@pytest.mark.parametrize("parameter", ["charset=utf-8", "charset=UTF-8", 'charset="utf-8"', "odata=verbose"])
def test_utf8_may_be_named(client: FlaskClient, ann: Headers, parameter: str) -> None:
    assert post(client, ann, '{"title": "Milk"}', f"application/json; {parameter}").status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        "{",
        '{"title": "Milk"} x',
        "title=Milk",
        "{\"title\": 'Milk'}",
        b'{"title": "\xff\xfe"}',
        '{"title": "Milk"}'.encode("utf-16"),
        '{"title": "\\ud800"}',
        '{"title": "a\nb"}',
        "[" * 5000,
        '{"a":' * 1000 + "1" + "}" * 1000,
    ],
    ids=[
        "cut",
        "trailing",
        "form",
        "quotes",
        "not-utf8",
        "utf16",
        "lone-surrogate",
        "raw-newline",
        "deep-list",
        "deep-object",
    ],
)
def test_what_is_not_json_is_400(client: FlaskClient, ann: Headers, body: str | bytes) -> None:
    assert post(client, ann, body).status_code == 400


@pytest.mark.parametrize("body", ["", "null", "[]", "3", '"x"'])
def test_json_that_is_no_object_is_422_at_the_root(client: FlaskClient, ann: Headers, body: str) -> None:
    assert pointers(post(client, ann, body)) == [""]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({}, "/title"),
        ({"title": ""}, "/title"),
        ({"title": 3}, "/title"),
        ({"title": None}, "/title"),
        ({"title": "x" * 101}, "/title"),
        ({"title": "two\nlines"}, "/title"),
        ({"title": "bell\a"}, "/title"),
        ({"title": "x\u2028y"}, "/title"),
        ({"title": "ok", "text": "nul\0"}, "/text"),
        ({"title": "ok", "text": "\u0085"}, "/text"),
        ({"title": "ok", "stars": "3"}, "/stars"),
        ({"title": "ok", "stars": 1.5}, "/stars"),
        ({"title": "ok", "stars": True}, "/stars"),
        ({"title": "ok", "stars": 10**400}, "/stars"),
        ({"title": "ok", "due": "2026-01-31T12:00:00"}, "/due"),
        ({"title": "ok", "due": 1770000000}, "/due"),
        ({"title": "ok", "due": "0001-01-01T00:00:00+14:00"}, "/due"),
        ({"title": "ok", "tags": ["a", "b", "c\x07"]}, "/tags/2"),
        ({"title": "ok", "tags": list("abcd")}, "/tags"),
        ({"title": "ok", "colour": "red"}, "/colour"),
        ({"title": "ok", "a/b~c": 1}, "/a~1b~0c"),
    ],
)
def test_a_wrong_value_is_named_by_its_pointer(
    client: FlaskClient, ann: Headers, fields: dict[str, Any], pointer: str
) -> None:
    assert pointers(post(client, ann, json.dumps(fields))) == [pointer]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_json_does_not_have_are_refused(client: FlaskClient, ann: Headers, number: str) -> None:
    response = post(client, ann, f'{{"title": "ok", "weight": {number}}}')
    assert response.status_code in {400, 422}


def test_text_may_have_several_lines(client: FlaskClient, ann: Headers) -> None:
    assert post(client, ann, '{"title": "ok", "text": "a\\n\\tb\\r\\nc"}').status_code == 201


def test_a_wrong_value_inside_one_of_several_kinds_is_named_by_where_it_stands(
    client: FlaskClient, issuer: Issuer
) -> None:
    steps = [
        {"op": "rename", "title": "x" * 11},
        {"op": "drop"},
        {"op": "paint"},
        {"op": "rename", "title": "", "x": 1},
    ]
    response = client.post(
        "/v1/notes/batch", json={"steps": steps}, headers=issuer.headers("ann", ["notes:batch"])
    )
    assert pointers(response) == ["/steps/0/title", "/steps/1/note_id", "/steps/2", "/steps/3/x"]


def test_at_most_twenty_wrong_values_are_listed(client: FlaskClient, ann: Headers) -> None:
    response = post(client, ann, json.dumps({f"unknown{number}": 1 for number in range(50)}))
    assert len(pointers(response)) == 20
    assert response.json["detail"].startswith("51 invalid values")  # type: ignore[index]


def test_a_wrong_value_is_never_sent_back(client: FlaskClient, ann: Headers) -> None:
    response = post(client, ann, '{"title": ["hunter2"], "hunter3": "hunter4"}')
    assert "hunter2" not in response.text
    assert "hunter4" not in response.text


def test_a_body_that_is_too_large_is_413(client: FlaskClient, ann: Headers) -> None:
    response = post(client, ann, json.dumps({"title": "x" * 30_000}))
    assert response.status_code == 413
    assert response.json["status"] == 413  # type: ignore[index]


def test_a_body_of_unknown_length_that_is_too_large_is_413(client: FlaskClient, ann: Headers) -> None:
    body = json.dumps({"title": "x" * 30_000}).encode()
    response = client.post(
        "/v1/notes",
        input_stream=io.BytesIO(body),
        headers={**ann, "Content-Type": "application/json", "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "/limit"),
        ("limit=201", "/limit"),
        ("limit=many", "/limit"),
        ("limit=10&limit=20", "/limit"),
        ("strred=true", "/strred"),
        ("starred=perhaps", "/starred"),
        ("colour=green", "/colour"),
        ("cursor=x", "/cursor"),
        ("a/b=1&a/b=2", "/a~1b"),
        ("", "/reason"),
    ],
)
def test_a_wrong_parameter_is_named_by_its_pointer(
    client: FlaskClient, ann: Headers, query: str, pointer: str
) -> None:
    response = (
        client.get(f"/v1/notes?{query}", headers=ann)
        if query
        else client.delete(f"/v1/notes/{uuid4()}", headers=ann)
    )
    assert pointers(response) == [pointer]


def test_a_call_that_takes_no_parameters_refuses_them(client: FlaskClient) -> None:
    assert pointers(client.get("/v1/motd?page=2")) == ["/page"]


def test_many_repeated_parameters_are_not_all_listed(client: FlaskClient, ann: Headers) -> None:
    query = "&".join(f"p{number}=1&p{number}=2" for number in range(50))
    assert len(pointers(client.get(f"/v1/notes?{query}", headers=ann))) == 20


def test_a_get_carries_a_strong_etag_and_is_304_when_unchanged(client: FlaskClient, ann: Headers) -> None:
    first = client.get("/v1/notes", headers=ann)
    etag = first.headers["ETag"]
    assert etag.startswith('"')
    again = client.get("/v1/notes", headers={**ann, "If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    for name in ("ETag", "Cache-Control", "Vary"):
        assert again.headers[name] == first.headers[name]
    assert "Content-Type" not in again.headers


@pytest.mark.parametrize("condition", ['W/"v1"', '"v0", "v1"', '"v0", W/"v1"', "*"])
def test_a_get_is_304_for_weak_listed_and_any_tags(client: FlaskClient, condition: str) -> None:
    assert client.get("/v1/motd", headers={"If-None-Match": condition}).status_code == 304


@pytest.mark.parametrize("condition", ['"v2"', "", '"v', "garbage, , \x7f"])
def test_a_get_is_200_for_another_tag(client: FlaskClient, condition: str) -> None:
    assert client.get("/v1/motd", headers={"If-None-Match": condition}).status_code == 200


def test_a_changed_list_has_another_etag(client: FlaskClient, ann: Headers) -> None:
    before = client.get("/v1/notes", headers=ann).headers["ETag"]
    post(client, ann, '{"title": "Milk"}')
    after = client.get("/v1/notes", headers={**ann, "If-None-Match": before})
    assert after.status_code == 200
    assert after.headers["ETag"] != before


def test_head_is_get_without_the_body(client: FlaskClient) -> None:
    get, head = client.get("/v1/motd"), client.head("/v1/motd")
    assert head.data == b""
    for name in ("ETag", "Content-Type", "Content-Length", "Cache-Control"):
        assert head.headers[name] == get.headers[name]
    assert client.head("/v1/motd", headers={"If-None-Match": '"v1"'}).status_code == 304


def test_an_answer_without_content_is_not_compared(client: FlaskClient) -> None:
    response = client.get("/v1/nothing", headers={"If-None-Match": "*"})
    assert response.status_code == 204
    assert "ETag" not in response.headers


def test_a_slash_at_the_end_makes_no_difference(client: FlaskClient) -> None:
    assert client.get("/v1/motd/").status_code == 200


def test_a_missing_note_of_ones_own_is_404(client: FlaskClient, ann: Headers) -> None:
    assert client.get(f"/v1/notes/{uuid4()}", headers=ann).status_code == 404


def test_callers_are_kept_apart(client: FlaskClient, ann: Headers, issuer: Issuer, notes: Notes) -> None:
    post(client, ann, '{"title": "Milk"}')
    assert client.get("/v1/notes", headers=issuer.headers("bob")).json["items"] == []  # type: ignore[index]


@pytest.mark.parametrize(
    "body",
    ['{"title": "a", "title": "b"}', '{"title": "a", "t\\u0069tle": "a"}', '{"title": {"x": 1, "x": 1}}'],
)
def test_a_name_that_is_given_twice_is_refused(client: FlaskClient, ann: Headers, body: str) -> None:
    response = post(client, ann, body)
    assert response.status_code in {400, 422}
    assert response.content_type == "application/problem+json"


def test_the_name_that_is_given_twice_is_named(client: FlaskClient, ann: Headers) -> None:
    response = post(client, ann, '{"title": "a", "title": "b"}')
    assert response.status_code == 400
    assert '"title"' in response.json["detail"]  # type: ignore[index]


@pytest.mark.parametrize("query", ["q=%FF", "%C3=1", "q=%C3%28", "q=%ED%A0%80", "limit=1&q=%80"])
def test_a_query_that_is_no_utf8_is_refused(client: FlaskClient, ann: Headers, query: str) -> None:
    response = client.get(f"/v1/notes?{query}", headers=ann)
    assert response.status_code == 400
    assert response.content_type == "application/problem+json"


def test_a_query_in_utf8_is_read(client: FlaskClient, ann: Headers) -> None:
    assert client.get("/v1/notes?limit=%31", headers=ann).status_code == 200


@pytest.mark.parametrize(("method", "access"), [("POST", SIGNED_IN), ("GET", PUBLIC)])
def test_only_what_a_get_answers_to_a_known_caller_can_be_cached(method: str, access: Access) -> None:
    with pytest.raises(ValueError, match="cached"):
        route(method, "/v1/notes", access=access, cached=lambda: "notes")
