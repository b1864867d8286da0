from __future__ import annotations

import errno
import json
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
from libs.chassis.tests.server.running import Server

from chassis.process.restart_on_change import fingerprint
from chassis.server import gunicorn


def eventually(claim: Callable[[], bool]) -> bool:
    for _ in range(600):
        if claim():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path)
    running.wait()
    yield running
    running.process.terminate()
    running.process.wait(120)


def counted(server: Server) -> float:
    text = requests.get(f"{server.url}/metrics", timeout=60).text
    found = re.search(r'^http_requests_total\{[^}]*route="/v1/slow"[^}]*\} (\S+)$', text, re.MULTILINE)
    return float(found[1]) if found else 0


def test_metrics_are_the_sum_of_the_workers_and_outlive_them(server: Server) -> None:
    first, second = server.pids()
    before = counted(server)
    assert before >= 8
    os.kill(first, signal.SIGKILL)
    for _ in range(100):
        if first not in server.pids():
            break
    after = [counted(server) for _ in range(8)]
    assert min(after) == max(after) > before
    assert second in server.pids()


def test_a_worker_has_asked_its_stores_and_read_the_keys_before_it_takes_requests(
    server: Server, tmp_path: Path
) -> None:
    answering = server.pids()
    for what in ("asked-by", "keys-read-by"):
        assert answering <= {int(path.name.rpartition("-")[2]) for path in tmp_path.glob(f"{what}-*")}


def test_the_app_is_made_once_for_all_workers(server: Server, tmp_path: Path) -> None:
    assert [path.name for path in tmp_path.glob("made-by-*")] == [f"made-by-{server.process.pid}"]


def test_nobody_can_connect_before_a_worker_is_ready(tmp_path: Path) -> None:
    (tmp_path / "hold").touch()
    running = Server(tmp_path)
    assert eventually(lambda: any(tmp_path.glob("asked-by-*")))
    with socket.socket() as client:
        assert client.connect_ex(running.address) == errno.ECONNREFUSED
    (tmp_path / "hold").unlink()
    running.wait()
    running.process.terminate()
    assert running.process.wait(120) == 0


def test_it_ends_in_order_before_it_was_ready_too(tmp_path: Path) -> None:
    (tmp_path / "hold").touch()
    running = Server(tmp_path)
    assert eventually(lambda: len(list(tmp_path.glob("asked-by-*"))) == 2)
    running.process.terminate()
    assert running.process.wait(60) == 0
    assert "Traceback" not in running.output.read_text()


def test_an_address_that_is_taken_ends_it_and_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        running = Server(tmp_path, address=taken.getsockname())
        assert running.process.wait(60) == 1
        assert f"127.0.0.1:{taken.getsockname()[1]}" in running.output.read_text()


def test_whoever_could_connect_before_it_ended_is_answered(server: Server) -> None:
    """As a gateway does: it sends once it is connected, and may not send again."""
    visitors = [Visitor(server.address) for _ in range(16)]
    for visitor in visitors:
        visitor.start()
    assert eventually(lambda: all(visitor.answered for visitor in visitors))
    server.process.terminate()
    for visitor in visitors:
        visitor.join(120)
    assert server.process.wait(120) == 0
    assert [visitor.lost for visitor in visitors] == [None] * 16


class Visitor(threading.Thread):
    """Makes requests, each over a connection of its own, until it is refused one or loses an answer."""

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(daemon=True)
        self._address = address
        self.answered = 0
        self.lost: Exception | None = None

    def run(self) -> None:
        while self.lost is None:
            with socket.socket() as client:
                client.settimeout(60)
                try:
                    client.connect(self._address)
                except ConnectionRefusedError:
                    return
                try:
                    client.sendall(b"POST /v1/slow HTTP/1.0\r\nContent-Length: 0\r\n\r\n")
                    assert client.recv(65536).startswith(b"HTTP/1.")
                except (OSError, AssertionError) as error:
                    self.lost = error
                else:
                    self.answered += 1


def test_sigterm_lets_a_slow_request_finish(server: Server) -> None:
    answers: list[requests.Response] = []
    slow = threading.Thread(
        target=lambda: answers.append(requests.get(f"{server.url}/v1/slow?seconds=1.5", timeout=60))
    )
    slow.start()
    time.sleep(0.5)
    server.process.send_signal(signal.SIGTERM)
    slow.join(60)
    assert [answer.status_code for answer in answers] == [200]
    assert server.process.wait(120) == 0


def test_it_ends_in_order_when_its_environment_file_has_changed(tmp_path: Path) -> None:
    file = tmp_path / "environment.json"
    file.write_text("{}")
    running = Server(tmp_path, ENVIRONMENT_FILE=str(file), ENVIRONMENT_READ=fingerprint(b"{}"))
    running.wait()
    file.write_text('{"AWS_ACCESS_KEY_ID": "another"}')
    assert running.process.wait(120) == 0


def test_all_it_prints_is_json(server: Server) -> None:
    requests.get(f"{server.url}/v1/slow", timeout=60)
    server.process.terminate()
    server.process.wait(120)
    lines = [json.loads(line) for line in server.output.read_text().splitlines()]
    assert [line["route"] for line in lines if line["message"] == "request"] == ["/v1/slow"]


def test_a_connection_is_kept_for_the_next_request(server: Server) -> None:
    with requests.Session() as session:
        for _ in range(3):
            assert session.get(f"{server.url}/v1/slow", timeout=60).headers.get("Connection") != "close"


@pytest.fixture
def packets(tmp_path: Path) -> Iterator[socket.socket]:
    """Connect to a server in such a way that each receiving returns what was sent by one call."""
    address = os.path.relpath(tmp_path / "packets")  # sockets' addresses are short
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(address)
        listener.listen()
        running = Server(tmp_path, listener)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
            client.settimeout(60)
            client.connect(address)
            yield client
        running.process.terminate()
        running.process.wait(120)


def test_an_answer_is_sent_in_one_piece_so_that_a_killed_worker_sends_no_half_of_one(
    packets: socket.socket,
) -> None:
    for _ in range(3):
        packets.send(b"GET /v1/slow HTTP/1.1\r\nHost: tiny\r\n\r\n")
        head, _, body = packets.recv(65536).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        assert f"Content-Length: {len(body)}\r\n".encode() in head
        assert json.loads(body)["pid"]


def test_an_answer_without_a_body_is_sent_too(packets: socket.socket) -> None:
    packets.send(b"HEAD /v1/slow HTTP/1.1\r\nHost: tiny\r\n\r\n")
    head, end, body = packets.recv(65536).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert (end, body) == (b"\r\n\r\n", b"")


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        ("GET /caf\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\nContent-Type: c/d\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\n" + "".join(f"X-{n}: v\r\n" for n in range(300)) + "\r\n", 431),
        (f"GET /{'a' * 9_000} HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
    ],
    ids=["not ascii", "two types", "many fields", "long address", "unknown encoding"],
)
def test_what_the_server_itself_refuses_is_a_problem(server: Server, request_text: str, status: int) -> None:
    with socket.create_connection(server.address, timeout=60) as client:
        client.sendall(request_text.encode())
        head, _, body = client.recv(65536).partition(b"\r\n\r\n")
    assert f" {status} " in head.decode().split("\r\n")[0]
    assert b"Content-Type: application/problem+json" in head
    assert json.loads(body)["status"] == status


def test_a_body_sent_in_chunks_is_bounded(server: Server) -> None:
    answer = requests.post(f"{server.url}/v1/slow", data=iter([b"x" * 65536] * 40), timeout=60)
    assert answer.status_code in {405, 413}


def test_a_worker_that_is_gone_is_taken_out_of_the_totals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    gauge = tmp_path / "gauge_livesum_4711.db"
    gauge.touch()
    gunicorn.child_exit(None, SimpleNamespace(pid=4711, age=1))
    assert not gauge.exists()
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR")
    gunicorn.child_exit(None, SimpleNamespace(pid=4711, age=1))


def test_at_the_end_new_connections_are_refused_while_old_requests_are_answered(server: Server) -> None:
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(requests.get, f"{server.url}/v1/slow?seconds=6", timeout=60)
        time.sleep(0.5)
        server.process.terminate()
        with pytest.raises(ConnectionRefusedError):
            _connect_until(server.address, slow.done)
        assert not slow.done()
        assert slow.result().status_code == 200


def _connect_until(address: tuple[str, int], over: Callable[[], bool]) -> None:
    while not over():
        socket.create_connection(address, timeout=60).close()
        time.sleep(0.05)


def test_a_connection_that_waits_at_the_end_is_answered(server: Server) -> None:
    workers = server.pids()  # found first: who is stopped makes no second worker
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        for pid in workers:
            os.kill(pid, signal.SIGSTOP)
            os.kill(pid, signal.SIGTERM)
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(requests.get, f"{server.url}/livez", timeout=120)
            time.sleep(0.5)
            for pid in _workers(server):
                os.kill(pid, signal.SIGCONT)
            assert waiting.result().status_code == 200
    finally:
        os.kill(server.process.pid, signal.SIGCONT)


def _workers(server: Server) -> list[int]:
    """Return the process ids of the workers, which need not answer."""
    task = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    return [int(pid) for pid in task.read_text().split()]
