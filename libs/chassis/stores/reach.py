"""How far a cached value reaches: which writes can change it.

A value that was read from a stretch of an ordered space changes only with a write at a place within that
stretch. Places and bounds are texts, compared code point by code point.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FIRST, LAST = "", "\U0010ffff"
"""Bounds of a reach that is open on one side."""


@dataclass(frozen=True, slots=True)
class Reach:
    """All places of a space from `low` to `high`, both included."""

    space: str
    low: str = FIRST
    high: str = LAST


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a space a write changes something."""

    space: str
    at: str


@dataclass(frozen=True, slots=True)
class ValueWithReach:
    """A value that no write outside `reach` can change."""

    value: bytes
    reach: Reach


class WrittenPlaces:
    """The places of one write."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._places: defaultdict[str, list[str]] = defaultdict(list)
        for place in places:
            self._places[place.space].append(place.at)
        for held in self._places.values():
            held.sort()

    def changes(self, reach: Reach) -> bool:
        """Say whether one of the places lies within `reach`."""
        held: Sequence[str] = self._places.get(reach.space, ())
        first = bisect_left(held, reach.low)
        return first < len(held) and held[first] <= reach.high
