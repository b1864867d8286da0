"""What every adapter of ReleaseRecords must do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chassis.errors import Stale
from chassis.ids import new_id
from media.domain.ports import ReleaseRecords
from media.domain.release import Release, ReleaseFile

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)

ORDERED = [
    "0.9.9",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.2.0",
    "1.10.0",
]
"""As https://semver.org/#spec-item-11 orders them."""


def a_release(product: str, version: str, at: datetime, *, draft: bool = False, revision: int = 0) -> Release:
    file = ReleaseFile("linux", "a.tar.gz", 3, "0" * 64, "incoming/releases/x", "Notes: ü")
    published = Release(product, version, (file,), revision)
    if draft:
        return published
    return published.with_file(ReleaseFile("linux", "a.tar.gz", 3, "0" * 64, "x", published_at=at))


class ReleasesContract:
    """Subclass it with a fixture `releases`."""

    @pytest.fixture
    def product(self) -> str:
        return f"p-{new_id()}"

    def test_there_is_nothing_at_first(self, releases: ReleaseRecords, product: str) -> None:
        assert releases.release(product, "1.0.0") is None
        assert list(releases.newest(product)) == []

    def test_a_release_is_kept_as_it_was_given(self, releases: ReleaseRecords, product: str) -> None:
        kept = releases.replace(Release(product, "1.0.0"), a_release(product, "1.0.0", NOW), NOW)
        assert kept.revision == 1
        assert releases.release(product, "1.0.0") == kept

    def test_only_the_first_of_two_makes_a_release(self, releases: ReleaseRecords, product: str) -> None:
        releases.replace(Release(product, "1.0.0"), a_release(product, "1.0.0", NOW), NOW)
        with pytest.raises(Stale):
            releases.replace(Release(product, "1.0.0"), a_release(product, "1.0.0", NOW), NOW)

    def test_a_change_of_what_is_not_current_is_refused(self, releases: ReleaseRecords, product: str) -> None:
        first = releases.replace(Release(product, "1.0.0"), a_release(product, "1.0.0", NOW), NOW)
        releases.replace(first, first, NOW)
        with pytest.raises(Stale):
            releases.replace(first, first, NOW)

    def test_drafts_are_not_listed(self, releases: ReleaseRecords, product: str) -> None:
        releases.replace(Release(product, "1.0.0"), a_release(product, "1.0.0", NOW, draft=True), NOW)
        assert list(releases.newest(product)) == []
        assert releases.page(product, 10, None).items == []

    def test_versions_come_newest_first_page_by_page(self, releases: ReleaseRecords, product: str) -> None:
        for version in sorted(ORDERED):
            releases.replace(Release(product, version), a_release(product, version, NOW), NOW)
        assert [release.version for release in releases.newest(product)] == ORDERED[::-1]
        seen: list[str] = []
        after: str | None = None
        while True:
            page = releases.page(product, 3, after)
            seen += [release.version for release in page.items]
            if page.position is None:
                break
            after = str(page.position["after"])
        assert seen == ORDERED[::-1]

    def test_products_do_not_mix(self, releases: ReleaseRecords, product: str) -> None:
        releases.replace(Release(product, "1.0.0"), a_release(product, "1.0.0", NOW), NOW)
        assert list(releases.newest(f"{product}-2")) == []
