"""Whatever the order in which a session's tokens are used, it behaves as the simple model below."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.users.tests.factories import memory_stores
from services.users.tests.unit.test_sessions import Desk, desk_on

from chassis.testing import FakeClock
from users.errors import RefreshRefused

GRACE = 10


@dataclass
class Model:
    """One chain of tokens, the last of which is unused; a late second use ends it all."""

    tokens: list[str]
    used: list[datetime] = field(default_factory=list)
    alive: bool = True

    def refuses(self, number: int, now: datetime) -> bool:
        if self.alive and number < len(self.used):
            self.alive = (now - self.used[number]).total_seconds() <= GRACE
        return not self.alive


def use(desk: Desk, model: Model, number: int) -> None:
    """Refresh with the `number`th token, and compare what happens with the model."""
    now = desk.clock()
    if model.refuses(number, now):
        with pytest.raises(RefreshRefused):
            desk.refresh(model.tokens[number])
        return
    answered = desk.refresh(model.tokens[number]).refresh_token
    if number == len(model.used):
        assert answered not in model.tokens
        model.tokens.append(answered)
        model.used.append(now)
    assert answered == model.tokens[-1]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 14)), max_size=20))
def test_a_session_is_one_chain_and_a_late_second_use_ends_it(steps: list[tuple[int, int]]) -> None:
    desk = desk_on(memory_stores(), FakeClock())
    ada = desk.register()
    granted = desk.sign_in(ada)
    model = Model([granted.refresh_token])
    for back, seconds in steps:
        desk.clock.advance(seconds)
        use(desk, model, max(0, len(model.used) - back))
        assert desk.is_alive(granted, ada) is model.alive
