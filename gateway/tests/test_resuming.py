"""Downloads that are cut off go on where they were, and end up as the file that was released."""

from __future__ import annotations

import email
import hashlib
import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from gateway.tests.conftest import Delivery

RELEASE = "/releases/app/2.0.0/app.zip"
CONTENT = random.Random(7).randbytes(8 * 1024 * 1024)
KILLS = 10


@pytest.fixture
def release(delivery) -> str:
    delivery.put(RELEASE, CONTENT)
    return delivery.url(RELEASE)


def read_some(delivery: Delivery, start: int, etag: str, most: int) -> bytes:
    """Ask for the rest of the release, and hang up in the middle of it."""
    connection = delivery.gateway.connect("cdn.localhost")
    going_on = f"Range: bytes={start}-\r\nIf-Range: {etag}\r\n" if start else ""
    host = f"cdn.localhost:{delivery.gateway.edge.port}"
    connection.sendall(f"GET {RELEASE} HTTP/1.1\r\nHost: {host}\r\n{going_on}\r\n".encode())
    with connection.makefile("rb") as answer:
        assert answer.readline().split()[1] == (b"206" if start else b"200")
        while answer.readline() not in (b"\r\n", b""):
            pass
        found = answer.read(min(most, len(CONTENT) - start))
    connection.close()
    return found


def test_a_download_that_is_cut_off_ten_times_ends_up_whole(delivery, release):
    etag = delivery.get(release, method="HEAD").headers["etag"]
    got = b""
    for number in range(KILLS):
        got += read_some(delivery, len(got), etag, 300_000 + number * 77_777)
    got += read_some(delivery, len(got), etag, len(CONTENT))
    assert hashlib.sha256(got).digest() == hashlib.sha256(CONTENT).digest()
    assert delivery.files.fetches(f"/wares{RELEASE}") == [200]


def test_curl_that_is_killed_ten_times_goes_on_and_ends_up_with_the_same_checksum(
    delivery, release, tmp_path
):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    file = tmp_path / "app.zip"
    for number in range(KILLS):
        downloading = curl(delivery, release, "-C", "-", "-o", str(file), "--limit-rate", "2M")
        wait_for(file, number * 100_000)
        downloading.kill()
        downloading.wait()
    assert 0 < size(file) < len(CONTENT)
    assert curl(delivery, release, "-C", "-", "-o", str(file)).wait(60) == 0
    assert hashlib.sha256(file.read_bytes()).digest() == hashlib.sha256(CONTENT).digest()
    assert delivery.files.fetches(f"/wares{RELEASE}") == [200]


def test_curl_reads_ranges(delivery, release, tmp_path):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    for asked, part in (("0-9", CONTENT[:10]), ("-5", CONTENT[-5:]), ("8388600-", CONTENT[8388600:])):
        file = tmp_path / "part"
        assert curl(delivery, release, "-r", asked, "-o", str(file)).wait(60) == 0
        assert file.read_bytes() == part


def test_a_file_that_was_replaced_meanwhile_is_never_mixed_with_the_old_one(delivery, release):
    etag = delivery.get(release).headers["etag"]
    delivery.put(RELEASE, CONTENT[::-1])
    delivery.purge(RELEASE)
    answer = delivery.get(release, headers={"Range": "bytes=1000-", "If-Range": etag})
    assert (answer.status, answer.body) == (200, CONTENT[::-1])


def test_several_ranges_come_as_the_parts_of_one_answer(delivery, release):
    delivery.get(release)
    answer = delivery.get(release, headers={"Range": "bytes=0-9,1000-1099,-10"})
    assert answer.status == 206
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    parts = [part.get_payload(decode=True) for part in email.message_from_bytes(head + answer.body).walk()]
    assert parts[1:] == [CONTENT[:10], CONTENT[1000:1100], CONTENT[-10:]]


def test_who_asks_for_several_ranges_of_what_is_not_kept_yet_gets_it_whole(delivery, release):
    answer = delivery.get(release, headers={"Range": "bytes=0-9,1000-1099,-10"})
    assert (answer.status, answer.body) == (200, CONTENT)


def test_ranges_that_overlap_bring_no_more_than_the_file(delivery, release):
    answer = delivery.get(release, headers={"Range": "bytes=" + ",".join(["0-"] * 500)})
    assert len(answer.body) <= len(CONTENT)


@pytest.mark.parametrize("kept", [False, True])
def test_the_answer_to_head_with_a_range_has_no_body(delivery, release, kept):
    if kept:
        delivery.get(release)
    answer = delivery.get(release, method="HEAD", headers={"Range": "bytes=0-9"})
    assert answer.status in {200, 206}
    assert answer.body == b""


@pytest.mark.parametrize("asked", ["bytes=9-0", "bytes=a-b", "lines=1-2", "bytes="])
def test_a_range_that_is_none_brings_the_whole_file_or_is_refused(delivery, release, asked):
    answer = delivery.get(release, headers={"Range": asked})
    assert answer.status in {200, 416}
    assert answer.status == 416 or answer.body == CONTENT


def curl(delivery: Delivery, url: str, *options: str) -> subprocess.Popen[bytes]:
    gateway = delivery.gateway
    version = "--http2" if gateway.speaks_http2 else "--http1.1"
    there = f"cdn.localhost:{gateway.edge.port}:127.0.0.1"
    command = [
        "curl",
        "-sS",
        "-q",
        "--noproxy",
        "*",
        version,
        "--cacert",
        str(gateway.tls.root),
        "--resolve",
        there,
    ]
    return subprocess.Popen([*command, *options, url])


def size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def wait_for(file: Path, more_than: int) -> None:
    for _ in range(1200):
        if size(file) > more_than:
            return
        time.sleep(0.05)
    raise AssertionError("nothing has come")
