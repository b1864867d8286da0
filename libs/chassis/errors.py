"""What can go wrong, named for the problem and not for a protocol.

Domain code and stores raise these; :mod:`chassis.outcomes` says what each
means to an HTTP client and to a queue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong value: `pointer` is a JSON pointer (RFC 6901) into the input."""

    pointer: str
    message: str


class Problem(Exception):
    """Base of everything that is reported to a caller; `str(problem)` is safe to show."""


class Invalid(Problem):
    """The input can never be accepted as it is."""

    def __init__(self, message: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.errors = tuple(errors)


class Malformed(Problem):
    """The input cannot even be read."""


class Unauthenticated(Problem):
    """Nobody, or nobody we can verify, is asking."""


class Denied(Problem):
    """The caller is known and may not do this."""


class NotFound(Problem):
    """There is no such thing, or not for this caller."""


class Conflict(Problem):
    """The request contradicts the present state."""


class Gone(Problem):
    """It existed and is not coming back."""


class Stale(Problem):
    """The caller's copy is older than ours."""


class TooMany(Problem):
    """The caller has used up an allowance; `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Transient(Problem):
    """Something we depend on is away; the same request may succeed later."""

    def __init__(self, message: str, retry_after: int = 2) -> None:
        super().__init__(message)
        self.retry_after = retry_after
