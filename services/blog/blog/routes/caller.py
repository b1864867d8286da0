"""Who is at work, by name."""

from __future__ import annotations

from typing import Any

from flask import request

from blog.domain.ports import Covers, Profiles
from blog.domain.post import Author
from blog.schemas.posts import DraftPatch, PostBody
from chassis.identity.auth import Caller, requires

SCOPE = "blog:write"
WRITES = requires(SCOPE)


def author(caller: Caller, profiles: Profiles) -> Author:
    """Return the caller with the name of their account. Raises Transient."""
    return Author(caller.subject, profiles.name_of(caller.subject, request.headers["Authorization"]))


def with_cover(body: PostBody | DraftPatch, covers: Covers) -> dict[str, Any]:
    """Return what the caller says of a post, with the cover in the place of its object.

    Raises CoverRefused, TokenRefused, Transient.
    """
    fields = body.fields()
    if "cover_object_id" in body.model_fields_set:
        chosen = body.cover_object_id
        fields["cover"] = covers.publish(chosen, request.headers["Authorization"]) if chosen else None
    return fields
