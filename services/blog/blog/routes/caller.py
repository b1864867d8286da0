"""Who is at work, by name."""

from __future__ import annotations

from flask import request

from blog.domain.ports import Profiles
from blog.domain.post import Author
from chassis.identity.auth import Caller, requires

SCOPE = "blog:write"
WRITES = requires(SCOPE)


def author(caller: Caller, profiles: Profiles) -> Author:
    """Return the caller with the name of their account. Raises Transient."""
    return Author(caller.subject, profiles.name_of(caller.subject, request.headers["Authorization"]))
