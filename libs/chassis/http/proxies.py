"""Whose word about the client is believed: our own proxies', however many a request has passed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class TrustedProxies:
    """WSGI middleware that takes the client's address and scheme from what our own proxies wrote.

    `proxies` is how many there are. Where `edge_domain` is given, a request for a host below it has passed
    one more. The firewall lets only our own CloudFront ask for such a host: another client could write an
    address of its choice.
    """

    def __init__(self, app: WSGIApplication, proxies: int, edge_domain: str | None) -> None:
        scheme = min(proxies, 1)  # each proxy says only how it was asked, and the last one overwrites
        self._direct = ProxyFix(app, x_for=proxies, x_proto=scheme, x_host=0)
        self._by_edge = ProxyFix(app, x_for=proxies + 1, x_proto=scheme, x_host=0)
        self._suffix = f".{edge_domain.lower()}" if edge_domain else None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request."""
        host = str(environ.get("HTTP_HOST", "")).partition(":")[0].lower()
        by_edge = self._suffix is not None and host.endswith(self._suffix)
        return (self._by_edge if by_edge else self._direct)(environ, start_response)
