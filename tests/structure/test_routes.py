from __future__ import annotations

import re

from tests.structure import description, tree

from slipway.checkout import openapi

# What the chassis gives every service: nothing of anybody's is in it.
_COMMON = {
    "GET /livez",
    "GET /readyz",
    "GET /metrics",
    "GET /version",
    "GET /openapi.json",
    "GET /docs",
    "GET /docs/assets/<path:name>",
}


# Where standards, or those who read them, look for something.
_KNOWN_PLACES = {"/feed.atom", "/sitemap.xml"}
# What a browser shows to people: links in mails lead there, and its other files belong to it.
_PAGES = {"text/html", "text/javascript", "text/css"}


def allowed(service: str) -> list[str]:
    """Return the calls without a token that the service's own list names."""
    path = tree.ROOT / "services" / service / "public_routes.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [line for line in lines if not line.startswith("#")]


def test_every_route_declares_who_may_call_it(service: str) -> None:
    found = description.of(service)
    assert set(found.rules) - _COMMON == {route["call"] for route in found.routes}


def test_the_calls_without_a_token_are_the_ones_that_are_allowed(service: str) -> None:
    public = [route["call"] for route in description.of(service).routes if route["public"]]
    assert sorted(public) == allowed(service)


def test_every_other_call_is_401_without_one(service: str) -> None:
    answers = {
        route["call"]: route["without_token"]
        for route in description.of(service).routes
        if not route["public"]
    }
    assert answers or allowed(service)
    assert {call: status for call, status in answers.items() if status != 401} == {}


def test_nothing_that_hands_out_credentials_is_kept_to_be_answered_again(service: str) -> None:
    credential = re.compile(r"token$|secret|password")
    handing_out = {
        route["call"]: route["idempotent"]
        for route in description.of(service).routes
        if any(credential.search(field) for field in route["answers"])
    }
    assert {call for call, idempotent in handing_out.items() if idempotent} == set()
    assert service != "users" or len(handing_out) >= 3


def test_every_path_is_of_a_version_or_of_a_standard(service: str) -> None:
    calls = [route for route in description.of(service).routes if route["media_type"] not in _PAGES]
    paths = [route["call"].split(" ")[1] for route in calls]
    paths = [path for path in paths if path not in _KNOWN_PLACES]
    assert [path for path in paths if not re.match(r"/(v\d+|\.well-known|oauth)/", path)] == []


def test_names_of_calls_are_unique_and_say_what_they_do(service: str) -> None:
    routes = description.of(service).routes
    assert len({route["name"] for route in routes}) == len(routes)
    assert [route["name"] for route in routes if len(route["summary"].split()) < 2] == []


def test_the_committed_openapi_document_is_what_is_served(service: str) -> None:
    assert openapi.path(tree.ROOT, service).read_text(encoding="utf-8") == openapi.text(tree.ROOT, service)
