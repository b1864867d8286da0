"""Addresses that mail came back from for good, or whose readers complained."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from chassis.errors import Invalid
from chassis.messages.mail import Mail
from chassis.messages.mail_log import Claim
from chassis.messages.mail_suppression import (
    AddressSuppressed,
    DynamoSuppressions,
    MailEvents,
    SuppressingMailer,
)
from chassis.testing import FakeClock
from chassis.testing.mail import FakeMailer, MemoryMailLog, MemorySuppressions, SuppressionsContract
from slipway.testing.aws import EmulatedAws

ANN = "ann@example.com"


class TestMemory(SuppressionsContract):
    @pytest.fixture
    def suppressions(self) -> MemorySuppressions:
        return MemorySuppressions()


class TestDynamo(SuppressionsContract):
    @pytest.fixture
    def suppressions(self, aws: EmulatedAws) -> Any:
        with aws.table() as name:
            yield DynamoSuppressions(aws.client("dynamodb"), name)


class Heard:
    """What a service keeps, and hears of mail."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.log = MemoryMailLog()
        self.suppressions = MemorySuppressions()
        self.told: list[str] = []
        self._events = MailEvents(self.log, self.suppressions, "news-", self.told.append, clock)

    def hear(self, kind: str, key: str | None = "news-1", **detail: Any) -> None:
        tags = {} if key is None else {"mail_key": [key]}
        document = {"eventType": kind, "mail": {"destination": [ANN], "tags": tags}, **detail}
        self._events.handle(json.dumps(document))

    def bounced(self, kind: str) -> None:
        self.hear("Bounce", bounce={"bounceType": kind, "bouncedRecipients": [{"emailAddress": ANN}]})


@pytest.fixture
def heard(clock: FakeClock) -> Heard:
    return Heard(clock)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_mail_to_a_suppressed_address_is_refused_and_other_mail_goes_out(clock: FakeClock) -> None:
    inner, suppressions = FakeMailer(), MemorySuppressions()
    mailer = SuppressingMailer(inner, suppressions)
    suppressions.add(ANN, "bounce", clock())
    with pytest.raises(AddressSuppressed):
        mailer.send(Mail("1", "ANN@example.com", "Hello", "Hello", "Hello"))
    mailer.send(Mail("2", "ben@example.com", "Hello", "Hello", "Hello"))
    assert [mail.to for mail in inner.sent] == ["ben@example.com"]


def test_an_address_is_suppressed_when_mail_comes_back_for_good_or_is_complained_about(
    heard: Heard,
) -> None:
    heard.bounced("Transient")
    assert not heard.suppressions.has(ANN)
    for _ in range(2):  # it may come twice
        heard.bounced("Permanent")
    heard.hear("Complaint", complaint={"complainedRecipients": [{"emailAddress": "ben@example.com"}]})
    assert (heard.suppressions.has(ANN), heard.suppressions.has("ben@example.com")) == (True, True)
    assert heard.told == [ANN, ANN, "ben@example.com"]
    assert sorted(heard.suppressions.reasons.values()) == ["bounce", "complaint"]


def test_what_is_told_of_another_services_mail_suppresses_too_but_is_not_noted(heard: Heard) -> None:
    heard.hear("Complaint", "users-1", complaint={"complainedRecipients": [{"emailAddress": ANN}]})
    assert heard.suppressions.has(ANN)
    assert claim_of(heard, "users-1") is Claim.OURS


@pytest.mark.parametrize("kind", ["Send", "Delivery"])
def test_a_mail_that_ses_has_sent_is_noted_whoever_died_before_noting_it(heard: Heard, kind: str) -> None:
    heard.hear(kind)
    assert claim_of(heard, "news-1") is Claim.SENT


def test_other_events_and_mail_without_a_key_change_nothing(heard: Heard) -> None:
    heard.hear("Reject")
    heard.hear("Send", None)
    assert claim_of(heard, "news-1") is Claim.OURS
    assert heard.told == []


def test_what_is_no_event_of_ses_is_refused(heard: Heard) -> None:
    with pytest.raises(Invalid):
        heard.hear("Bounce", bounce={})


def claim_of(heard: Heard, key: str) -> Claim:
    """Say what may be done about a mail."""
    return heard.log.claim(key, heard.clock(), timedelta(minutes=2))
