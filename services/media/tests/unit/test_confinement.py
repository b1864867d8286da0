"""What a decoder could still do if a picture took it over."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from services.media.tests import pictures

from media.imaging import child, confinement, landlock
from media.imaging.prepared import PictureLimits


def _namespaces_are_to_be_had() -> bool:
    return subprocess.run(["unshare", "-U", "-n", "true"], capture_output=True, check=False).returncode == 0


needs_namespaces = pytest.mark.skipif(
    not _namespaces_are_to_be_had(), reason="the kernel lets us make no user namespaces"
)
needs_landlock = pytest.mark.skipif(landlock.version() == 0, reason="the kernel has no Landlock")
Confined = Callable[[Callable[[], Any]], Any]


def folder(tmp_path: Path) -> Path:
    """Return the folder in which pictures are decoded; what stands beside it is out of reach."""
    made = tmp_path / "scratch"
    made.mkdir(exist_ok=True)
    return made


@pytest.fixture
def confined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Confined:
    """Runs a probe where pictures are decoded and returns what it found, or the name of its error."""

    def run(probe: Callable[[], Any]) -> Any:
        def answer(_request: Any) -> dict[str, Any]:
            try:
                return {"found": probe()}
            except OSError as error:
                return {"found": type(error).__name__}

        monkeypatch.setattr(child, "answer_to", answer)
        return child.run({"folder": str(folder(tmp_path))})["found"]

    return run


@pytest.fixture
def listener() -> Iterator[int]:
    """A port of the loopback where somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def status(name: str) -> str:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(line.split(":")[1].strip() for line in lines if line.startswith(f"{name}:"))


def held_files() -> list[str]:
    places = [Path(f"/proc/self/fd/{descriptor}") for descriptor in range(256)]
    return [str(place.readlink()) for place in places if place.is_symlink()]


@pytest.fixture
def without_landlock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel without Landlock, so that a probe may look at /proc."""
    monkeypatch.setattr(landlock, "version", lambda: 0)


@pytest.mark.usefixtures("without_landlock")
def test_no_program_it_starts_gets_more_rights(confined: Confined) -> None:
    assert confined(lambda: status("NoNewPrivs")) == "1"


def test_its_bounds_cannot_be_raised(confined: Confined) -> None:
    kinds = (resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC)
    expected = (PictureLimits().memory, confinement.FILE_BYTES, confinement.OPEN_FILES, 0)
    assert confined(lambda: [resource.getrlimit(kind) for kind in kinds]) == [
        [most, most] for most in expected
    ]


@pytest.mark.usefixtures("without_landlock")
def test_it_holds_nothing_of_the_process_that_forked_it(confined: Confined, tmp_path: Path) -> None:
    with (tmp_path / "secret").open("w"):
        held = confined(held_files)
    assert held[:2] == [os.devnull, os.devnull]
    assert len(held) == 4  # and standard error, and the pipe for the answer
    assert held[3].startswith("pipe:")


@pytest.mark.usefixtures("without_landlock")
def test_it_cannot_open_files_without_end(confined: Confined) -> None:
    assert confined(lambda: [os.open(os.devnull, os.O_RDONLY) for _ in range(100)]) == "OSError"


@needs_namespaces
@pytest.mark.usefixtures("without_landlock")
def test_it_reaches_no_network(confined: Confined, listener: int) -> None:
    assert confined(lambda: socket.create_connection(("127.0.0.1", listener), 5).close()) == "OSError"


@needs_namespaces
@pytest.mark.usefixtures("without_landlock")
def test_it_reads_no_memory_and_no_environment_of_another_process(confined: Confined) -> None:
    other = f"/proc/{os.getpid()}"
    assert confined(lambda: len(Path(other, "environ").read_bytes())) == "PermissionError"
    assert confined(lambda: Path(other, "mem").open("rb").close()) == "PermissionError"


@needs_namespaces
@pytest.mark.usefixtures("without_landlock")
def test_it_has_no_capabilities_even_in_its_own_namespace(confined: Confined) -> None:
    for name in ("CapEff", "CapPrm", "CapInh", "CapBnd"):
        assert int(confined(lambda name=name: status(name)), 16) == 0


@needs_namespaces
@needs_landlock
def test_it_says_what_the_kernel_gave(tmp_path: Path) -> None:
    assert child.run({"folder": str(tmp_path)}) == {"isolated": True, "shut_in": True}


@needs_landlock
@pytest.mark.parametrize("path", [__file__, "/etc/passwd", "/proc/self/environ", "/dev/null"])
def test_it_reads_no_file_outside_its_folder(confined: Confined, path: str) -> None:
    assert confined(lambda: len(Path(path).read_bytes())) == "PermissionError"


@needs_landlock
@pytest.mark.parametrize(
    "deed",
    [
        lambda outside: (outside / "new").write_text("x"),
        lambda outside: (outside / "old").write_text("x"),
        lambda outside: (outside / "old").unlink(),
        lambda outside: (outside / "old").rename(outside / "other"),
        lambda outside: os.truncate(outside / "old", 0),
        lambda outside: (outside / "folder").mkdir(),
        lambda outside: (outside / "link").symlink_to("/"),
        lambda outside: list(outside.iterdir()),
        lambda outside: os.execv(sys.executable, [sys.executable]),  # it is refused
    ],
    ids=["make", "write", "remove", "rename", "truncate", "make a folder", "link", "list", "run"],
)
def test_it_changes_and_runs_nothing_outside_its_folder(
    confined: Confined, tmp_path: Path, deed: Callable[[Path], Any]
) -> None:
    (tmp_path / "old").write_text("as it was")
    assert confined(lambda: deed(tmp_path)) == "PermissionError"
    assert [path.name for path in tmp_path.iterdir() if path.name != "scratch"] == ["old"]
    assert (tmp_path / "old").read_text() == "as it was"


@needs_landlock
def test_a_link_in_its_folder_is_no_way_out(confined: Confined, tmp_path: Path) -> None:
    (folder(tmp_path) / "link").symlink_to("/etc/passwd")
    assert confined(lambda: (folder(tmp_path) / "link").read_text()) == "PermissionError"


def test_it_reads_and_writes_in_its_folder(confined: Confined, tmp_path: Path) -> None:
    place = folder(tmp_path) / "thumbnail"
    assert confined(lambda: (place.write_text("x"), place.read_text(), place.write_text("yz"))[1:]) == [
        "x",
        2,
    ]


@needs_landlock
def test_every_kind_of_picture_is_decoded_behind_the_walls(tmp_path: Path) -> None:
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF"):
        scratch = folder(tmp_path)
        (scratch / "original").write_bytes(pictures.encoded(pictures.quarters(), kind))
        answer = child.run({"folder": str(scratch), "source": str(scratch / "original")})
        assert (answer.get("width"), answer["shut_in"]) == (120, True), kind


@pytest.mark.usefixtures("without_landlock")
def test_where_namespaces_are_not_to_be_had_it_works_without(
    confined: Confined, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confinement, "_CLONE_NEWUSER", -1)
    assert confined(lambda: status("NoNewPrivs")) == "1"


def test_an_answer_of_a_decoder_that_is_no_json_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        child, "_be_the_child", lambda _request, writer: (os.write(writer, b"{"), os._exit(0))
    )
    assert child.run({"folder": "/"}) == {"failed": "its answer is none"}


def test_a_decoder_that_says_too_much_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    def talk(_request: Any, writer: int) -> None:
        while True:
            os.write(writer, b"x" * 4096)

    monkeypatch.setattr(child, "_be_the_child", talk)
    assert "exceeded" in child.run({"folder": "/"})
