"""ClamAV's protocol, as a small clamd speaks it and, where it is installed, the real one."""

from __future__ import annotations

import getpass
import io
import socket
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from services.media.tests import clamd
from services.media.tests.clamd import EICAR, NAME

from media.errors import ScannerAway
from media.scanning.clamd import Clamd


@pytest.fixture(scope="module", params=["fake", "real"])
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    if request.param == "fake":
        with clamd.fake() as server:
            yield server.port
        return
    if not clamd.is_installed():
        pytest.skip("clamd is not installed (Debian: apt install clamav-daemon)")
    with clamd.real(tmp_path_factory.mktemp("clamd"), getpass.getuser()) as port:
        yield port


@pytest.fixture
def scanner(port: int) -> Clamd:
    return Clamd("127.0.0.1", port, 60)


def verdict(scanner: Clamd, *chunks: bytes) -> str | None:
    with scanner.scan() as scan:
        assert list(scan.passing(iter(chunks))) == list(chunks)
        return scan.verdict()


@pytest.mark.parametrize("chunks", [[], [b""], [b"harmless"], [b"a" * 300_000, b"", b"b" * 300_000]])
def test_what_is_harmless_passes_whole(scanner: Clamd, chunks: list[bytes]) -> None:
    assert verdict(scanner, *chunks) is None


@pytest.mark.parametrize("chunks", [[EICAR], [EICAR[:30], b"", EICAR[30:]], [b"x" * 200_000 + EICAR]])
def test_malware_is_found_and_named_however_it_is_cut(scanner: Clamd, chunks: list[bytes]) -> None:
    assert verdict(scanner, *chunks) == f"{NAME}.UNOFFICIAL"


def test_what_is_too_large_for_the_daemon_gives_no_verdict_and_says_so(scanner: Clamd) -> None:
    with pytest.raises(ScannerAway, match="size limit"):
        verdict(scanner, *[b"x" * 300_000] * 8)


def test_one_scanner_looks_through_many_files(scanner: Clamd) -> None:
    assert [verdict(scanner, body) is None for body in (b"a", EICAR, b"b", EICAR)] == [True, False] * 2


def test_malware_is_found_in_an_archive(scanner: Clamd, port: int, request: pytest.FixtureRequest) -> None:
    if "fake" in request.node.name:
        pytest.skip("only the real one looks into archives")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.com", EICAR)
    assert verdict(scanner, packed.getvalue()) == f"{NAME}.UNOFFICIAL"


@pytest.mark.parametrize(
    "answer", [b"stream: ", b"UNKNOWN COMMAND", b"FOUND", b"x" * 5000, b"stream: a b FOUND"]
)
def test_an_answer_that_is_none_gives_no_verdict(answer: bytes) -> None:
    with clamd.fake() as server:
        server.answer = answer
        with pytest.raises(ScannerAway):
            verdict(Clamd("127.0.0.1", server.port, 60), b"a")


def test_a_daemon_that_says_nothing_is_not_waited_for_any_longer() -> None:
    with clamd.fake() as server:
        server.silent = True
        with pytest.raises(ScannerAway, match="timed out"):
            verdict(Clamd("127.0.0.1", server.port, 0.3), b"a")


def test_a_file_that_comes_too_slowly_is_given_up(scanner: Clamd) -> None:
    def slowly() -> Iterator[bytes]:
        yield b"a"
        time.sleep(1.1)
        yield b"b"

    with replace(scanner, seconds=1).scan() as scan, pytest.raises(ScannerAway, match="is over"):
        list(scan.passing(slowly()))


def test_a_daemon_that_is_not_there_is_away() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(ScannerAway):
            verdict(Clamd("127.0.0.1", taken.getsockname()[1], 5), b"a")


def test_what_goes_wrong_while_a_file_is_read_is_not_the_scanners_fault(scanner: Clamd) -> None:
    with pytest.raises(OSError, match="disk"), scanner.scan():
        raise OSError("the disk is full")


def test_a_daemon_may_listen_on_a_unix_socket(tmp_path: Path) -> None:
    path = tmp_path / "clamd.sock"
    with pytest.raises(ScannerAway):
        verdict(Clamd(str(path), 0, 5), b"a")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        with Clamd(str(path), 0, 5).scan():
            connection, _ = listening.accept()
            with connection:
                assert connection.recv(100) == b"zINSTREAM\0"
