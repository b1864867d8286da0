"""The condition that a request puts on a write."""

from __future__ import annotations

from functools import partial

from flask import request

from chassis.http.etags import Precondition, require_match


def if_match() -> Precondition:
    """Return the check of the request's `If-Match` against a version; it raises Stale."""
    return partial(require_match, request.headers.get("If-Match"))
