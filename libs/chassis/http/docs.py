"""`/openapi.json` and a page at `/docs` that shows it, served from our own origin."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path

import flask_swagger_ui
from flask import Blueprint, Response, request, send_from_directory
from werkzeug.exceptions import NotFound

from chassis.http import etags, openapi
from chassis.http.routing import Route

_ASSETS = Path(flask_swagger_ui.__file__).parent / "dist"
_VIEWER = Path(__file__).parent / "viewer"
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self' {issuer}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Not the bundle's own pages, which lead elsewhere.
_SHOWN = {
    "favicon-32x32.png": _ASSETS,
    "swagger-ui.css": _ASSETS,
    "swagger-ui-bundle.js": _ASSETS,
    "page.css": _VIEWER,
    "start.js": _VIEWER,
}


def blueprint(info: openapi.ApiInfo, routes: Sequence[Route], issuer: str = "") -> Blueprint:
    """Return the documentation's routes.

    The document is made when somebody asks for it: that takes longer than all else of a new process. People
    sign in on the page with an account of `issuer`, if that is an origin with our `/v1/sessions`.
    """
    pages = Blueprint("docs", __name__)
    template = (_VIEWER / "page.html").read_text(encoding="utf-8")
    page = template.format(title=escape(info.title), issuer=escape(issuer))
    policy = _CSP.format(issuer=issuer).replace(" ;", ";")

    @cache
    def document() -> tuple[bytes, str]:
        raw = json.dumps(openapi.build(info, routes)).encode()
        return raw, etags.of_bytes(raw)

    @pages.get("/openapi.json")
    def show_document() -> Response:
        raw, etag = document()
        headers = {"ETag": etag, "Cache-Control": "public, max-age=60"}
        if etags.is_current(etag, request.headers.get("If-None-Match")):
            return Response(status=304, headers=headers)
        return Response(raw, content_type="application/json", headers=headers)

    @pages.get("/docs")
    def show_page() -> Response:
        return Response(
            page, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": policy}
        )

    @pages.get("/docs/assets/<path:name>")
    def asset(name: str) -> Response:
        if name not in _SHOWN:
            raise NotFound
        return send_from_directory(_SHOWN[name], name, max_age=86_400)

    return pages
