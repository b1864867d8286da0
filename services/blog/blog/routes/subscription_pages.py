"""The pages that links in mails lead to: nothing happens before the button is pressed.

Programs that look through mail follow links, but press no buttons. The token stands behind `#`, where
no server's log sees it.
"""

from __future__ import annotations

from pathlib import Path

from chassis.http.routing import Answer, Routes, route
from chassis.identity.auth import PUBLIC

_FOLDER = Path(__file__).with_name("pages")
_HTML = "text/html; charset=utf-8"
_PUBLIC = "public, max-age=300"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}


class SubscriptionPageRoutes(Routes):
    """Pages for people who come from a mail."""

    tag = "subscription pages"

    def __init__(self) -> None:
        self._pages = {path.name: path.read_bytes() for path in _FOLDER.iterdir()}

    @route("GET", "/confirm", access=PUBLIC, media_type=_HTML, cache_control=_PUBLIC)
    def show_confirmation(self) -> Answer:
        """Show the page that confirms a subscription."""
        return Answer(self._pages["confirm.html"], headers=_HEADERS)

    @route("GET", "/unsubscribe", access=PUBLIC, media_type=_HTML, cache_control=_PUBLIC)
    def show_unsubscription(self) -> Answer:
        """Show the page that ends a subscription."""
        return Answer(self._pages["unsubscribe.html"], headers=_HEADERS)

    @route(
        "GET",
        "/subscription.js",
        access=PUBLIC,
        media_type="text/javascript; charset=utf-8",
        cache_control=_PUBLIC,
    )
    def get_script(self) -> Answer:
        """Get the script of both pages."""
        return Answer(self._pages["subscription.js"])

    @route(
        "GET",
        "/subscription.css",
        access=PUBLIC,
        media_type="text/css; charset=utf-8",
        cache_control=_PUBLIC,
    )
    def get_style(self) -> Answer:
        """Get the style of both pages."""
        return Answer(self._pages["subscription.css"])
