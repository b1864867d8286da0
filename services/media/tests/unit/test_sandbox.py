"""Decoding in a process that may die."""

from __future__ import annotations

import io
import json
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from services.media.tests import pictures
from services.media.tests.factories import a_picture

from media.errors import LimitExceeded, RenderingFailed, Unreadable
from media.imaging import child
from media.imaging.confinement import Walls
from media.imaging.prepared import PictureLimits
from media.imaging.sandbox import SandboxedRenderer, report


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


def test_a_decoder_that_hangs_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "answer_to", lambda request: time.sleep(60))
    assert "exceeded" in child.run({"folder": str(tmp_path)}, wall=0.3)


def test_a_decoder_that_is_killed_says_nothing_of_the_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "answer_to", lambda request: os.kill(os.getpid(), signal.SIGKILL))
    assert "failed" in child.run({"folder": str(tmp_path)})


@pytest.mark.parametrize("crash", [signal.SIGSEGV, signal.SIGABRT, signal.SIGFPE])
def test_a_picture_that_crashes_its_decoder_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crash: signal.Signals
) -> None:
    monkeypatch.setattr(child, "answer_to", lambda request: os.kill(os.getpid(), crash))
    assert "decoder fails" in child.run({"folder": str(tmp_path)})["unreadable"]


def test_a_decoder_with_a_bug_refuses_the_picture_and_tells_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    monkeypatch.setattr(child, "answer_to", lambda request: request["nothing"])
    assert "decoder fails" in child.run({"folder": str(tmp_path)})["unreadable"]
    assert "KeyError" in capfd.readouterr().err


def test_a_decoder_that_takes_too_much_time_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spin(request: Any) -> None:
        while True:
            pass

    monkeypatch.setattr(child, "answer_to", spin)
    answer = child.run({"folder": str(tmp_path), "limits": {"seconds": 1}})
    assert answer == {"exceeded": "The picture takes too much time or memory to read."}


def test_a_decoder_that_takes_too_much_memory_is_stopped(source: Path, tmp_path: Path) -> None:
    source.write_bytes(pictures.encoded(Image.new("RGB", (8000, 6000)), "PNG", compress_level=1))
    renderer = SandboxedRenderer(PictureLimits(memory=200_000_000))
    with pytest.raises(LimitExceeded, match="too much memory"):
        renderer.render(source, tmp_path)
    renderer.close()


def test_a_picture_with_a_long_row_of_fill_bytes_takes_no_longer(source: Path, tmp_path: Path) -> None:
    marked = b"\xff\x00"
    body = pictures.encoded(Image.effect_noise((800, 600), 80), "JPEG")
    source.write_bytes(body.replace(marked, b"\xff" * 2_000_000 + marked, 1))
    renderer = SandboxedRenderer(PictureLimits(seconds=3))
    assert len(renderer.render(source, tmp_path).renderings) == 3
    renderer.close()


def test_requests_are_answered_in_their_order(source: Path, tmp_path: Path) -> None:
    good = json.dumps({"source": str(source), "folder": str(tmp_path)}).encode()
    bad = json.dumps({"source": str(tmp_path / "nothing"), "folder": str(tmp_path)}).encode()
    answers = io.BytesIO()
    child.serve(io.BytesIO(good + b"\n" + bad + b"\n"), answers)
    first, second = (json.loads(line) for line in answers.getvalue().splitlines())
    expected = child.answer_to({"source": str(source), "folder": str(tmp_path)})
    assert {name: first[name] for name in expected} == expected
    assert "unreadable" in second


def answering(script: str, timeout: float = 30.0) -> SandboxedRenderer:
    """Return a renderer whose process runs `script` in place of decoding; `say` writes to the pipe."""
    begin = "import sys, time\ndef say(text): sys.stdout.write(text); sys.stdout.flush()\n"
    return SandboxedRenderer(timeout=timeout, command=(sys.executable, "-c", begin + script))


def test_half_an_answer_is_not_waited_for_for_ever(source: Path, tmp_path: Path) -> None:
    renderer = answering("say('{\"content_type\"'); time.sleep(600)", timeout=1.0)
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
        '{"content_type": "image/png", "width": 1, "height": 1, "renderings": [["a", 1, 1, "b", 7, "c"]]}',
    ],
)
def test_an_answer_that_is_none_is_a_failure(source: Path, tmp_path: Path, said: str) -> None:
    renderer = answering(f"sys.stdin.readline(); say({said + chr(10)!r}); time.sleep(600)")
    with pytest.raises(RenderingFailed):
        renderer.render(source, tmp_path)
    renderer.close()


@pytest.mark.parametrize(
    ("isolated", "shut_in", "said"),
    [
        (True, True, ["pictures are decoded in a sandbox"]),
        (False, True, ["decoding without namespaces"]),
        (True, False, ["decoding without Landlock"]),
    ],
)
def test_what_the_kernel_gives_is_said_at_start(
    caplog: pytest.LogCaptureFixture, isolated: bool, shut_in: bool, said: list[str]
) -> None:
    caplog.set_level(logging.INFO)
    answer = json.dumps({"isolated": isolated, "shut_in": shut_in})
    renderer = answering(f"for _ in sys.stdin: say({answer!r} + chr(10))")
    report(renderer)
    renderer.close()
    assert [record.message for record in caplog.records] == said


def test_a_process_that_is_slow_to_start_is_waited_for_at_the_workers_start() -> None:
    renderer = answering(
        """time.sleep(1)\nfor _ in sys.stdin: say('{"isolated": true, "shut_in": true}' + chr(10))""",
        timeout=0.1,
    )
    assert renderer.walls() == Walls(isolated=True, shut_in=True)
    renderer.close()
