"""A small service for the chassis's tests: notes, kept in memory."""

from __future__ import annotations

import threading
from enum import Enum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from chassis.errors import Conflict, Gone, NotFound, Stale, TooMany
from chassis.http import etags
from chassis.http.openapi import ApiInfo
from chassis.http.pagination import Page, PageQuery, decode_cursor, encode_cursor
from chassis.http.routing import Answer, Routes, route
from chassis.idempotency.keys import resource_id
from chassis.identity.auth import PUBLIC, SIGNED_IN, Caller, requires
from chassis.schemas import Body, Line, Query, Text, Time, View

INFO = ApiInfo("notes", "Notes", "A service of the tests.")


class Colour(Enum):
    """What a note may look like."""

    RED = "red"
    BLUE = "blue"


class NewNote(Body):
    """A note as it comes in."""

    title: Line = Field(min_length=1, max_length=100)
    text: Text = ""
    stars: int = Field(default=0, ge=0, le=5)
    weight: float = 0.0
    due: Time | None = None
    tags: list[Line] = Field(default_factory=list, max_length=3)


class Rename(Body):
    """One step of a batch."""

    op: Literal["rename"]
    title: Line = Field(max_length=10)


class Drop(Body):
    """Another step of a batch."""

    op: Literal["drop"]
    note_id: UUID


class Batch(Body):
    """Several steps."""

    steps: list[Annotated[Rename | Drop, Field(discriminator="op")]] = Field(max_length=5)


class NotesQuery(PageQuery):
    """Which notes are asked for."""

    starred: bool | None = Field(default=None, description="Only those with or without stars.")
    colour: Colour | None = None


class Reason(Query):
    """Why a note goes."""

    reason: Line = Field(max_length=20)


class NoteView(View):
    """A note as it goes out."""

    id: UUID
    title: str
    owner: str
    due: Time | None = None


class Notes:
    """The notes; `trouble` is raised by the next `add`, which waits for `gate`."""

    def __init__(self) -> None:
        self.kept: list[NoteView] = []
        self.trouble: Exception | None = None
        self.after_effect = False
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()

    def add(self, owner: str, note: NewNote) -> NoteView:
        """Keep a note under the id of the call."""
        view = NoteView(id=resource_id(), title=note.title, owner=owner, due=note.due)
        self.entered.set()
        self.gate.wait(120)
        trouble, self.trouble = self.trouble, None
        if trouble is not None and not self.after_effect:
            raise trouble
        if all(kept.id != view.id for kept in self.kept):
            self.kept.append(view)
        if trouble is not None:
            raise trouble
        return view

    def find(self, note_id: UUID) -> NoteView:
        """Return the note, or raise NotFound."""
        for note in self.kept:
            if note.id == note_id:
                return note
        raise NotFound("There is no such note.")


class NoteRoutes(Routes):
    """Every kind of declaration there is."""

    tag = "notes"

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    @route("GET", "/v1/notes", access=SIGNED_IN, query=NotesQuery, answer=Page[NoteView])
    def list_notes(self, caller: Caller, query: NotesQuery) -> Page[NoteView]:
        """List the caller's notes."""
        position = decode_cursor(query.cursor, query.fingerprint()) or {"start": 0}
        start = int(str(position["start"]))
        mine = [note for note in self._notes.kept if note.owner == caller.subject]
        end = start + query.limit
        following = {"start": end} if end < len(mine) else None
        return Page(items=mine[start:end], next_cursor=encode_cursor(following, query.fingerprint()))

    @route("POST", "/v1/notes", access=SIGNED_IN, body=NewNote, answer=NoteView, status=201)
    def add_note(self, caller: Caller, body: NewNote) -> Answer:
        """Write a note. More is said here.

        And this is not the summary.
        """
        note = self._notes.add(caller.subject, body)
        return Answer(note, 201, etag=etags.of_version(1), location=f"/v1/notes/{note.id}")

    @route("GET", "/v1/notes/<uuid:note_id>", access=SIGNED_IN, answer=NoteView, raises=[NotFound])
    def show_note(self, note_id: UUID) -> NoteView:
        """Show a note."""
        return self._notes.find(note_id)

    @route(
        "DELETE", "/v1/notes/<uuid:note_id>", access=SIGNED_IN, query=Reason, status=204, raises=[NotFound]
    )
    def drop_note(self, note_id: UUID, query: Reason) -> Answer:
        """Drop a note."""
        self._notes.kept.remove(self._notes.find(note_id))
        return Answer(status=204, headers={"X-Reason": query.reason})

    @route(
        "PATCH", "/v1/notes/<uuid:note_id>", access=SIGNED_IN, body=NewNote, answer=NoteView, raises=[Stale]
    )
    def change_note(self, note_id: UUID, body: NewNote) -> NoteView:
        """Change a note, or pretend to."""
        raise Stale("It is newer.")

    @route(
        "POST", "/v1/notes/batch", access=requires("notes:batch"), body=Batch, status=204, idempotent=False
    )
    def batch(self, body: Batch) -> Answer:
        """Do several things."""
        return Answer(status=204)

    @route("GET", "/v1/motd", access=PUBLIC, answer=NoteView)
    def message(self) -> Answer:
        """Show what everybody may read, as bytes that are ready."""
        return Answer(b'{"message":"hello"}', etag='"v1"')

    @route("POST", "/v1/guests", access=PUBLIC, body=NewNote, answer=NoteView, status=201)
    def add_guest_note(self, body: NewNote) -> Answer:
        """Write a note without a name."""
        return Answer(self._notes.add("guest", body), 201)

    @route("GET", "/v1/nothing", access=PUBLIC)
    def nothing(self) -> Answer:
        """Answer without content."""
        return Answer(status=204)

    @route("GET", "/v1/broken/<word>", access=PUBLIC, raises=[Gone, TooMany, Conflict])
    def broken(self, word: str) -> Answer:
        """Fail as told."""
        failures: dict[str, Exception] = {
            "bug": ZeroDivisionError("the secret is 4711"),
            "gone": Gone("It is gone."),
            "busy": TooMany("Too much.", retry_after=7),
            "clash": Conflict("They clash."),
        }
        raise failures[word]
