"""State on disk: private where it is secret, whole or not at all, and read back as written."""

import threading
import time
from pathlib import Path

import pytest

from slipway.state import logfiles
from slipway.state.credentials import GeneratedSecrets
from slipway.state.layout import Layout, write_private
from slipway.state.logfiles import append, follow, tail


def test_a_private_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    write_private(path, "swordfish")
    assert path.read_text() == "swordfish"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_write_that_fails_keeps_the_old_file_and_leaves_no_other(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    write_private(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_private(path, "new \ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_same_name_always_gives_the_same_secret(tmp_path: Path) -> None:
    first, second = GeneratedSecrets(tmp_path / "secrets"), GeneratedSecrets(tmp_path / "secrets")
    assert first.password("cache") == second.password("cache")
    assert first.access_key("root") == second.access_key("root")
    assert first.key("users", 32) == second.key("users", 32)


def test_different_names_give_different_secrets(tmp_path: Path) -> None:
    credentials = GeneratedSecrets(tmp_path)
    assert credentials.password("cache") != credentials.password("postgres")


def test_an_access_key_looks_like_one_of_aws(tmp_path: Path) -> None:
    key, secret = GeneratedSecrets(tmp_path).access_key("root")
    assert key.startswith("AKIA")
    assert len(key) == 20
    assert len(secret) == 40


def test_others_may_pass_through_to_the_data_but_not_read_secrets_or_logs(tmp_path: Path) -> None:
    layout = Layout(tmp_path, tmp_path / "state")
    layout.make()
    assert [path.stat().st_mode & 0o777 for path in (layout.state, layout.data)] == [0o711, 0o711]
    assert [path.stat().st_mode & 0o777 for path in (layout.secrets, layout.logs)] == [0o700, 0o700]


def test_the_tail_of_a_log_is_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    log.write_text("".join(f"line {number} {'x' * 100}\n" for number in range(2000)))
    assert [line.split()[1] for line in tail(log, 3)] == ["1997", "1998", "1999"]
    assert len(tail(log, 5000)) == 2000


def test_a_log_that_does_not_exist_has_no_lines(tmp_path: Path) -> None:
    assert tail(tmp_path / "none.log", 10) == []


def test_no_lines_are_no_lines(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    log.write_text("one\n")
    assert tail(log, 0) == []


def test_following_yields_new_lines_and_survives_rotation(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    log.write_text("an old line that is longer than the new ones\n")

    def write() -> None:
        time.sleep(0.1)
        with log.open("a") as stream:
            stream.write("first\n")
        time.sleep(0.1)
        log.write_text("after rotation\n")

    writer = threading.Thread(target=write)
    lines = follow([log], pause=0.01)
    writer.start()
    assert [next(lines)[1], next(lines)[1]] == ["first", "after rotation"]
    writer.join()


def test_following_loses_no_line_that_was_written_just_before_rotation(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    log.write_text("a line that is long enough to be longer than what comes after rotation\n")
    lines = follow([log], pause=0.01)
    with log.open("a") as stream:
        threading.Timer(0.1, lambda: stream.write("seen\n") and stream.flush()).start()
        assert next(lines)[1] == "seen"
        stream.write("just before\n")
    log.replace(tmp_path / "part.log.1")
    log.write_text("after\n")
    assert [next(lines)[1], next(lines)[1]] == ["just before", "after"]


def test_a_log_that_has_become_large_is_set_aside_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logfiles, "_MOST_BYTES", 100)
    log = tmp_path / "migrate.log"
    for number in range(10):
        append(log, f"{number:049}\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["migrate.log", "migrate.log.1"]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 400
    assert tail(log, 1) == [f"{9:049}"]
