"""Conditions on writes."""

from __future__ import annotations

from functools import partial

from flask import request

from chassis.http.etags import require_match
from todos.domain.todos import Precondition


def if_match() -> Precondition:
    """Return the check of the request's `If-Match` against a version; it raises Stale."""
    return partial(require_match, request.headers.get("If-Match"))
