"""Which release is in service, and which one was before."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from libs.slipway.tests.deploy.fakes import FakeAws
from libs.slipway.tests.deploy.samples import TODOS

from slipway.deploy import parameters
from slipway.terminal.problems import Problem


def holding(value: str) -> FakeAws:
    return FakeAws(
        answers={
            "get_parameter": lambda _asked: {"Parameter": {"Value": value}},
            "put_parameter": lambda _asked: {},
        }
    )


def with_history(*values: str, per_page: int = 2) -> FakeAws:
    """An account whose parameter had these values, in this order; pages come in any order."""
    entries = [{"Value": value, "Version": number} for number, value in enumerate(values, start=1)]
    pages = [entries[at : at + per_page] for at in range(0, len(entries), per_page)][::-1]

    def page(asked: Any) -> dict[str, Any]:
        number = int(asked.get("NextToken", 0))
        more = {"NextToken": str(number + 1)} if number + 1 < len(pages) else {}
        return {"Parameters": pages[number], **more}

    return FakeAws(answers={"get_parameter_history": page})


def test_a_parameter_is_written_and_what_it_held_is_returned() -> None:
    aws = holding("1.0")
    assert parameters.put(aws, "/todos/current-tag", "2.0") == "1.0"
    [written] = aws.asked_for("put_parameter")
    assert (written["Name"], written["Value"], written["Overwrite"]) == ("/todos/current-tag", "2.0", True)


def test_a_parameter_that_holds_the_value_already_is_left_alone() -> None:
    aws = holding("2.0")
    assert parameters.put(aws, "/todos/current-tag", "2.0") == "2.0"
    assert aws.asked_for("put_parameter") == []


@pytest.mark.parametrize(
    ("history", "earlier"),
    [
        (("none", "1.0", "2.0"), "1.0"),
        (("1.0", "2.0", "1.0", "3.0"), "1.0"),
        (("1.0", "2.0", "3.0", "2.0"), "1.0"),
        (("1.0", "2.0", "2.0"), "1.0"),
    ],
)
def test_the_release_before_is_found_over_all_pages(history: tuple[str, ...], earlier: str) -> None:
    assert parameters.before(with_history(*history), "todos", TODOS) == earlier


@pytest.mark.parametrize("history", [("none",), ("none", "1.0"), ("1.0", "2.0", "1.0")])
def test_where_there_was_none_before_it_is_said(history: tuple[str, ...]) -> None:
    with pytest.raises(Problem) as problem:
        parameters.before(with_history(*history), "todos", TODOS)
    assert problem.value.what == "todos has no release to go back to"


@given(st.lists(st.sampled_from(["none", "1", "2", "3"])))
def test_going_back_again_and_again_ends(values: list[str]) -> None:
    stack = parameters.releases(values)
    assert len(set(stack)) == len(stack)
    while len(stack) > 1:
        values = [*values, stack[-2]]
        shorter = parameters.releases(values)
        assert shorter == stack[:-1]
        stack = shorter
