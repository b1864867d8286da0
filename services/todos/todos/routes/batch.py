"""/v1/todos/batch"""

from __future__ import annotations

import json

from chassis.http.problems import describe
from chassis.http.routing import Answer, Routes, route
from chassis.idempotency import resource_id
from chassis.identity.auth import SIGNED_IN, Caller
from todos.domain.batch import Batch, Outcome
from todos.domain.documents import todo_document
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

    def __init__(self, batch: Batch) -> None:
        self._batch = batch

    @route("POST", "/v1/todos/batch", access=SIGNED_IN, body=BatchBody, answer=BatchView)
    def run_batch(self, caller: Caller, body: BatchBody) -> Answer:
        """Create, change and delete several to-dos."""
        outcomes = self._batch.run(caller.subject, resource_id(), body.wanted(), atomic=body.atomic)
        shown = ",".join(_document(outcome) for outcome in outcomes)
        return Answer(f'{{"outcomes":[{shown}]}}'.encode())


def _document(outcome: Outcome) -> str:
    if outcome.todo is not None:
        return f'{{"status":{_STATUS[outcome.result]},"body":{todo_document(outcome.todo)}}}'
    if outcome.result == "deleted":
        return json.dumps({"status": _STATUS["deleted"]})
    problem = describe(outcome.problem) if outcome.problem is not None else _UNDONE
    return json.dumps({"status": problem["status"], "problem": problem})
