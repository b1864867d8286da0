"""An HTTP API before a function, as API Gateway has it: requests become events of payload 2.0.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

from functions.instance import FunctionFailed
from functions.pool import TooManyCalls

log = logging.getLogger(__name__)

_MOST_BYTES = 10 * 1024 * 1024
_NO_BODY = {204, 304}
_JSON = {"content-type": "application/json"}
_OURS = {"connection", "content-length", "transfer-encoding"}


class HttpApi(ThreadingHTTPServer):
    """Serves on loopback and calls `invoke` with each request."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, invoke: Callable[[Any], Any]) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.invoke = invoke


class _Handler(BaseHTTPRequestHandler):
    server: HttpApi
    protocol_version = "HTTP/1.1"
    timeout = 75  # longer than the gateway keeps a connection

    def __getattr__(self, name: str) -> Any:
        """Answer every method alike; the function says which it knows."""
        if name.startswith("do_"):
            return self._handle
        raise AttributeError(name)

    def log_message(self, *_: Any, **__: Any) -> None:
        """Log nothing: the function logs its requests."""

    def _handle(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        if not length.isdecimal() or "Transfer-Encoding" in self.headers:
            self._refuse(411, "Length Required")
            return
        if int(length) > _MOST_BYTES:
            self._refuse(413, "Request Entity Too Large")
            return
        try:
            answer = self.server.invoke(self._event(self.rfile.read(int(length))))
        except TooManyCalls as error:
            log.warning("%s", error)
            answer = _message(503, "Service Unavailable")
        except FunctionFailed as error:
            log.warning("%s %s: %s", self.command, self.path, error)
            answer = _message(500, "Internal Server Error")
        self._answer(answer)

    def _refuse(self, status: int, message: str) -> None:
        """Answer without reading what follows, which is the end of the connection."""
        self.close_connection = True
        self._answer(_message(status, message))

    def _event(self, body: bytes) -> Mapping[str, Any]:
        path, _, query = self.path.partition("?")
        headers = {
            name.lower(): ",".join(self.headers.get_all(name, []))
            for name in self.headers
            if name.lower() != "cookie"
        }
        cookies = [one.strip() for value in self.headers.get_all("Cookie", []) for one in value.split(";")]
        text = _as_text(body)
        forwarded = headers.get("x-forwarded-for", self.client_address[0])  # the gateway is a part of the API
        return {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": query,
            "cookies": cookies,
            "headers": headers,
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "local",
                "domainName": headers.get("host", ""),
                "http": {
                    "method": self.command,
                    "path": path,
                    "protocol": self.request_version,
                    "sourceIp": forwarded.rpartition(",")[2].strip(),
                    "userAgent": headers.get("user-agent", ""),
                },
                "requestId": str(uuid4()),
                "routeKey": "$default",
                "stage": "$default",
                "timeEpoch": int(time.time() * 1000),
            },
            "body": base64.b64encode(body).decode() if text is None else text,
            "isBase64Encoded": text is None,
        }

    def _answer(self, told: Any) -> None:
        if not isinstance(told, Mapping) or "statusCode" not in told:
            told = {"body": json.dumps(told), "headers": _JSON}
        status, body = int(told.get("statusCode", 200)), told.get("body") or ""
        content = base64.b64decode(body) if told.get("isBase64Encoded") else body.encode()
        self.send_response_only(status)
        headers = {name.lower(): str(value) for name, value in (told.get("headers") or _JSON).items()}
        length = headers.get("content-length", "") if self.command == "HEAD" else str(len(content))
        for name, value in headers.items():
            if name not in _OURS:
                self.send_header(name, value)
        for cookie in told.get("cookies") or ():
            self.send_header("Set-Cookie", cookie)
        if status not in _NO_BODY:
            self.send_header("Content-Length", length or "0")
        self.end_headers()
        if status not in _NO_BODY and self.command != "HEAD":
            self.wfile.write(content)


def _message(status: int, message: str) -> Mapping[str, Any]:
    return {"statusCode": status, "body": json.dumps({"message": message})}


def _as_text(body: bytes) -> str | None:
    """Return the body where it is text, which is sent as it is."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None
