"""`/openapi.json` and a page at `/docs` that shows it, served from our own origin."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import swagger_ui_bundle
from flask import Blueprint, Response, request, send_from_directory
from werkzeug.exceptions import NotFound

from chassis.http import etags, openapi
from chassis.http.routing import Route

_ASSETS = Path(swagger_ui_bundle.swagger_ui_path)
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<link rel="stylesheet" href="/docs/assets/swagger-ui.css"></head>
<body><div id="swagger-ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>
"""
_SHOWN = frozenset({"swagger-ui.css", "swagger-ui-bundle.js"})  # the bundle's own pages lead elsewhere
_START = """window.ui = SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null,
});
"""


def blueprint(info: openapi.ApiInfo, routes: Sequence[Route]) -> Blueprint:
    """Return the documentation's routes; the document is made once, when the app is."""
    pages = Blueprint("docs", __name__)
    raw = json.dumps(openapi.build(info, routes)).encode()
    etag = etags.of_bytes(raw)
    page = _PAGE.format(title=info.title)

    @pages.get("/openapi.json")
    def document() -> Response:
        headers = {"ETag": etag, "Cache-Control": "public, max-age=60"}
        if etags.is_current(etag, request.headers.get("If-None-Match")):
            return Response(status=304, headers=headers)
        return Response(raw, content_type="application/json", headers=headers)

    @pages.get("/docs")
    def show() -> Response:
        return Response(
            page, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": _CSP}
        )

    @pages.get("/docs/start.js")
    def start() -> Response:
        return Response(_START, content_type="text/javascript; charset=utf-8")

    @pages.get("/docs/assets/<path:name>")
    def asset(name: str) -> Response:
        if name not in _SHOWN:
            raise NotFound
        return send_from_directory(_ASSETS, name, max_age=86_400)

    return pages
