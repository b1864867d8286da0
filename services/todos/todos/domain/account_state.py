"""What is known of an account as a whole, and is changed by every write."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AccountState:
    """The account's state. `seq` counts its writes: while it is the same, nothing has changed."""

    seq: int = 0
    lists: int = 0
    todos: int = 0
    last_position: float = 0.0
    erased: bool = False

    def note(self) -> bytes:
        """Return what `noted` reads."""
        return f"{self.seq} {self.lists} {self.todos} {self.last_position.hex()}".encode()


@dataclass(frozen=True, slots=True)
class AccountLimits:
    """How much one account may hold, and write in one process.

    `waiting` of its writes may wait; `write_burst` lists and to-dos may be written at once, and then
    `writes_per_second`.
    """

    lists: int = 200
    todos: int = 10_000
    waiting: int = 3
    write_burst: int = 200
    writes_per_second: int = 50


def noted(note: bytes | None) -> AccountState | None:
    """Return the state in a note of an account that is not erased; None for what is no note."""
    try:
        seq, lists, todos, last_position = (note or b"").decode().split(" ")
        return AccountState(int(seq), int(lists), int(todos), float.fromhex(last_position))
    except ValueError:
        return None
