from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from slipway.bench.downloads.rows import ROWS, SIZES
from slipway.bench.downloads.site import DownloadSite
from slipway.bench.servers import Servers
from slipway.bench.subjects import Subject

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
