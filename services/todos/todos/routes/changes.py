"""/v1/changes"""

from __future__ import annotations

import json

from chassis.errors import Gone
from chassis.http.routing import Answer, Routes, route
from chassis.identity.auth import SIGNED_IN, Caller
from todos.domain.changes import ChangesPage, Feed
from todos.domain.ports import Change
from todos.schemas.changes import ChangesQuery, ChangesView


class ChangeRoutes(Routes):
    """Offline sync."""

    tag = "changes"

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    @route("GET", "/v1/changes", access=SIGNED_IN, query=ChangesQuery, answer=ChangesView, raises=[Gone])
    def list_changes(self, caller: Caller, query: ChangesQuery) -> Answer:
        """List what has changed since a token, in the order in which it was changed."""
        changes = self._feed.since(caller.subject, query.since, query.limit)
        return Answer(_document(changes).encode(), headers={"X-Cache": "bypass"})


def _document(changes: ChangesPage) -> str:
    shown = ",".join(_change(change) for change in changes.changes)
    more = json.dumps(changes.more)
    return f'{{"changes":[{shown}],"next":{json.dumps(changes.next)},"more":{more}}}'


def _change(change: Change) -> str:
    data = "" if change.document is None else f',"data":{change.document}'
    return f'{{"type":"{change.kind}","op":"{change.op}","id":"{change.id}"{data}}}'
