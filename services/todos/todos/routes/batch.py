"""/v1/todos/batch"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from chassis.http.problems import describe
from chassis.http.routing import Answer, Routes, route
from chassis.idempotency.keys import resource_id
from chassis.identity.auth import SIGNED_IN, Caller
from todos.domain.batch import Batch, OperationResult
from todos.domain.documents import size_of, todo_document
from todos.schemas.batch import BatchBody, BatchView

_STATUS = {"created": 201, "updated": 200, "deleted": 204}
_UNDONE = {
    "type": "https://slipway.dev/problems/undone",
    "title": "Not done",
    "status": 424,
    "detail": "Another operation of this atomic batch was refused.",
}


class BatchRoutes(Routes):
    """Several writes in one call."""

    tag = "batch"

    def __init__(self, batch: Batch, most_bytes: int) -> None:
        self._batch = batch
        self._most_bytes = most_bytes

    @route(
        "POST",
        "/v1/todos/batch",
        access=SIGNED_IN,
        body=BatchBody,
        answer=BatchView,
        checks_account=True,
    )
    def run_batch(self, caller: Caller, body: BatchBody) -> Answer:
        """Create, change and delete several to-dos."""
        outcomes = self._batch.run(caller.subject, resource_id(), body.wanted(), atomic=body.atomic)
        return Answer(f'{{"outcomes":[{",".join(self._documents(outcomes))}]}}'.encode())

    def _documents(self, outcomes: Sequence[OperationResult]) -> Iterator[str]:
        """Yield each outcome's JSON; once the to-dos fill an answer, further ones are left out."""
        size = 0
        for outcome in outcomes:
            document = todo_document(outcome.todo) if outcome.todo is not None else ""
            size += size_of(document)
            yield _document(outcome, document if size <= self._most_bytes else "")


def _document(outcome: OperationResult, todo: str) -> str:
    if todo:
        return f'{{"status":{_STATUS[outcome.result]},"body":{todo}}}'
    if outcome.result in _STATUS:
        return json.dumps({"status": _STATUS[outcome.result]})
    problem = describe(outcome.problem) if outcome.problem is not None else _UNDONE
    return json.dumps({"status": problem["status"], "problem": problem})
