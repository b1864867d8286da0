"""A client that keeps a copy of an account by asking for changes alone."""

from __future__ import annotations

from typing import Any

from services.todos.tests.factories import Api

from todos.schemas.changes import ChangesView


class Replica:
    """A client that keeps a copy of everything by asking for changes alone."""

    def __init__(self, api: Api, limit: int = 100) -> None:
        self.api = api
        self.limit = limit
        self.token: str | None = None
        self.held: dict[str, Any] = {}

    def pull(self) -> int:
        """Take one page; return how many changes it held."""
        since = f"&since={self.token}" if self.token else ""
        response = self.api.call("GET", f"/v1/changes?limit={self.limit}{since}")
        assert response.status_code == 200, response.text
        ChangesView.model_validate_json(response.data)
        page = response.json
        for change in page["changes"]:
            if change["op"] == "upsert":
                self.held[change["id"]] = change["data"]
            else:
                self.held.pop(change["id"], None)
        self.token = page["next"]
        self.more = page["more"]
        return len(page["changes"])

    def sync(self) -> int:
        """Take all pages; return how many changes they held."""
        count = self.pull()
        while self.more:
            count += self.pull()
        return count


def everything(api: Api) -> dict[str, Any]:
    found = [*api.get("/v1/lists?limit=200")["items"], *api.items("limit=200")]
    return {one["id"]: one for one in found}
