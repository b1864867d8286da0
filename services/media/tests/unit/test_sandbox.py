"""Decoding in a process that may die."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from services.media.tests import pictures
from services.media.tests.factories import a_picture

from media.errors import RenderingFailed, Unreadable
from media.imaging import child
from media.imaging.sandbox import SandboxedRenderer


@pytest.fixture
def renderer() -> Any:
    renderer = SandboxedRenderer()
    yield renderer
    renderer.close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "original"
    path.write_bytes(a_picture((2000, 1000)))
    return path


def test_a_picture_is_rendered_in_the_other_process(
    renderer: SandboxedRenderer, source: Path, tmp_path: Path
) -> None:
    rendered = renderer.render(source, tmp_path)
    assert (rendered.width, rendered.height, rendered.content_type) == (2000, 1000, "image/jpeg")
    assert all(each.path.stat().st_size > 100 for each in rendered.renderings)


def test_a_reason_comes_back(renderer: SandboxedRenderer, source: Path, tmp_path: Path) -> None:
    source.write_bytes(pictures.png_claiming(60_000, 60_000))
    with pytest.raises(Unreadable, match="million"):
        renderer.render(source, tmp_path)


def test_one_process_serves_many_pictures(renderer: SandboxedRenderer, source: Path, tmp_path: Path) -> None:
    renderer.render(source, tmp_path)
    first = renderer._process
    renderer.render(source, tmp_path)
    assert renderer._process is first


def test_the_process_knows_no_credentials(
    renderer: SandboxedRenderer, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very secret")
    renderer.render(source, tmp_path)
    assert renderer._process is not None
    assert b"secret" not in Path(f"/proc/{renderer._process.pid}/environ").read_bytes()


def test_a_process_that_was_killed_is_replaced(
    renderer: SandboxedRenderer, source: Path, tmp_path: Path
) -> None:
    renderer.render(source, tmp_path)
    assert renderer._process is not None
    os.kill(renderer._process.pid, signal.SIGKILL)
    renderer._process.wait()
    assert renderer.render(source, tmp_path).width == 2000


def test_a_process_that_dies_at_work_is_a_failure_and_no_verdict(
    renderer: SandboxedRenderer, source: Path, tmp_path: Path
) -> None:
    renderer.render(source, tmp_path)
    process = renderer._process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    threading.Timer(0.3, os.kill, (process.pid, signal.SIGKILL)).start()
    with pytest.raises(RenderingFailed, match="gone"):
        renderer.render(source, tmp_path)
    assert renderer.render(source, tmp_path).width == 2000


def test_a_decoder_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "answer_to", lambda request: time.sleep(60))
    started = time.monotonic()
    assert child.run({}, wall=0.3) == {"failed": "it hung"}
    assert time.monotonic() - started < 5


def test_a_decoder_that_crashes_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "answer_to", lambda request: os.kill(os.getpid(), signal.SIGKILL))
    assert "failed" in child.run({})


def test_a_decoder_with_a_bug_is_a_failure(monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    monkeypatch.setattr(child, "answer_to", lambda request: request["nothing"])
    assert "failed" in child.run({})
    assert "KeyError" in capfd.readouterr().err


def test_a_decoder_that_takes_too_much_time_refuses_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    def spin(request: Any) -> None:
        while True:
            pass

    monkeypatch.setattr(child, "CPU_SECONDS", 1)
    monkeypatch.setattr(child, "answer_to", spin)
    assert child.run({}) == {"unreadable": "The picture takes too much time or memory to read."}


def test_a_decoder_that_takes_too_much_memory_refuses_the_picture(source: Path, tmp_path: Path) -> None:
    source.write_bytes(pictures.encoded(Image.new("RGB", (8000, 6000)), "PNG", compress_level=1))
    code = (
        "import sys; from media.imaging import child; child.MEMORY_BYTES = 150_000_000;"
        "child.serve(sys.stdin.buffer, sys.stdout.buffer)"
    )
    request = json.dumps({"source": str(source), "folder": str(tmp_path)}).encode() + b"\n"
    environment = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        [sys.executable, "-c", code], input=request, env=environment, capture_output=True, check=True
    )
    assert json.loads(done.stdout) == {"unreadable": "The picture needs too much memory."}


def test_requests_are_answered_in_their_order(source: Path, tmp_path: Path) -> None:
    good = json.dumps({"source": str(source), "folder": str(tmp_path)}).encode()
    bad = json.dumps({"source": str(tmp_path / "nothing"), "folder": str(tmp_path)}).encode()
    answers = io.BytesIO()
    child.serve(io.BytesIO(good + b"\n" + bad + b"\n"), answers)
    first, second = (json.loads(line) for line in answers.getvalue().splitlines())
    assert first == child.answer_to({"source": str(source), "folder": str(tmp_path)})
    assert "unreadable" in second
