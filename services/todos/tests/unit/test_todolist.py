from __future__ import annotations

from datetime import timedelta

import pytest
from services.todos.tests.factories import NOON

from chassis.ids import new_id
from todos.domain.todolist import inbox_of, new_list
from todos.errors import DefaultListKept

LATER = NOON + timedelta(hours=1)


def test_the_inbox_keeps_its_name_and_takes_a_colour() -> None:
    inbox = inbox_of("ann", NOON)
    with pytest.raises(DefaultListKept):
        inbox.changed({"name": "other"}, LATER)
    assert inbox.changed({"name": "inbox", "color": "red"}, LATER).color == "red"


@pytest.mark.parametrize("name", ["inbox", "Inbox", "INBOX"])
def test_no_other_list_is_called_inbox(name: str) -> None:
    with pytest.raises(DefaultListKept):
        new_list(new_id(), {"name": name})
    with pytest.raises(DefaultListKept):
        new_list(new_id(), {"name": "x"}).changed({"name": name}, LATER)


def test_a_change_counts_the_version_and_one_of_nothing_does_not() -> None:
    groceries = new_list(new_id(), {"name": "groceries"})
    assert groceries.changed({"name": "groceries", "color": None}, LATER) is groceries
    assert groceries.changed({"name": "food"}, LATER).version == 2
