from __future__ import annotations

import pytest

from chassis.messages.events import Event, new_event
from chassis.messages.memory_outbox import MemoryOutbox
from chassis.testing import FakeClock
from chassis.testing.outbox import Keep, OutboxStoreContract


class TestMemoryOutbox(OutboxStoreContract):
    @pytest.fixture
    def outbox(self, clock: FakeClock) -> MemoryOutbox:
        return MemoryOutbox(clock)

    @pytest.fixture
    def keep(self, outbox: MemoryOutbox) -> Keep:
        def kept(number: int) -> list[Event]:
            made = [new_event("notes.note.created.v1", "https://notes", "a", {}) for _ in range(number)]
            for event in made:
                outbox.put(event)
            return made

        return kept
