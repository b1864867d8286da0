from __future__ import annotations

import sqlite3

import pytest

from emulator.journal import Journal, JournalEntry, JournalError
from emulator.sources import Codec, Rows
from emulator.state_store import StateStore


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path / "state.sqlite")


def test_entries_come_back_in_the_order_they_were_first_written(journal):
    journal.write([JournalEntry("queue", "b", "1"), JournalEntry("queue", "a", "2")])
    journal.write([JournalEntry("queue", "b", "3"), JournalEntry("other", "c", "4")])
    assert journal.read("queue") == [("b", "3"), ("a", "2")]


def test_an_entry_without_payload_is_removed(journal):
    journal.write([JournalEntry("queue", "a", "1")])
    journal.write([JournalEntry("queue", "a", None)])
    assert journal.read("queue") == []


def test_what_was_written_is_there_without_closing(journal, tmp_path):
    journal.write([JournalEntry("queue", "a", "1")])
    assert Journal(tmp_path / "state.sqlite").read("queue") == [("a", "1")]


def test_changes_are_written_together_or_not_at_all(journal):
    with pytest.raises(JournalError):
        journal.write([JournalEntry("queue", "a", "1"), JournalEntry("queue", None, "2")])  # type: ignore[arg-type]
    assert journal.read("queue") == []


def test_another_writer_is_an_error_not_a_hang(journal, tmp_path):
    other = sqlite3.connect(tmp_path / "state.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    journal._connection.execute("PRAGMA busy_timeout=10")
    with pytest.raises(JournalError):
        journal.write([JournalEntry("queue", "a", "1")])
    other.execute("ROLLBACK")
    journal.write([JournalEntry("queue", "a", "1")])


class Words(Rows):
    """Members that a test can change."""

    def __init__(self):
        super().__init__("words", Codec(str, str))
        self.words = {}
        self.restored = []

    def members(self):
        yield from ((name, version, {"version": version}) for name, version in self.words.items())

    def restore(self, entries):
        self.restored = entries


def test_only_what_changed_is_written(journal):
    words = Words()
    state = StateStore(journal, {"words": words})
    words.words = {"a": 1, "b": 1}
    state.commit(["words"])
    assert words.changes() == []
    words.words = {"b": 2, "c": 1}
    assert {(change.name, change.payload is None) for change in words.changes()} == {
        ("b", False),
        ("c", False),
        ("a", True),
    }


def test_a_change_that_could_not_be_written_is_tried_again(journal, monkeypatch):
    words = Words()
    state = StateStore(journal, {"words": words})
    words.words = {"a": 1}
    monkeypatch.setattr(journal, "write", lambda _: (_ for _ in ()).throw(JournalError("full")))
    with pytest.raises(JournalError):
        state.commit(["words"])
    monkeypatch.undo()
    state.commit_all()
    assert [name for name, _ in journal.read("words")] == ["a"]


def test_names_that_nobody_keeps_are_ignored(journal):
    StateStore(journal, {}).commit(["lambda"])


def test_sources_get_their_entries_back(journal):
    journal.write([JournalEntry("words", "a", "1")])
    words = Words()
    state = StateStore(journal, {"words": words})
    state.restore()
    state.close()
    assert words.restored == [("a", "1")]
