"""The link in a reminder: mail programs POST to it (RFC 8058), people open it and press its button.

Programs that look through mail follow links, but press no buttons. So a GET changes nothing.
"""

from __future__ import annotations

from pathlib import Path

from chassis.http.routing import Answer, Routes, route
from chassis.identity.auth import PUBLIC
from users.domain.reminders import ReminderPreferences
from users.schemas.reminders import ReminderToken

PATH = "/v1/reminders/unsubscribe"
_PAGES = Path(__file__).with_name("pages")
_HTML = "text/html; charset=utf-8"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}


class ReminderRoutes(Routes):
    """Ending reminders by mail without signing in."""

    tag = "reminders"

    def __init__(self, reminders: ReminderPreferences) -> None:
        self._reminders = reminders
        self._question = (_PAGES / "end_reminders.html").read_bytes()
        self._done = (_PAGES / "reminders_ended.html").read_bytes()

    @route("GET", PATH, access=PUBLIC, query=ReminderToken, media_type=_HTML, cache_control="no-store")
    def ask_to_unsubscribe(self, query: ReminderToken) -> Answer:
        """Show the page that ends reminders by mail."""
        del query  # its form is sent to the page's own address
        return Answer(self._question, headers=_HEADERS)

    @route(
        "POST",
        PATH,
        access=PUBLIC,
        query=ReminderToken,
        media_type=_HTML,
        cache_control="no-store",
        idempotent=False,
    )
    def unsubscribe(self, query: ReminderToken) -> Answer:
        """End reminders by mail by the token in one of them.

        Mail programs send `List-Unsubscribe=One-Click` as a form (RFC 8058); the body is not read. The answer
        is the same whatever the token is.
        """
        self._reminders.end(query.token)
        return Answer(self._done, headers=_HEADERS)
