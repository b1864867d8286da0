"""AWS's prices, all of them from one dated file (`prices.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("prices.toml")

Tiers = Sequence[tuple[float, float]]
"""Up to so many, so much for each."""


class UnknownPrice(Exception):
    """Something has no price in the file."""


@dataclass(frozen=True)
class PriceTable:
    """The file's tables. Every look-up raises UnknownPrice for what is not in it."""

    tables: Mapping[str, Any]

    @property
    def written_down(self) -> date:
        """The day of the prices."""
        day: date = self.tables["written_down"]
        return day

    @property
    def hours(self) -> float:
        """The hours of a month."""
        return float(self.tables["hours_of_a_month"])

    def each(self, name: str) -> float:
        """Return what one of something costs that is billed while it is there."""
        return float(self._found("each", name))

    def size(self, name: str, size: str) -> float:
        """Return what one of a size costs."""
        return float(self._found("each", name, size))

    def used(self, name: str) -> float:
        """Return what using something costs."""
        return float(self._found("used", name))

    def used_by_size(self, name: str, size: str) -> float:
        """Return what using something of a size costs."""
        return float(self._found("used", name, size))

    def free(self, name: str) -> float:
        """Return how much of something a month has for nothing."""
        return float(self._found("free", name))

    def internet(self) -> Tiers:
        """Return what a gigabyte from the region to the internet costs."""
        tiers: Tiers = self._found("tiers", "internet")
        return tiers

    def served_from(self, place: str, price_class: str) -> str:
        """Return whose edges serve the people of a place: its own, or the cheapest of the class."""
        self._found("edge", place)
        edges: list[str] = self._found("price_classes", price_class)
        return place if place in edges else min(edges, key=lambda one: self.edge_gb(one)[0][1])

    def edge_gb(self, place: str) -> Tiers:
        """Return what a gigabyte from a place's edges costs."""
        tiers: Tiers = self._found("edge", place, "gb")
        return tiers

    def edge_request(self, place: str) -> float:
        """Return what an HTTPS request at a place's edges costs."""
        return float(self._found("edge", place, "https_million")) / 1e6

    def machine(self, instance_type: str) -> Mapping[str, float]:
        """Return what a machine of a type has (`vcpu`, `gib`, `tasks`) and costs an `hour`."""
        found: Mapping[str, float] = self._found("machines", instance_type)
        return found

    def server(self, gigabytes: float) -> float:
        """Return what one rented machine costs that sends so much; every terabyte begun beyond is billed."""
        beyond = max(0.0, gigabytes / 1024 - self._found("server", "included_tb"))
        begun = -(-beyond // 1)
        return float(self._found("server", "month") + begun * self._found("server", "tb_beyond"))

    def _found(self, *path: str) -> Any:
        found: Any = self.tables
        for name in path:
            if not isinstance(found, Mapping) or name not in found:
                known = ", ".join(sorted(found)) if isinstance(found, Mapping) else "nothing"
                raise UnknownPrice(f"no price for {' '.join(path)}; known are {known}")
            found = found[name]
        return found


@cache
def price_table() -> PriceTable:
    """Return the prices of the file."""
    return PriceTable(tomllib.loads(FILE.read_text(encoding="utf-8")))


def tiered(quantity: float, tiers: Tiers) -> float:
    """Return what a quantity costs whose price falls from tier to tier."""
    bounds = [0.0, *(bound for bound, _ in tiers)]
    parts = (max(0.0, min(quantity, upper) - lower) for lower, upper in pairwise(bounds))
    return sum(part * price for part, (_, price) in zip(parts, tiers, strict=True))
