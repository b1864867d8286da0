"""One table: what each problem means to an HTTP client and to a queue."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from chassis import errors


class Delivery(Enum):
    """What becomes of a message whose handling met a problem."""

    ACKNOWLEDGE = "acknowledge"
    RETRY = "retry"
    DEAD_LETTER = "dead-letter"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The two faces of one problem; `slug` ends the problem document's `type`."""

    status: int
    slug: str
    title: str
    delivery: Delivery


OUTCOMES: dict[type[errors.Problem], Outcome] = {
    errors.Malformed: Outcome(400, "malformed", "Malformed request", Delivery.DEAD_LETTER),
    errors.Unauthenticated: Outcome(401, "unauthenticated", "Authentication required", Delivery.DEAD_LETTER),
    errors.Denied: Outcome(403, "denied", "Not allowed", Delivery.DEAD_LETTER),
    errors.NotFound: Outcome(404, "not-found", "Not found", Delivery.ACKNOWLEDGE),
    errors.Conflict: Outcome(409, "conflict", "Conflict", Delivery.RETRY),
    errors.Gone: Outcome(410, "gone", "Gone", Delivery.ACKNOWLEDGE),
    errors.Stale: Outcome(412, "stale", "Precondition failed", Delivery.RETRY),
    errors.Invalid: Outcome(422, "invalid", "Invalid input", Delivery.DEAD_LETTER),
    errors.TooMany: Outcome(429, "too-many-requests", "Too many requests", Delivery.RETRY),
    errors.Transient: Outcome(503, "unavailable", "Temporarily unavailable", Delivery.RETRY),
}

UNEXPECTED = Outcome(500, "internal", "Internal error", Delivery.RETRY)


def outcome_of(error: BaseException) -> Outcome:
    """Return the outcome of `error`, by its nearest named class; a bug is UNEXPECTED."""
    return outcome_of_kind(type(error))


def outcome_of_kind(kind: type[BaseException]) -> Outcome:
    """Return the outcome of errors of class `kind`."""
    for ancestor in kind.__mro__:
        if ancestor in OUTCOMES:
            return OUTCOMES[ancestor]
    return UNEXPECTED
