"""HTTP requests as Lambda gets them: from API Gateway (payload 2.0 and 1.0) or a load balancer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from apig_wsgi import make_lambda_handler

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Handler = Callable[[Mapping[str, Any], Any], Any]
"""What Lambda calls with an event and its context."""

_TEXT = ("text/", "application/json", "application/problem+json", "application/atom+xml", "application/xml")
"""Beginnings of content types that are sent as they are; the others are in Base64."""


class NoRequest(ValueError):
    """The event is no HTTP request."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        super().__init__(f"no HTTP request, but an event with {', '.join(sorted(event)) or 'nothing'} in it")


def request_handler(app: WSGIApplication) -> Handler:
    """Return what answers requests by `app`. It raises NoRequest for an event of another kind.

    The load balancer's target group has `lambda.multi_value_headers.enabled`: a header that comes twice
    arrives twice.
    """
    answer = make_lambda_handler(app, binary_support=True, non_binary_content_type_prefixes=_TEXT)

    def handle(event: Mapping[str, Any], context: Any) -> Any:
        if not isinstance(event.get("requestContext"), Mapping):
            raise NoRequest(event)
        return answer(dict(event), context)

    return handle
