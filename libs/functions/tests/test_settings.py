from __future__ import annotations

import pytest

from functions.settings import FunctionSettings, FunctionSettingsError

_TOLD = {"SERVICE": "tiny", "FUNCTION_KIND": "worker"}


def test_a_worker_is_called_for_its_queues_and_tables() -> None:
    found = FunctionSettings.read(
        {**_TOLD, "USERS_EVENTS_QUEUE_URL": "https://q", "FUNCTION_TABLES": "one two"}
    )
    assert (found.queues, found.tables, found.seconds) == (("https://q",), ("one", "two"), 60.0)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"SERVICE": ""}, "SERVICE"),
        ({"FUNCTION_KIND": "other"}, "FUNCTION_KIND"),
        ({"FUNCTION_CONCURRENCY": "0"}, "FUNCTION_CONCURRENCY"),
        ({"FUNCTION_PORT": "-1"}, "FUNCTION_PORT"),
    ],
)
def test_what_is_wrong_is_named(wrong: dict[str, str], named: str) -> None:
    with pytest.raises(FunctionSettingsError, match=named):
        FunctionSettings.read({**_TOLD, **wrong})
