"""The demonstration against a suite in memory: right from end to end, and caught when it is wrong."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path

import pytest
import requests
from libs.slipway.tests.demo.fake_suite import REQUEST_ID, FakeSuite
from rich.console import Console

from slipway.demo import client, people, story
from slipway.demo.client import Address, Api, NothingRuns, Wrong
from slipway.demo.people import Person
from slipway.demo.stage import Stage

ADDRESS = Address("fake.test", 8443, None)


class Played:
    """One run of the demonstration."""

    def __init__(self, suite: FakeSuite, folder: Path, address: Address = ADDRESS) -> None:
        self.suite = suite
        self.address = address
        self.folder = folder
        self.text = io.StringIO()

    def run(self, *, keep: bool = False) -> Person:
        stage = Stage(Console(file=self.text, width=200))
        api = Api(self.address, session=self.suite.session())
        return story.run(stage, api, self.folder, keep=keep, connect=self.suite.connect)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not come is given up soon."""
    soon = partial(client.until, seconds=0.2)
    for module in (story, people, story.files, story.exports):
        monkeypatch.setattr(module, "until", soon)


def test_a_right_suite_is_shown_step_by_step(tmp_path: Path) -> None:
    played = Played(FakeSuite(), tmp_path)
    played.run()
    steps = [line for line in played.text.getvalue().splitlines() if not line.startswith(" ")]
    assert len(steps) == 17
    assert all(line.startswith("ok ") and line.endswith(" ms") for line in steps)


def test_what_is_worth_seeing_is_shown(tmp_path: Path) -> None:
    played = Played(FakeSuite(), tmp_path)
    played.run()
    for fact in (
        "X-Cache: hit",
        "304 Not Modified",
        "orientation 6",
        "403 AccessDenied",
        "no metadata",
        "todos.json",
    ):
        assert fact in played.text.getvalue()


def test_the_thumbnails_are_saved(tmp_path: Path) -> None:
    Played(FakeSuite(), tmp_path / "new").run()
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "large.jpg",
        "medium.jpg",
        "small.jpg",
    ]


def test_all_accounts_are_closed_in_the_end(tmp_path: Path) -> None:
    suite = FakeSuite()
    Played(suite, tmp_path).run()
    assert sorted(suite.closed) == sorted(suite.accounts)


def test_with_keep_the_persons_account_stays_and_only_that(tmp_path: Path) -> None:
    suite = FakeSuite()
    anna = Played(suite, tmp_path).run(keep=True)
    assert set(suite.accounts) - set(suite.closed) == {anna.id}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("the cache is cold", "no cache hit"),
        ("stale changes are taken", "instead of 412"),
        ("keys are ignored", "second to-do"),
        ("storage refuses", "storage refused the upload with 400"),
        ("the photograph is rejected", "rejected: too blue"),
        ("one thumbnail is missing", "2 thumbnails"),
        ("thumbnails lie on their side", "size is another one"),
        ("thumbnails tell the place", "still carries metadata"),
        ("put files do not appear", "not within"),
        ("folders are open", "was allowed"),
        ("the export fails", "the export is failed"),
        ("the export never ends", "not within"),
        ("the archive is a page", "has only"),
        ("the archive is another's", "is of ben"),
        ("to-dos are not exported", "other to-dos"),
        ("files are not exported", "photograph is not in"),
        ("archives are not erased", "stop working"),
        ("nothing is erased", "erasing what todos holds"),
    ],
)
def test_a_wrong_suite_is_caught(tmp_path: Path, wrong: str, reason: str) -> None:
    played = Played(FakeSuite(wrong), tmp_path)
    with pytest.raises(Wrong, match=reason):
        played.run()
    assert "failed " in played.text.getvalue()


def test_where_storage_enforces_nothing_isolation_is_left_out_and_said(tmp_path: Path) -> None:
    address = Address("localhost", 8443, None, enforces=None)
    played = Played(FakeSuite("folders are open"), tmp_path, address)
    played.run()
    assert "left out Try Ben's folder" in played.text.getvalue()
    assert "does not enforce IAM" in played.text.getvalue()


def test_where_storage_enforces_isolation_is_shown_unasked(tmp_path: Path) -> None:
    played = Played(FakeSuite(), tmp_path, Address("localhost", 8443, None, enforces=None))
    played.run()
    assert "403 AccessDenied" in played.text.getvalue()


def test_of_a_suite_elsewhere_isolation_is_always_asked(tmp_path: Path) -> None:
    address = Address("example.test", 443, None, enforces=None)
    with pytest.raises(Wrong, match="was allowed"):
        Played(FakeSuite("folders are open"), tmp_path, address).run()


def test_after_a_wrong_step_the_accounts_are_closed(tmp_path: Path) -> None:
    suite = FakeSuite("folders are open")
    with pytest.raises(Wrong):
        Played(suite, tmp_path).run()
    assert sorted(suite.closed) == sorted(suite.accounts)


def test_the_request_id_of_a_wrong_answer_is_told(tmp_path: Path) -> None:
    with pytest.raises(Wrong) as caught:
        Played(FakeSuite("storage refuses"), tmp_path).run()
    assert caught.value.request_id == REQUEST_ID


def test_where_nothing_runs_that_is_said() -> None:
    with pytest.raises(NothingRuns, match=r"users\.localhost:9"):
        Api(Address("localhost", 9, None)).call("GET", "users", "/livez")


def test_names_below_localhost_are_found_on_loopback_only_while_asked_for() -> None:
    before = client.socket.getaddrinfo
    address = Address("localhost", 9, None)
    with address.resolving():
        assert {found[4][0] for found in client.socket.getaddrinfo("a.localhost", 9)} == {"127.0.0.1"}
    assert client.socket.getaddrinfo is before


def test_names_are_found_where_the_caller_says() -> None:
    with Address("example.test", 443, None, "127.0.0.1").resolving():
        assert {found[4][0] for found in client.socket.getaddrinfo("a.example.test", 9)} == {"127.0.0.1"}


def test_other_names_are_left_to_the_resolver() -> None:
    before = client.socket.getaddrinfo
    with Address("example.test", 443, None).resolving():
        assert client.socket.getaddrinfo is before


@pytest.mark.parametrize(
    ("port", "origin"), [(443, "https://users.a.test"), (8443, "https://users.a.test:8443")]
)
def test_the_usual_port_is_not_written(port: int, origin: str) -> None:
    assert Address("a.test", port, None).origin("users") == origin


def test_a_client_asked_to_wait_waits_and_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(client.time, "sleep", pauses.append)
    answers = [(429, {"Retry-After": "2"}), (200, {})]

    class Busy(requests.Session):
        def request(self, *_arguments: object, **_options: object) -> requests.Response:  # type: ignore[override]
            response = requests.Response()
            response.status_code, headers = answers.pop(0)
            response.headers.update(headers)
            return response

    Api(ADDRESS, session=Busy()).call("GET", "users", "/livez")
    assert pauses == [2.0]
