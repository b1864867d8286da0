"""The step with the archive of everything that the services hold on one account."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from slipway.demo.client import require, until
from slipway.demo.people import Person
from slipway.demo.photographs import PHOTOGRAPH
from slipway.demo.stage import Stage


def run(stage: Stage, person: Person) -> str:
    """Ask for the archive and look into it; return the address that was given out."""
    with stage.step("Take everything along, as one archive") as step:
        asked = person.api.call("POST", "users", "/v1/me/exports", expect=202).json()
        export = until(lambda: _ended(person, asked["id"]), "the export comes to an end")
        require(export["status"] == "ready", f"the export is {export['status']}")
        content = person.api.fetch(export["url"]).content
        step.say(f"{len(content):,} bytes: {', '.join(_look_into(content, person))}")
    return str(export["url"])


def _ended(person: Person, export_id: str) -> dict[str, Any] | None:
    export: dict[str, Any] = person.api.call("GET", "users", f"/v1/me/exports/{export_id}").json()
    return export if export["status"] != "pending" else None


def _look_into(content: bytes, person: Person) -> list[str]:
    """Return the names of what is in the archive, which has the person's account, to-dos and photograph."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile:
        entries = {}
    require({"users.json", "todos.json"} <= entries.keys(), f"the archive has only {sorted(entries)}")
    [profile] = json.loads(entries["users.json"])["profile"]
    require(profile["email"] == person.email, f"the archive is of {profile['email']}")
    written = {one["id"] for one in person.api.call("GET", "todos", "/v1/todos").json()["items"]}
    handed_over = {one["id"] for one in json.loads(entries["todos.json"])["todos"]}
    require(handed_over == written, "the archive has other to-dos than the list")
    require(PHOTOGRAPH.read_bytes() in entries.values(), "the photograph is not in the archive")
    return sorted(entries)
