"""The same request by each way that reaches a function."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from flask import Flask, Response, jsonify, request
from libs.chassis.tests.function.samples import Context, event

from chassis.function.edge import EdgeProof
from chassis.function.requests import Handler, NoRequest, request_handler
from chassis.http.proxies import TrustedProxies

WAYS = ["api-gateway-2", "api-gateway-1", "load-balancer"]


@pytest.fixture
def handler() -> Handler:
    app = Flask("tiny")

    @app.post("/v1/echo")
    def echo() -> Response:
        answer = jsonify(
            address=request.remote_addr,
            cookies=dict(request.cookies),
            host=request.host,
            scheme=request.scheme,
            text=request.get_json()["text"],
            words=request.args.getlist("word"),
        )
        answer.set_cookie("a", "1")
        answer.set_cookie("b", "2")
        return answer

    @app.get("/picture")
    def picture() -> Response:
        return Response(b"\x89PNG\r\n", content_type="image/png")

    @app.get("/told/<path:path>")
    def told(path: str) -> Response:
        answer = jsonify(address=request.remote_addr, path=path, note=request.headers.get("X-Note"))
        answer.headers.add("Link", "<a>")
        answer.headers.add("Link", "<b>")
        return answer

    @app.get("/unchanged")
    def unchanged() -> Response:
        return Response(status=304, headers={"ETag": '"1"'})

    return request_handler(TrustedProxies(app, 1, None))


def body_of(answer: Any) -> bytes:
    body: str = answer["body"]
    return base64.b64decode(body) if answer["isBase64Encoded"] else body.encode()


def moved(way: str, path: str) -> dict[str, Any]:
    """Return a request for another path, without a body."""
    found = {**event(way), "path": path, "rawPath": path, "body": None, "isBase64Encoded": False}
    if "httpMethod" in found:
        return {**found, "httpMethod": "GET"}
    context = found["requestContext"]
    return {**found, "requestContext": {**context, "http": {**context["http"], "method": "GET"}}}


@pytest.mark.parametrize("way", WAYS)
def test_a_request_is_the_same_by_every_way(handler: Handler, way: str) -> None:
    answer = handler(event(way), Context())
    assert answer["statusCode"] == 200
    assert json.loads(body_of(answer)) == {
        "address": "203.0.113.9",
        "cookies": {"first": "1", "second": "2"},
        "host": "tiny.example.com",
        "scheme": "https",
        "text": "grün",
        "words": ["a b", "c"],
    }


def with_headers(request: dict[str, Any], **headers: str) -> dict[str, Any]:
    """Return the request with further headers, in each form that it has."""
    added = {
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
    }
    return request | {name: {**request[name], **more} for name, more in added.items() if name in request}


@pytest.mark.parametrize("way", WAYS)
def test_a_header_with_underscores_does_not_pass_for_a_proxys(handler: Handler, way: str) -> None:
    forged = {"X_Forwarded_For": "192.0.2.1", "x_note": "forged"}
    told = json.loads(body_of(handler(with_headers(moved(way, "/told/a"), **forged), Context())))
    assert (told["address"], told["note"]) == ("203.0.113.9", None)


@pytest.mark.parametrize("way", ["api-gateway-2", "api-gateway-1"])
def test_the_address_is_the_one_that_api_gateway_saw_whatever_the_client_says(
    handler: Handler, way: str
) -> None:
    found = moved(way, "/told/a")
    name = next(name for name in found["headers"] if name.lower() == "x-forwarded-for")
    told = json.loads(body_of(handler(with_headers(found, **{name: "192.0.2.1"}), Context())))
    assert told["address"] == "203.0.113.9"


@pytest.mark.parametrize("way", WAYS)
def test_text_beyond_latin_letters_arrives_in_headers_and_paths(handler: Handler, way: str) -> None:
    found = with_headers(moved(way, "/told/caf\u00e9/\u4f60"), **{"X-Note": "\u4f60"})
    told = json.loads(body_of(handler(found, Context())))
    assert told["path"] == "caf\u00e9/\u4f60"
    assert told["note"].encode("latin-1").decode() == "\u4f60"


@pytest.mark.parametrize("way", WAYS)
def test_every_value_of_a_repeated_header_arrives(handler: Handler, way: str) -> None:
    answer = handler(moved(way, "/told/a"), Context())
    several = answer.get("multiValueHeaders") or {name: [one] for name, one in answer["headers"].items()}
    assert [values for name, values in several.items() if name.lower() == "link"] == [["<a>, <b>"]]


@pytest.mark.parametrize("way", WAYS)
def test_every_cookie_arrives(handler: Handler, way: str) -> None:
    answer = handler(event(way), Context())
    many = answer.get("multiValueHeaders", {})
    found = answer.get("cookies") or many.get("set-cookie") or many.get("Set-Cookie")
    assert [one.partition(";")[0] for one in found] == ["a=1", "b=2"]


@pytest.mark.parametrize("way", WAYS)
def test_bytes_arrive_as_they_are(handler: Handler, way: str) -> None:
    answer = handler(moved(way, "/picture"), Context())
    assert answer["isBase64Encoded"]
    assert body_of(answer) == b"\x89PNG\r\n"


@pytest.mark.parametrize("way", WAYS)
def test_what_is_unchanged_has_no_body(handler: Handler, way: str) -> None:
    answer = handler(moved(way, "/unchanged"), Context())
    assert answer["statusCode"] == 304
    assert body_of(answer) == b""


@pytest.mark.parametrize("other", [{}, {"periodic": "all"}, {"Records": []}, {"requestContext": None}])
def test_what_is_no_request_is_refused_by_name(handler: Handler, other: dict[str, Any]) -> None:
    with pytest.raises(NoRequest, match="no HTTP request"):
        handler(other, Context())


_WORD = "w0rd"


def by_cloudfront(way: str, word: str, *, only: bool = False) -> Any:
    """Return the answer to a call that says it came through CloudFront, of which the digest is known."""
    app = Flask("seen")

    @app.get("/seen")
    def seen() -> Response:
        return jsonify(address=request.remote_addr, word=request.headers.get("X-Origin-Secret"))

    edge = EdgeProof("x-origin-secret", hashlib.sha256(_WORD.encode()).hexdigest(), only)
    found = moved(way, "/seen")
    name = next(name for name in found["headers"] if name.lower() == "x-forwarded-for")
    asked = with_headers(found, **{name: "192.0.2.1, 198.51.100.7", "X-Origin-Secret": word})
    return request_handler(TrustedProxies(app, 1, None), edge)(asked, Context())


@pytest.mark.parametrize("way", ["api-gateway-2", "api-gateway-1"])
def test_of_a_call_by_our_cloudfront_the_client_is_whom_it_saw(way: str) -> None:
    assert json.loads(body_of(by_cloudfront(way, _WORD))) == {"address": "198.51.100.7", "word": None}


@pytest.mark.parametrize("way", ["api-gateway-2", "api-gateway-1"])
def test_who_only_says_so_is_the_client(way: str) -> None:
    assert json.loads(body_of(by_cloudfront(way, "guess")))["address"] == "203.0.113.9"


@pytest.mark.parametrize("way", ["api-gateway-2", "api-gateway-1"])
def test_where_cloudfront_is_the_only_way_in_others_are_refused(way: str) -> None:
    refused = by_cloudfront(way, "guess", only=True)
    assert (refused["statusCode"], json.loads(refused["body"])["status"]) == (403, 403)
    assert by_cloudfront(way, _WORD, only=True)["statusCode"] == 200


def test_a_call_from_inside_the_account_needs_no_word() -> None:
    edge = EdgeProof("x-origin-secret", "00", only=True)
    asked = moved("api-gateway-2", "/nowhere")
    asked["requestContext"].pop("apiId")
    assert request_handler(Flask("tiny"), edge)(asked, Context())["statusCode"] == 404


def test_without_a_word_to_compare_there_is_no_edge() -> None:
    assert EdgeProof.read({"FUNCTION_EDGE_HEADER": "X-Origin-Secret"}) is None
    found = EdgeProof.read(
        {"FUNCTION_EDGE_HEADER": "X-A", "FUNCTION_EDGE_SHA256": "AB", "FUNCTION_EDGE_ONLY": "true"}
    )
    assert found == EdgeProof("x-a", "ab", only=True)
