"""What every adapter of EdgeCopies must do."""

from __future__ import annotations

import pytest
from services.media.tests.edges import FakeEdge

from chassis.errors import Transient
from media.domain.collection_ports import EdgeCopies


class EdgeContract:
    """Subclass it with fixtures `edge` and `copies`, which tell it."""

    def test_all_paths_are_told(self, copies: EdgeCopies, edge: FakeEdge) -> None:
        copies.purge(["/private/a/film.mp4", "/private/b/*"])
        assert edge.told == [["/private/a/film.mp4", "/private/b/*"]]

    def test_nobody_is_asked_about_nothing(self, copies: EdgeCopies, edge: FakeEdge) -> None:
        copies.purge([])
        assert edge.told == []

    def test_more_than_one_request_takes_are_told_in_several(
        self, copies: EdgeCopies, edge: FakeEdge
    ) -> None:
        paths = [f"/private/{number}" for number in range(2001)]
        copies.purge(paths)
        assert [len(told) for told in edge.told] == [1000, 1000, 1]
        assert [path for told in edge.told for path in told] == paths

    def test_an_edge_that_goes_on_failing_may_be_told_later(self, copies: EdgeCopies, edge: FakeEdge) -> None:
        edge.refusals = [(503, "ServiceUnavailable")] * 10
        with pytest.raises(Transient):
            copies.purge(["/private/a"])
        assert 1 <= len(edge.references) <= 3
        edge.refusals = []
        copies.purge(["/private/a"])
        assert edge.told == [["/private/a"]]
