"""The edges of this machine and of AWS keep the contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from services.media.tests.edges import FakeEdge, fake_edge
from services.media.tests.store.edge_contract import EdgeContract
from services.media.tests.worker.test_wiring import ENVIRONMENT

from chassis.errors import Transient
from chassis.http.edge import EdgePurges
from chassis.stores.aws import Aws
from media import wiring
from media.config import MediaSettings, WorkerSettings
from media.domain.collection_ports import EdgeCopies
from media.store.invalidations import CloudFrontCopies

ID = "E2QWRUHAPOMQZL"


@pytest.fixture
def edge() -> Iterator[FakeEdge]:
    with fake_edge() as edge:
        yield edge


class TestGateway(EdgeContract):
    @pytest.fixture
    def copies(self, edge: FakeEdge) -> EdgeCopies:
        return EdgePurges("cdn.example.test", f"{edge.address}/purge", "secret")

    def test_it_says_for_which_host_and_by_which_right(self, copies: EdgeCopies, edge: FakeEdge) -> None:
        copies.purge(["/private/a"])
        assert (edge.references, edge.callers) == (["cdn.example.test"], ["Bearer secret"])

    def test_without_an_edge_nobody_is_told(self, edge: FakeEdge) -> None:
        EdgePurges("cdn.example.test", None, None).purge(["/private/a"])
        assert edge.callers == []

    def test_an_edge_that_is_not_there_may_be_told_later(self) -> None:
        with pytest.raises(Transient):
            EdgePurges("cdn.example.test", "http://127.0.0.1:9/purge", "secret").purge(["/private/a"])


class TestCloudFront(EdgeContract):
    @pytest.fixture
    def copies(self, edge: FakeEdge) -> EdgeCopies:
        return CloudFrontCopies(Aws("us-east-1", edge.address, ("AKID", "secret")).client("cloudfront"), ID)

    def test_it_asks_its_distribution(self, copies: EdgeCopies, edge: FakeEdge) -> None:
        copies.purge(["/private/a"])
        assert edge.callers == [f"/2020-05-31/distribution/{ID}/invalidation"]

    def test_letters_are_encoded_as_cloudfront_has_them(self, copies: EdgeCopies, edge: FakeEdge) -> None:
        copies.purge(["/private/é 1%+(2).mp4"])
        assert edge.told == [["/private/%C3%A9%201%25+(2).mp4"]]

    def test_a_short_failure_passes_and_the_order_stays_the_same(
        self, copies: EdgeCopies, edge: FakeEdge
    ) -> None:
        edge.refusals = [(500, "InternalError"), (503, "ServiceUnavailable")]
        copies.purge(["/private/a"])
        assert edge.told == [["/private/a"]]
        assert len(set(edge.references)) == 1  # by which CloudFront knows a repetition
        copies.purge(["/private/a"])
        assert len(set(edge.references)) == 2

    @pytest.mark.parametrize("code", ["TooManyInvalidationsInProgress", "NoSuchDistribution", "Throttling"])
    def test_what_may_pass_may_be_told_later(self, copies: EdgeCopies, edge: FakeEdge, code: str) -> None:
        edge.refusals = [(400, code)] * 3
        with pytest.raises(Transient):
            copies.purge(["/private/a"])

    def test_a_right_that_is_missing_is_a_fault_of_ours(self, copies: EdgeCopies, edge: FakeEdge) -> None:
        edge.refusals = [(403, "AccessDenied")]
        with pytest.raises(PermissionError):
            copies.purge(["/private/a"])


def test_the_environment_says_which_edge_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {**ENVIRONMENT, "EDGE_DISTRIBUTION_ID": ID}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert isinstance(wiring.real(WorkerSettings()).edge, CloudFrontCopies)
    monkeypatch.delenv("EDGE_DISTRIBUTION_ID")
    assert isinstance(wiring.real(WorkerSettings()).edge, EdgePurges)


def test_two_edges_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    more = {"EDGE_DISTRIBUTION_ID": ID, "EDGE_PURGE_URL": "http://127.0.0.1:9/purge"}
    for name, value in {**ENVIRONMENT, **more}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match="set one of them"):
        MediaSettings()
