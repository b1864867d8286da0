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
from media.imaging import child, confinement
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
    with pytest.raises(RenderingFailed, match="no answer any more"):
        renderer.render(source, tmp_path)
    assert renderer.render(source, tmp_path).width == 2000


def test_a_decoder_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "answer_to", lambda request: time.sleep(60))
    assert child.run({}, wall=0.3) == {"failed": "it hung"}


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

    monkeypatch.setattr(confinement, "CPU_SECONDS", 1)
    monkeypatch.setattr(child, "answer_to", spin)
    assert child.run({}) == {"unreadable": "The picture takes too much time or memory to read."}


def test_a_decoder_that_takes_too_much_memory_refuses_the_picture(source: Path, tmp_path: Path) -> None:
    source.write_bytes(pictures.encoded(Image.new("RGB", (8000, 6000)), "PNG", compress_level=1))
    code = (
        "import sys; from media.imaging import child, confinement; confinement.MEMORY_BYTES = 150_000_000;"
        "child.serve(sys.stdin.buffer, sys.stdout.buffer)"
    )
    request = json.dumps({"source": str(source), "folder": str(tmp_path)}).encode() + b"\n"
    environment = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        [sys.executable, "-c", code], input=request, env=environment, capture_output=True, check=True
    )
    assert json.loads(done.stdout)["unreadable"] == "The picture needs too much memory."


def test_requests_are_answered_in_their_order(source: Path, tmp_path: Path) -> None:
    good = json.dumps({"source": str(source), "folder": str(tmp_path)}).encode()
    bad = json.dumps({"source": str(tmp_path / "nothing"), "folder": str(tmp_path)}).encode()
    answers = io.BytesIO()
    child.serve(io.BytesIO(good + b"\n" + bad + b"\n"), answers)
    first, second = (json.loads(line) for line in answers.getvalue().splitlines())
    expected = child.answer_to({"source": str(source), "folder": str(tmp_path)})
    assert {name: first[name] for name in expected} == expected
    assert "unreadable" in second


def answering(script: str, patience: float = 30.0) -> SandboxedRenderer:
    """Return a renderer whose process runs `script` in place of decoding; `say` writes to the pipe."""
    begin = "import sys, time\ndef say(text): sys.stdout.write(text); sys.stdout.flush()\n"
    return SandboxedRenderer(patience, (sys.executable, "-c", begin + script))


def test_half_an_answer_is_not_waited_for_for_ever(source: Path, tmp_path: Path) -> None:
    renderer = answering("say('{\"content_type\"'); time.sleep(600)", patience=1.0)
    with pytest.raises(RenderingFailed, match="in time"):
        renderer.render(source, tmp_path)
    assert renderer._process is None


def test_an_answer_without_an_end_is_not_collected_for_ever(source: Path, tmp_path: Path) -> None:
    renderer = answering("while True: say('x' * 10_000)")
    with pytest.raises(RenderingFailed, match="too long"):
        renderer.render(source, tmp_path)
    assert renderer._process is None


@pytest.mark.parametrize(
    "said",
    [
        "no JSON",
        "[]",
        "{}",
        '{"content_type": "image/png", "width": 1, "height": 1, "renderings": [["small"]]}',
        '{"content_type": "image/png", "width": "wide", "height": 1, "renderings": []}',
        '{"content_type": "image/png", "width": 1, "height": 1, "renderings": [["a", 1, 1, "b", 7]]}',
    ],
)
def test_an_answer_that_is_none_is_a_failure(source: Path, tmp_path: Path, said: str) -> None:
    renderer = answering(f"sys.stdin.readline(); say({said + chr(10)!r}); time.sleep(600)")
    with pytest.raises(RenderingFailed):
        renderer.render(source, tmp_path)
    renderer.close()


def test_a_kernel_that_isolates_nobody_is_told_of_once(
    source: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    renderer = answering('for _ in sys.stdin: say(\'{"unreadable": "no", "isolated": false}\\n\')')
    for _ in range(2):
        with pytest.raises(Unreadable):
            renderer.render(source, tmp_path)
    renderer.close()
    assert [record.message for record in caplog.records] == ["decoding without namespaces"]
