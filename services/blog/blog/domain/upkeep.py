"""Carries out what follows from changes of the table; each may come twice."""

from __future__ import annotations

from collections.abc import Iterable

from blog.domain.consequences import Consequence, DropComments
from blog.domain.ports import PublicPages
from blog.domain.responses import Responses


class Upkeep:
    """Does what the table's stream asks for."""

    def __init__(self, pages: PublicPages, responses: Responses) -> None:
        self._pages = pages
        self._responses = responses

    def carry_out(self, consequences: Iterable[Consequence]) -> None:
        """Do all of it. Raises Transient: it is tried again from the first."""
        for one in consequences:
            if isinstance(one, DropComments):
                self._responses.erase_post(one.post_id)
            else:
                self._pages.changed(one.slug, one.change)
