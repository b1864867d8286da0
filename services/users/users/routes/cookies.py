"""The refresh token in a cookie, for pages in a browser.

`__Secure-` and not `__Host-`, because the latter asks for `Path=/` and the token has no business outside
`/v1/sessions`. Against cross-site requests: SameSite=Strict, a body that is JSON or nothing (a
form cannot send that), and a check of Origin. An attacker's page could not read the answer
in any case; all this keeps it from spending the token.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from flask import Request
from werkzeug.http import dump_cookie

from users.errors import ForeignOrigin, SeveralCookies

NAME = "__Secure-slipway_refresh"
PATH = "/v1/sessions"


def set_header(token: str, now: datetime, expires_at: datetime) -> str:
    """Return the Set-Cookie header that hands `token` to the browser until `expires_at`."""
    return _dump(token, max(0, int((expires_at - now).total_seconds())))


def clear_header() -> str:
    """Return the Set-Cookie header that takes the token from the browser."""
    return _dump("", 0)


def _dump(value: str, max_age: int) -> str:
    return dump_cookie(NAME, value, max_age=max_age, path=PATH, secure=True, httponly=True, samesite="Strict")


def token_in(request: Request) -> str | None:
    """Return the refresh token in the request's cookie, if it has one.

    Raises Malformed when there are two: one of them was planted by another host of the domain, and which
    one cannot be told.
    """
    tokens = request.cookies.getlist(NAME)
    if len(tokens) > 1:
        raise SeveralCookies(NAME)
    return tokens[0] if tokens else None


class TrustedOrigins:
    """Knows the origins of the apps whose pages may use the cookie.

    A subdomain is not enough: whoever gets to serve a page on any of them, the bucket's for one, could
    spend the token otherwise.
    """

    def __init__(self, origins: Collection[str]) -> None:
        self._origins = frozenset(origins)

    def check(self, request: Request) -> None:
        """Raise ForeignOrigin when a browser says that the request comes from another page."""
        origin = request.headers.get("Origin")
        if origin is not None and origin not in self._origins:
            raise ForeignOrigin
        if origin is None and request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise ForeignOrigin
