"""Calls an app as its own OpenAPI document says, and as it forbids, and judges the answers by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core.result import Err
from schemathesis.errors import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation

from chassis.testing.fuzz_target import FuzzTarget

Operation = APIOperation[Any, Any, Any, Any]
Case = schemathesis.Case[Operation]

_CONFIG = {
    "checks": {
        # What a schema cannot say is refused as well: a cursor that we did not give out, another's id.
        "positive_data_acceptance": {"enabled": False},
        "negative_data_rejection": {"expected-statuses": ["4xx"]},
        # Calls without a token, or with a wrong one, are tests of their own.
        "ignored_auth": {"enabled": False},
    }
}


def contradictions(target: FuzzTarget, examples: int) -> list[str]:
    """Return where answers and document contradict each other; the same calls are tried every time.

    Of each operation `examples` requests are tried that the document allows, and as many that it forbids.
    """
    config = schemathesis.Config.from_dict(_CONFIG)
    document = schemathesis.openapi.from_wsgi("/openapi.json", target.app, config=config)
    found = []
    for result in document.get_all_operations():
        if isinstance(result, Err):
            raise result.err()
        operation = result.ok()
        for mode in _modes(operation, target):
            found += _tried(operation, mode, target.sign_in(), examples)
    return found


def _modes(operation: Operation, target: FuzzTarget) -> Iterator[GenerationMode]:
    yield GenerationMode.POSITIVE
    can_be_wrong = operation.body or operation.query or operation.path_parameters
    if can_be_wrong and operation.label not in target.judges_parts:
        yield GenerationMode.NEGATIVE


def _tried(
    operation: Operation, mode: GenerationMode, headers: Mapping[str, str], examples: int
) -> list[str]:
    found: list[str] = []

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def answers_as_documented(case: Case) -> None:
        case.headers.update(headers)
        response = case.call()
        try:
            case.validate_response(response)
        except FailureGroup as failures:
            found.extend(f"{case.as_curl_command()}\n{failure}" for failure in failures.exceptions)

    with suppress(Unsatisfiable):  # nothing can be wrong where any text will do
        answers_as_documented()
    return found
