from __future__ import annotations

import inspect

from chassis import errors
from chassis.outcomes import OUTCOMES, UNEXPECTED, Delivery, outcome_of


class Taken(errors.Conflict):
    """A service's own problem."""


def test_every_problem_has_an_outcome() -> None:
    kinds = {
        kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.Problem)
    }
    assert kinds - {errors.Problem} == set(OUTCOMES)


def test_a_services_own_problem_has_the_outcome_of_its_kind() -> None:
    assert outcome_of(Taken("x")) is OUTCOMES[errors.Conflict]


def test_a_bug_is_500_and_tried_again() -> None:
    assert outcome_of(ZeroDivisionError()) is UNEXPECTED
    assert (UNEXPECTED.status, UNEXPECTED.delivery) == (500, Delivery.RETRY)


def test_statuses_and_names_are_unambiguous() -> None:
    outcomes = list(OUTCOMES.values())
    assert len({outcome.status for outcome in outcomes}) == len(outcomes)
    assert len({outcome.slug for outcome in outcomes}) == len(outcomes)
