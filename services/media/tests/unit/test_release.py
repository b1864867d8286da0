"""Versions in order, and whom a rollout reaches."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.media.tests.store.releases_contract import ORDERED

from media.domain.release import Release, ReleaseFile, group_of, is_newer, is_version, sort_key

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
    assert RELEASE.reaches(7, FILE)


def test_a_rollout_that_has_not_begun_reaches_nobody() -> None:
    file = replace(FILE, rollout_percent=0)
    assert not any(RELEASE.reaches(group, file) for group in [None, *range(100)])


def test_who_names_no_device_waits_for_the_end_of_a_rollout() -> None:
    assert not RELEASE.reaches(None, replace(FILE, rollout_percent=99))


def reached(release: Release, percent: int) -> set[int]:
    file = replace(FILE, rollout_percent=percent)
    return {group for group in range(100) if release.reaches(group, file)}


def test_a_rising_rollout_only_adds_groups_and_reaches_as_many_as_it_says() -> None:
    steps = [reached(RELEASE, percent) for percent in (1, 10, 30, 60, 99, 100)]
    assert [len(groups) for groups in steps] == [1, 10, 30, 60, 99, 100]
    assert all(before < after for before, after in pairwise(steps))


def test_other_groups_are_first_in_the_next_release() -> None:
    later = replace(RELEASE, version="1.0.1")
    assert len(reached(RELEASE, 10) & reached(later, 10)) < 5


def test_devices_are_spread_over_the_groups_as_the_description_says() -> None:
    assert group_of("phone") == int(hashlib.sha256(b"phone").hexdigest()[:8], 16) % 100
    sizes = Counter(group_of(f"device-{number}") for number in range(20_000))
    assert len(sizes) == 100
    assert min(sizes.values()) > 100
