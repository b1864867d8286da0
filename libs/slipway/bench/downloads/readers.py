"""Many who download one file at once: each compares every byte with the file that was released."""

from __future__ import annotations

import http.client
import ssl
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from threading import local
from urllib.parse import urlsplit

from slipway.demo.client import Address

_CHUNK = 1024 * 1024
_MOST_OF_A_PART = 1024 * 1024
_SCATTER = 7_919 * 4_096  # so that parts lie all over the file


@dataclass(frozen=True)
class DownloadPlan:
    """How often a file is downloaded, by how many at once; each tenth download is of a part of it."""

    downloads: int
    at_once: int
    processes: int = 2


@dataclass
class DownloadTally:
    """What readers saw: downloads, parts among them, wrong ones, bytes, what the edge said of each."""

    downloads: int = 0
    parts: int = 0
    wrong: int = 0
    bytes: int = 0
    edge: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: DownloadTally) -> DownloadTally:
        return DownloadTally(
            self.downloads + other.downloads,
            self.parts + other.parts,
            self.wrong + other.wrong,
            self.bytes + other.bytes,
            self.edge + other.edge,
        )


def read_all(address: Address, url: str, released: Path, plan: DownloadPlan) -> DownloadTally:
    """Download `url` as often as planned; `released` is what every byte is compared with."""
    shares = [range(first, plan.downloads, plan.processes) for first in range(plan.processes)]
    work = partial(_read_share, address, url, released, plan.at_once // plan.processes)
    with get_context("spawn").Pool(plan.processes) as pool:
        return sum(pool.map(work, shares), DownloadTally())


def _read_share(
    address: Address, url: str, released: Path, threads: int, numbers: Sequence[int]
) -> DownloadTally:
    reader = _Reader(address, url, released.read_bytes())
    with address.resolving(), ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(reader.read, numbers), DownloadTally())


class _Reader:
    """Downloads over one kept connection for each thread."""

    def __init__(self, address: Address, url: str, released: bytes) -> None:
        self._place = urlsplit(url)
        self._released = released
        self._trust = ssl.create_default_context(cafile=str(address.authority))
        self._mine = local()

    def read(self, number: int) -> DownloadTally:
        """Download once, in part where the number says so."""
        first, last = part_of(number, len(self._released))
        is_part = last - first + 1 < len(self._released)
        headers = {"Range": f"bytes={first}-{last}"} if is_part else {}
        try:
            connection = self._connection()
            connection.request("GET", self._place.path, headers=headers)
            response = connection.getresponse()
            length, is_same = self._compared(response, first)
        except (OSError, http.client.HTTPException):
            self._mine.connection = None
            return DownloadTally(1, int(is_part), 1)
        right = response.status == (206 if is_part else 200) and is_same and length == last - first + 1
        edge = response.headers.get("X-Edge-Cache", "none")
        return DownloadTally(1, int(is_part), int(not right), length, Counter({edge: 1}))

    def _connection(self) -> http.client.HTTPSConnection:
        if getattr(self._mine, "connection", None) is None:
            self._mine.connection = http.client.HTTPSConnection(
                self._place.netloc, context=self._trust, timeout=600
            )
        found: http.client.HTTPSConnection = self._mine.connection
        return found

    def _compared(self, response: http.client.HTTPResponse, first: int) -> tuple[int, bool]:
        """Return how many bytes came, and whether they are those of the release from `first` on."""
        place, is_same = first, True
        for chunk in _chunks(response):
            is_same = is_same and self._released.startswith(chunk, place)
            place += len(chunk)
        return place - first, is_same


def part_of(number: int, size: int) -> tuple[int, int]:
    """Return the first and the last byte of a download: of each tenth a part, of the others all."""
    if number % 10:
        return 0, size - 1
    first = number * _SCATTER % size
    return first, min(size, first + max(1, min(_MOST_OF_A_PART, size // 2))) - 1


def _chunks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    for _ in count():
        chunk = response.read(_CHUNK)
        if not chunk:
            return
        yield chunk
