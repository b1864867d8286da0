"""HTTP requests as Lambda gets them: from API Gateway (payload 2.0 and 1.0) or a load balancer.

apig-wsgi makes the request and the answer. Before that the event gets what nginx and gunicorn do for a
request: what AWS itself saw of the client wins over what the client says of itself.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
and https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from apig_wsgi import make_lambda_handler

from chassis.function.edge import EdgeProof

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Handler = Callable[[Mapping[str, Any], Any], Any]
"""What Lambda calls with an event and its context."""

_TEXT = ("text/", "application/json", "application/problem+json", "application/atom+xml", "application/xml")
"""Beginnings of content types that are sent as they are; the others are in Base64."""

_FORWARDED = "x-forwarded-for"

_REFUSED = {
    "statusCode": 403,
    "headers": {"content-type": "application/problem+json"},
    "body": json.dumps(
        {
            "type": "about:blank",
            "title": "Forbidden",
            "status": 403,
            "detail": "Ask for the service by its own address.",
        }
    ),
    "isBase64Encoded": False,
}


class NoRequest(ValueError):
    """The event is no HTTP request."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        super().__init__(f"no HTTP request, but an event with {', '.join(sorted(event)) or 'nothing'} in it")


def request_handler(app: WSGIApplication, edge: EdgeProof | None = None) -> Handler:
    """Return what answers requests by `app`. It raises NoRequest for an event of another kind.

    Of a call that `edge` has passed on, the client is whom CloudFront saw. Where `edge` is the only way in,
    API Gateway's calls without its word are refused; a call from inside the account (`lambda invoke`) is not.
    The load balancer's target group has `lambda.multi_value_headers.enabled`: a header that comes twice
    arrives twice.
    """
    answer = make_lambda_handler(
        _ClientAndHeaders(app), binary_support=True, non_binary_content_type_prefixes=_TEXT
    )

    def handle(event: Mapping[str, Any], context: Any) -> Any:
        request = event.get("requestContext")
        if not isinstance(request, Mapping):
            raise NoRequest(event)
        headers = _headers(event)
        by_edge = edge is not None and edge.has_passed(",".join(headers.pop(edge.header, [])))
        if edge is not None and edge.only and not by_edge and "apiId" in request:
            return _REFUSED
        return answer(_careful(event, headers, by_edge=by_edge), context)

    return handle


class _ClientAndHeaders:
    """WSGI middleware for what apig-wsgi leaves out."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request; the peer is whom AWS saw, and a repeated header is one with all its values."""

        def start(status: str, headers: list[tuple[str, str]], error: OptExcInfo | None = None, /) -> Any:
            return start_response(status, _joined(headers), error)

        if forwarded := environ.get("HTTP_X_FORWARDED_FOR"):
            environ["REMOTE_ADDR"] = forwarded.rpartition(",")[2].strip()
        return self._app(environ, start)


def _careful(event: Mapping[str, Any], headers: dict[str, list[str]], *, by_edge: bool) -> dict[str, Any]:
    """Return the event with headers that WSGI can take and that tell the truth about the client."""
    context = event["requestContext"]
    if "elb" not in context:
        _say_who_asks(headers, (context.get("http") or context["identity"])["sourceIp"])
    if by_edge:
        headers[_FORWARDED] = _without_last(headers[_FORWARDED])
    careful = {**event, "headers": {name: ",".join(values) for name, values in headers.items()}}
    if "multiValueHeaders" in event:
        careful["multiValueHeaders"] = headers
    for name in {"path", "rawPath", "rawQueryString"} & event.keys():
        careful[name] = _as_wsgi(event[name])
    return careful


def _headers(event: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return all headers by their names in small letters.

    A name with an underscore is left out, as gunicorn does: to WSGI `X_Forwarded_For` is `X-Forwarded-For`.
    """
    several: Mapping[str, Sequence[str]] = event.get("multiValueHeaders") or {
        name: [value] for name, value in (event.get("headers") or {}).items()
    }
    return {
        name.lower(): [_as_wsgi(value) for value in values]
        for name, values in several.items()
        if "_" not in name
    }


def _say_who_asks(headers: dict[str, list[str]], address: str) -> None:
    """Let the last proxy be API Gateway, which takes HTTPS alone and saw `address`."""
    hops = ",".join(headers.get(_FORWARDED, [])).split(",")
    if hops[-1].strip() != address:
        headers[_FORWARDED] = [*headers.get(_FORWARDED, []), address]
    headers["x-forwarded-proto"] = ["https"]


def _without_last(forwarded: Sequence[str]) -> list[str]:
    """Leave out CloudFront's own address, so that the last hop is whom it saw."""
    hops = ",".join(forwarded).split(",")
    return [",".join(hops[:-1] or hops)]


def _as_wsgi(text: str) -> str:
    """Return `text` as WSGI wants it: each character one byte of its UTF-8."""
    return text.encode("utf-8", "replace").decode("latin-1")


def _joined(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return each header once, except cookies: API Gateway keeps the last of several (RFC 9110, 5.3)."""
    joined: dict[str, tuple[str, str]] = {}
    cookies: list[tuple[str, str]] = []
    for name, value in headers:
        key = name.lower()
        if key == "set-cookie":
            cookies.append((name, value))
        else:
            joined[key] = (name, f"{joined[key][1]}, {value}" if key in joined else value)
    return [*joined.values(), *cookies]
