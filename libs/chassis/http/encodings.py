"""Request bodies are read as they are: a compressed one could be thousand times larger than it looks."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from werkzeug.exceptions import UnsupportedMediaType


class EncodedBody(UnsupportedMediaType):
    """The body is compressed (RFC 9110, 15.5.16)."""

    description = "Send the body without a Content-Encoding; a compressed one is not read."

    def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
        """Return the headers of the response; `Accept-Encoding` says that no encoding is read."""
        return [*super().get_headers(*args, **kwargs), ("Accept-Encoding", "identity")]


def install(app: Flask) -> None:
    """Make every call of `app` with an encoded body a 415."""

    @app.before_request
    def _refuse_encoded_body() -> None:
        if request.headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:
            raise EncodedBody
