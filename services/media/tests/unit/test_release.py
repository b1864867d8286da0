"""Versions in order, and whom a rollout reaches."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.media.tests.store.releases_contract import ORDERED

from media.domain.release import Release, ReleaseFile, is_newer, is_version, sort_key

FILE = ReleaseFile("linux", "a", 1, "0" * 64, "x")
RELEASE = Release("viewer", "1.0.0", (FILE,))

identifiers = st.from_regex(r"(0|[1-9][0-9]{0,8}|[0-9]{0,3}[a-zA-Z-][0-9a-zA-Z-]{0,8})", fullmatch=True)
numbers = st.integers(0, 10**10 - 1)
versions = st.builds(
    lambda core, pre: ".".join(map(str, core)) + ("-" + ".".join(pre) if pre else ""),
    st.tuples(numbers, numbers, numbers),
    st.lists(identifiers, max_size=3),
)


def test_the_order_is_that_of_the_specification() -> None:
    for older, newer in pairwise(ORDERED):
        assert is_newer(newer, older)
        assert sort_key(older) < sort_key(newer)


@given(versions, versions)
def test_keys_sort_as_versions_do(one: str, other: str) -> None:
    assert is_version(one)
    assert is_newer(one, other) == (sort_key(one) > sort_key(other))


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.0", "v1.0.0", "01.0.0", "1.0.0+build", "1.0.0-", "1.0.0-01", f"{10**10}.0.0", "1.0.0-१"],
)
def test_what_is_no_version_is_told(text: str) -> None:
    assert not is_version(text)


def test_a_whole_rollout_reaches_everybody() -> None:
    assert RELEASE.reaches(None, FILE)
    assert RELEASE.reaches("a", FILE)


def test_a_rollout_that_has_not_begun_reaches_nobody() -> None:
    file = replace(FILE, rollout_percent=0)
    assert not any(RELEASE.reaches(device, file) for device in [None, *map(str, range(200))])


def test_who_names_no_device_waits_for_the_end_of_a_rollout() -> None:
    assert not RELEASE.reaches(None, replace(FILE, rollout_percent=99))


def test_a_rising_rollout_only_adds_devices() -> None:
    reached = [
        {
            device
            for device in map(str, range(2000))
            if RELEASE.reaches(device, replace(FILE, rollout_percent=p))
        }
        for p in (10, 30, 60, 100)
    ]
    assert all(before < after for before, after in pairwise(reached))
    assert 0.05 < len(reached[0]) / 2000 < 0.15


def test_other_devices_are_first_in_the_next_release() -> None:
    file = replace(FILE, rollout_percent=10)
    first, second = (
        {device for device in map(str, range(2000)) if release.reaches(device, file)}
        for release in (RELEASE, replace(RELEASE, version="1.0.1"))
    )
    assert len(first & second) < len(first) / 2
