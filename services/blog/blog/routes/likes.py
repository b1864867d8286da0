"""/v1/posts/{slug}/like"""

from __future__ import annotations

from blog.domain.responses import Responses
from chassis.errors import NotFound
from chassis.http.routing import Answer, Routes, route
from chassis.identity.auth import SIGNED_IN, Caller


class LikeRoutes(Routes):
    """Who likes a post."""

    tag = "likes"

    def __init__(self, responses: Responses) -> None:
        self._responses = responses

    @route("PUT", "/v1/posts/<slug>/like", access=SIGNED_IN, status=204, raises=[NotFound])
    def like_post(self, caller: Caller, slug: str) -> Answer:
        """Like a post; it counts once however often it is sent."""
        self._responses.like(caller.subject, slug)
        return Answer(status=204)

    @route("DELETE", "/v1/posts/<slug>/like", access=SIGNED_IN, status=204, raises=[NotFound])
    def unlike_post(self, caller: Caller, slug: str) -> Answer:
        """Take a like back."""
        self._responses.unlike(caller.subject, slug)
        return Answer(status=204)
