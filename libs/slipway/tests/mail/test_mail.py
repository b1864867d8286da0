"""`mail`, as people and tests of a running suite use it."""

import contextlib
import json
import os
import signal
import sys
import webbrowser
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from slipway import __main__ as entry
from slipway.commands import context
from slipway.local import lifecycle, resources
from slipway.local.suite import Suite
from slipway.terminal.problems import OK, USAGE
from slipway.terminal.progress import Silent

Cli = Callable[..., int]
pytestmark = pytest.mark.xdist_group("running")

LINK = "https://app.localhost:8443/verify-email#token=abc.DEF-1"


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch, running: Suite) -> Cli:
    """Runs `mail` on the throwaway suite and returns its exit code."""
    monkeypatch.setattr(context, "ROOT", running.root)
    monkeypatch.setenv("SLIPWAY_STATE", str(running.state))

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["slipway", "mail", *arguments])
        return entry._run()

    return run


@pytest.fixture
def ses(running: Suite) -> Any:
    """SES of the suite, with a sender that may send."""
    target = resources.target(running.emulator)
    make: Any = boto3.client
    client = make(
        "sesv2",
        endpoint_url=target.endpoint_url,
        region_name=target.region,
        aws_access_key_id=target.access_key_id,
        aws_secret_access_key=target.secret_access_key,
        config=Config(proxies={}, retries={"total_max_attempts": 1}),
    )
    with contextlib.suppress(client.exceptions.AlreadyExistsException):
        client.create_email_identity(EmailIdentity="localhost.test")
    return client


def send(ses: Any, to: str, subject: str = "Grüße", extra: str = "") -> None:
    message = EmailMessage()
    message["From"] = "Slipway <suite@localhost.test>"
    message["To"] = to
    message["Subject"] = subject
    message["List-Unsubscribe"] = "<https://news.localhost:8443/u?token=1>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(f"Hällo. Confirm here: {LINK}.\n")
    message.add_alternative(
        f'<p>Hällo <a href="{LINK}">there</a> <a href="https://x.test/?a=1&amp;b=2">or here</a></p>{extra}',
        subtype="html",
    )
    ses.send_email(
        FromEmailAddress="suite@localhost.test",
        Destination={"ToAddresses": [to]},
        Content={"Raw": {"Data": message.as_bytes()}},
    )


def listed(mail: Cli, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert mail("list", "--json") == OK
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_what_was_sent_is_listed_whole_the_newest_first(
    mail: Cli, ses: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    send(ses, "anna@example.com", "first")
    send(ses, "ben@example.com")
    newest, second, *_ = listed(mail, capsys)
    assert (second["to"], second["subject"]) == ("anna@example.com", "first")
    assert (newest["to"], newest["subject"]) == ("ben@example.com", "Grüße")
    assert newest["from"] == "Slipway <suite@localhost.test>"
    assert newest["text"].startswith("Hällo. Confirm here")
    assert "<p>Hällo" in newest["html"]
    assert newest["links"] == [LINK, "https://x.test/?a=1&b=2"]
    assert newest["headers"]["List-Unsubscribe"] == "<https://news.localhost:8443/u?token=1>"
    assert newest["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert newest["sent_at"].endswith("Z")


def test_one_mail_is_shown_by_its_id(mail: Cli, ses: Any, capsys: pytest.CaptureFixture[str]) -> None:
    send(ses, "anna@example.com")
    newest = listed(mail, capsys)[0]
    assert mail("show", newest["id"], "--json") == OK
    assert json.loads(capsys.readouterr().out) == newest
    assert mail("show", newest["id"]) == OK
    out = capsys.readouterr().out
    assert "Subject: Grüße" in out
    assert f"\n{LINK}\n" in out
    assert mail("list") == OK
    assert newest["id"] in capsys.readouterr().out


def test_an_unknown_id_says_where_to_look(mail: Cli, capsys: pytest.CaptureFixture[str]) -> None:
    assert mail("show", "nothing") == USAGE
    assert "./slipway mail list" in capsys.readouterr().err


def test_the_page_is_the_owners_and_what_a_mail_brings_does_nothing_in_it(
    mail: Cli, ses: Any, running: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    send(ses, "anna@example.com", "<b>bold</b>", extra='"><script>alert(1)</script>')
    assert mail("open") == OK
    path = running.state / "mail.html"
    assert opened == [path.as_uri()]
    assert path.stat().st_mode & 0o077 == 0
    page = path.read_text()
    assert "<script" not in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert 'sandbox="allow-popups' in page


def test_mails_are_there_while_the_suite_is_down_and_after(
    mail: Cli, ses: Any, running: Suite, capsys: pytest.CaptureFixture[str]
) -> None:
    send(ses, "anna@example.com")
    before = listed(mail, capsys)
    lifecycle.down(running, Silent())
    assert listed(mail, capsys) == before
    lifecycle.up(running, Silent())
    assert listed(mail, capsys) == before


def test_a_mail_that_the_mailbox_cannot_take_is_not_acknowledged(ses: Any, running: Suite) -> None:
    supervisor = running.daemon.connect()
    assert supervisor
    os.kill(supervisor.states()["mail"].pid, signal.SIGSTOP)
    try:
        with pytest.raises(ClientError) as caught:
            send(ses, "anna@example.com")
    finally:
        os.kill(supervisor.states()["mail"].pid, signal.SIGCONT)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
