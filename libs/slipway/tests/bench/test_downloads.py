from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from slipway.bench.downloads.crowd import EdgeRequests
from slipway.bench.downloads.readers import DownloadPlan, part_of, read_all
from slipway.bench.downloads.rows import ROWS, SIZES
from slipway.bench.downloads.site import DownloadSite
from slipway.bench.servers import Servers
from slipway.bench.subjects import Subject
from slipway.demo.client import Address

ROOT = Path(__file__).parents[4]
_MEASURED_APART = {"thumbnails", "library", "presign", "botocore"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DownloadSite]:
    folder = tmp_path_factory.mktemp("downloads")
    with Servers(folder) as servers:
        site = DownloadSite(ROOT, folder, servers)
        site.start()
        yield site


def body(subject: Subject) -> bytes:
    """Ask for the one file of a subject as the load tool does."""
    [request] = subject.requests()
    unverified = ssl._create_unverified_context()
    connection = http.client.HTTPSConnection(urlsplit(subject.url).netloc, context=unverified, timeout=60)
    connection.request("GET", request.path, headers={"Host": subject.host})
    response = connection.getresponse()
    found = response.read()
    connection.close()
    assert response.status == 200, found
    return found


def test_each_way_sends_the_same_file_whole(site: DownloadSite) -> None:
    for size, length in SIZES.items():
        sent = {name: body(one) for one in site.subjects() if (name := one.name).endswith(size)}
        assert {len(one) for one in sent.values()} == {length}
        assert len({one for name, one in sent.items() if not name.startswith("signed")}) == 1


def test_the_processes_of_each_way_are_counted(site: DownloadSite) -> None:
    assert all(pid > 1 for subject in site.subjects() for pid in subject.pids())


def test_every_row_is_measured(site: DownloadSite) -> None:
    measured = {subject.name for subject in site.subjects()} | _MEASURED_APART
    assert {name for row in ROWS for name in (row.subject, row.against)} == measured


def test_a_crowd_compares_every_byte_of_wholes_and_parts(site: DownloadSite, tmp_path: Path) -> None:
    edge = next(one for one in site.subjects() if one.name == "edge 1 MiB")
    address = Address("localhost", int(edge.url.rpartition(":")[2]), site.folder / "ca" / "root.pem")
    url = address.origin("cdn") + edge.requests()[0].path
    released, other = tmp_path / "released", tmp_path / "other"
    released.write_bytes(body(edge))
    other.write_bytes(body(edge)[:-1] + b"?")
    plan = DownloadPlan(downloads=40, at_once=8)
    found = read_all(address, url, released, plan)
    assert (found.downloads, found.parts, found.wrong) == (40, 4, 0)
    assert found.bytes > 36 * 1024**2
    assert found.edge.total() == 40
    assert read_all(address, url, other, plan).wrong >= 36


def test_parts_lie_within_the_file() -> None:
    for size in (1, 2, 300, 20 * 1024**2):
        parts = [part_of(number, size) for number in range(200)]
        assert all(0 <= first <= last < size for first, last in parts)
        assert sum(part != (0, size - 1) for part in parts) == (20 if size > 1 else 0)


def test_what_reached_the_bucket_is_counted_by_the_gateways_log() -> None:
    found = EdgeRequests("/a")
    lines = ('"/a","upstream":"127.0.0.1:9"', '"/a","upstream":""', '"/ab","upstream":"127.0.0.1:9"')
    found.read((Path("gateway.log"), f'{{"path":{line}}}') for line in lines)
    assert (found.all, found.passed_on) == (2, 1)
