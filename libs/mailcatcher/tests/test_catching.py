"""Mails are taken by SMTP, kept in private files, and bounded."""

import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailcatcher.settings import MailcatcherSettings, MailcatcherSettingsError
from mailcatcher.store import MailStore

MESSAGE = (
    b"Subject: Gr\xc3\xbc\xc3\x9fe\r\nList-Unsubscribe: <https://news.test/u>\r\n\r\nHello.\r\n..dots\r\n"
)


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def catcher(port: int, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A running catcher that keeps its mails in `tmp_path / "mail"`, 2 kB each at most."""
    process = start(port, tmp_path)
    yield process
    process.terminate()
    assert process.wait(timeout=120) in {0, -signal.SIGKILL}


def start(port: int, folder: Path) -> subprocess.Popen[bytes]:
    environment = {
        "MAILCATCHER_PORT": str(port),
        "MAILCATCHER_DIR": str(folder / "mail"),
        "MAILCATCHER_MOST_BYTES": "2000",
        "MAILCATCHER_MOST_MAILS": "3",
    }
    process = subprocess.Popen([sys.executable, "-I", "-m", "mailcatcher.serve"], env=environment, cwd=folder)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return process
    raise AssertionError("it does not listen")


def send(port: int, content: bytes, *recipients: str) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=120) as connection:
        connection.sendmail("suite@example.com", recipients or ("anna@example.com",), content)


def kept(folder: Path) -> MailStore:
    return MailStore(folder / "mail", 3)


@pytest.mark.usefixtures("catcher")
def test_a_mail_is_kept_as_it_was_written_for_all_it_was_sent_to(port: int, tmp_path: Path) -> None:
    send(port, MESSAGE, "anna@example.com", "ben@example.com")
    (mail_id,) = kept(tmp_path).ids()
    mail = kept(tmp_path).read(mail_id)
    assert mail
    assert mail.content == MESSAGE
    assert (mail.sender, mail.recipients) == ("suite@example.com", ("anna@example.com", "ben@example.com"))
    assert abs(mail.sent_at - time.time()) < 600


@pytest.mark.usefixtures("catcher")
def test_nobody_but_the_owner_may_read_what_is_kept(port: int, tmp_path: Path) -> None:
    send(port, MESSAGE)
    paths = [tmp_path / "mail", *(tmp_path / "mail").iterdir()]
    assert {path.stat().st_mode & 0o077 for path in paths} == {0}


def test_what_was_acknowledged_is_there_after_a_kill(
    port: int, tmp_path: Path, catcher: subprocess.Popen[bytes]
) -> None:
    send(port, MESSAGE)
    catcher.kill()
    catcher.wait()
    again = start(port, tmp_path)
    send(port, MESSAGE)
    again.terminate()
    assert again.wait(timeout=120) == 0
    assert len(kept(tmp_path).ids()) == 2


@pytest.mark.usefixtures("catcher")
def test_a_mail_beyond_the_bound_is_refused(port: int, tmp_path: Path) -> None:
    with pytest.raises(smtplib.SMTPException):
        send(port, b"Subject: long\r\n\r\n" + b"x" * 70 + b"\r\n" * 2000)
    assert kept(tmp_path).ids() == []


@pytest.mark.usefixtures("catcher")
def test_the_oldest_go_when_there_are_too_many(port: int, tmp_path: Path) -> None:
    for number in range(5):
        send(port, b"Subject: %d\r\n\r\n" % number)
        time.sleep(0.01)
    store = kept(tmp_path)
    found = [mail.content[9:10] for mail_id in store.ids() if (mail := store.read(mail_id))]
    assert found == [b"4", b"3", b"2"]


def test_a_mail_that_cannot_be_stored_is_sent_again_later(
    port: int, tmp_path: Path, catcher: subprocess.Popen[bytes]
) -> None:
    (tmp_path / "mail").write_text("in its place")
    with pytest.raises(smtplib.SMTPDataError) as caught:
        send(port, MESSAGE)
    assert caught.value.smtp_code == 452
    (tmp_path / "mail").unlink()
    send(port, MESSAGE)
    assert catcher.poll() is None
    assert len(kept(tmp_path).ids()) == 1


@pytest.mark.parametrize("mail_id", ["../secret", "", "zz", "0" * 22, "a/b"])
def test_an_id_that_names_no_mail_finds_none(mail_id: str, tmp_path: Path) -> None:
    assert MailStore(tmp_path, 3).read(mail_id) is None


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"MAILCATCHER_PORT": "25"}, "MAILCATCHER_DIR is not set"),
        ({"MAILCATCHER_DIR": "/x"}, "MAILCATCHER_PORT is '0'"),
        ({"MAILCATCHER_DIR": "/x", "MAILCATCHER_PORT": "70000"}, "MAILCATCHER_PORT is '70000'"),
    ],
)
def test_wrong_settings_are_named(env: dict[str, str], words: str) -> None:
    with pytest.raises(MailcatcherSettingsError, match=words):
        MailcatcherSettings.read(env)
