from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from jinja2 import UndefinedError

from chassis.errors import Invalid, Transient
from chassis.messages.mail import Mail, MailRefused, MailTemplates, MailUncertain, SesMailer, mime
from chassis.messages.mail_log import DynamoMailLog, MailEvent, OnceMailer, mail_event
from chassis.stores.aws import Aws as Clients
from chassis.testing import FakeClock
from chassis.testing.mail import FakeMailer, MailLogContract, MemoryMailLog
from slipway.testing.aws import EmulatedAws

MAIL = Mail(
    "welcome-1", "ann@example.com", "Grüße", "Hello", "<p>Hello</p>", "https://news.example/u?token=t"
)


def test_a_message_has_both_forms_and_unsubscribes_with_one_click() -> None:
    read = message_from_bytes(mime(MAIL, "Slipway <hello@example.org>").as_bytes(), policy=policy.default)
    assert (read["From"], read["To"], read["Subject"]) == (
        "Slipway <hello@example.org>",
        "ann@example.com",
        "Grüße",
    )
    assert read["Message-ID"] == "<welcome-1@example.org>"
    assert read["List-Unsubscribe"] == "<https://news.example/u?token=t>"
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [part.get_content().strip() for part in read.iter_parts()] == ["Hello", "<p>Hello</p>"]


@pytest.mark.parametrize(
    "change",
    [
        {"to": "ann@example.com\r\nBcc: eve@example.com"},
        {"subject": "Hello\nBcc: eve@example.com"},
        {"to": "nobody"},
        {"to": ""},
        {"key": "a b"},
        {"unsubscribe_url": "https://a\r\nX: y"},
    ],
)
def test_what_no_header_can_hold_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(MailRefused):
        mime(replace(MAIL, **change), "hello@example.org")


@pytest.fixture
def templates(tmp_path: Path) -> MailTemplates:
    (tmp_path / "welcome.txt.j2").write_text("Welcome, {{ name }}!\n\nRead <this>: {{ url }}\n")
    (tmp_path / "welcome.html.j2").write_text("<p>{{ name }}</p>")
    return MailTemplates(tmp_path)


def test_a_template_gives_subject_text_and_escaped_html(templates: MailTemplates) -> None:
    written = templates.write("welcome", {"name": "<b>Ann</b>\nX: y", "url": "u"})
    assert written.subject == "Welcome, <b>Ann</b>"
    assert written.html == "<p>&lt;b&gt;Ann&lt;/b&gt;\nX: y</p>"
    assert "Read <this>: u" in written.text


def test_a_value_that_a_template_misses_is_an_error(templates: MailTemplates) -> None:
    with pytest.raises(UndefinedError):
        templates.write("welcome", {"name": "Ann"})


@pytest.fixture(scope="module")
def ses(aws: EmulatedAws) -> Any:
    make: Any = boto3.client
    key, secret = aws.root_key
    return make(
        "sesv2",
        endpoint_url=aws.endpoint_url,
        region_name=aws.region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


@pytest.fixture(scope="module")
def configuration_set() -> str:
    """A name that no other run of these tests beside this one has taken."""
    return f"notes-{uuid4().hex[:8]}"


@pytest.fixture(scope="module")
def announced(aws: EmulatedAws, ses: Any, configuration_set: str) -> Iterator[Any]:
    """Return what SES announces about the mail of `configuration_set`; identities may send."""
    sns, sqs = aws.client("sns"), aws.client("sqs")
    topic = sns.create_topic(Name=f"mail-{uuid4().hex[:8]}")["TopicArn"]
    url = sqs.create_queue(QueueName=f"mail-{uuid4().hex[:8]}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    policy_text = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy_text})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    ses.create_email_identity(EmailIdentity="example.org")
    ses.create_configuration_set(ConfigurationSetName=configuration_set)
    ses.create_configuration_set_event_destination(
        ConfigurationSetName=configuration_set,
        EventDestinationName="events",
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": ["SEND", "DELIVERY", "BOUNCE", "COMPLAINT"],
            "SnsDestination": {"TopicArn": topic},
        },
    )

    def receive() -> list[MailEvent]:
        found = []
        while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in batch:
                found.append(mail_event(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    yield receive
    sqs.delete_queue(QueueUrl=url)


def test_ses_takes_a_message_and_announces_it_under_its_key(
    ses: Any, announced: Any, configuration_set: str
) -> None:
    sent = SesMailer(ses, "Notes <hello@example.org>", configuration_set).send(MAIL)
    assert sent
    assert {(event.kind, event.key) for event in announced()} == {("send", MAIL.key), ("delivery", MAIL.key)}


def test_ses_announces_bounces_and_complaints_with_the_address(
    ses: Any, announced: Any, configuration_set: str
) -> None:
    mailer = SesMailer(ses, "hello@example.org", configuration_set)
    for name in ("bounce", "complaint"):
        mailer.send(replace(MAIL, to=f"{name}@simulator.amazonses.com"))
    found = [event for event in announced() if event.kind in ("bounce", "complaint")]
    assert {(event.kind, event.recipients, event.permanent) for event in found} == {
        ("bounce", ("bounce@simulator.amazonses.com",), True),
        ("complaint", ("complaint@simulator.amazonses.com",), True),
    }


@pytest.mark.usefixtures("announced")
def test_a_sender_that_is_not_verified_is_refused(ses: Any, configuration_set: str) -> None:
    with pytest.raises(MailRefused, match="not verified"):
        SesMailer(ses, "hello@elsewhere.example", configuration_set).send(MAIL)


def test_a_configuration_set_that_is_not_there_yet_is_waited_for(ses: Any, announced: Any) -> None:
    with pytest.raises(Transient):
        SesMailer(ses, "hello@example.org", "no-such-set").send(MAIL)


def test_ses_that_is_away_is_waited_for() -> None:
    away = Clients("us-east-1", "http://127.0.0.1:9", ("a", "b")).client("sesv2")
    with pytest.raises(Transient):
        SesMailer(away, "hello@example.org", "notes").send(MAIL)


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 500 \r\nContent-Length: 2\r\n\r\n{}"], ids=["none", "500"]
)
def test_ses_that_takes_a_message_and_does_not_say_so_is_asked_once(answer: bytes) -> None:
    calls = 0

    def serve() -> None:
        nonlocal calls
        while True:
            with suppress(ConnectionError), listener.accept()[0] as connection:
                calls += 1
                connection.recv(65_536)
                connection.sendall(answer)
                if not answer:
                    over.wait(10)

    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        clients = Clients("us-east-1", f"http://127.0.0.1:{listener.getsockname()[1]}", ("a", "b"))
        ses = clients.client("sesv2", attempts=1, read_timeout=0.5)
        with pytest.raises(MailUncertain):
            SesMailer(ses, "hello@example.org", "notes").send(MAIL)
        assert calls == 1
        over.set()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"eventType": "Bounce", "mail": {}}', '"a"', "null"])
def test_what_is_no_event_of_ses_is_invalid(text: str) -> None:
    with pytest.raises(Invalid):
        mail_event(text)


def test_an_event_of_another_kind_or_without_our_tag_is_read_all_the_same() -> None:
    text = json.dumps({"eventType": "Open", "mail": {"destination": ["ann@example.com"]}})
    assert mail_event(text) == MailEvent("other", None, ("ann@example.com",))


class TestMemoryMailLog(MailLogContract):
    @pytest.fixture
    def mail_log(self) -> MemoryMailLog:
        return MemoryMailLog()


class TestDynamoMailLog(MailLogContract):
    @pytest.fixture
    def mail_log(self, aws: EmulatedAws) -> Iterator[DynamoMailLog]:
        with aws.table() as name:
            yield DynamoMailLog(aws.client("dynamodb"), name)


class Killed(BaseException):
    """Stands for SIGKILL."""


class Sending:
    """One message, a mailer and a log that a test kills at chosen points."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.mailer = FakeMailer()
        self.log = MemoryMailLog()

    def send(self, *, killed: str = "") -> bool:
        mailer, log = self.mailer, self.log
        if killed == "before sending":
            mailer = FakeMailer()
            mailer.send = die  # type: ignore[method-assign]
        if killed == "after sending":
            log = MemoryMailLog()
            log.claim = self.log.claim  # type: ignore[method-assign]
            log.sent = die  # type: ignore[method-assign]
        return OnceMailer(mailer, log, self.clock).send(MAIL.key, lambda: MAIL)


def die(*_: object) -> str:
    raise Killed


@pytest.fixture
def sending(clock: FakeClock) -> Sending:
    return Sending(clock)


def test_a_message_goes_out_once_however_often_its_event_comes(sending: Sending) -> None:
    assert [sending.send() for _ in range(8)] == [True] + [False] * 7
    assert sending.mailer.sent == [MAIL]


def test_who_dies_before_sending_is_replaced_once_the_claim_has_settled(sending: Sending) -> None:
    with pytest.raises(Killed):
        sending.send(killed="before sending")
    with pytest.raises(Transient, match="not known yet"):
        sending.send()
    sending.clock.advance(121)
    assert sending.send()
    assert sending.mailer.sent == [MAIL]


def test_who_dies_between_sending_and_noting_is_found_out_by_sess_event(sending: Sending) -> None:
    with pytest.raises(Killed):
        sending.send(killed="after sending")
    with pytest.raises(Transient):
        sending.send()
    sending.log.sent(MAIL.key, sending.clock())  # as the consumer of SES's events does
    sending.clock.advance(10_000)
    assert not sending.send()
    assert sending.mailer.sent == [MAIL]


def test_a_call_that_was_not_answered_is_not_made_again_before_its_event_had_its_time(
    sending: Sending,
) -> None:
    sending.mailer.silent = True
    with pytest.raises(MailUncertain):
        sending.send()
    sending.mailer.silent = False
    with pytest.raises(MailUncertain):
        sending.send()
    sending.clock.advance(121)
    assert sending.send()


def test_mail_that_is_away_is_tried_again_at_once(sending: Sending) -> None:
    sending.mailer.away = True
    with pytest.raises(Transient):
        sending.send()
    sending.mailer.away = False
    assert sending.send()
