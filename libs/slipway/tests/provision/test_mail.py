"""A service whose manifest says so sends mail, as the suite's domain; no other service does."""

from __future__ import annotations

import json
from email.message import EmailMessage

import pytest
from botocore.exceptions import ClientError

from slipway.manifest import Manifest
from slipway.provision.access_keys import AccessKey
from slipway.provision.environment import environment
from slipway.provision.mail import ensure_mail
from slipway.tests.provision.conftest import SELLER


def send(account, service, sender, configuration_set, to="anna@example.com"):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, "Hello"
    message.set_content("Hello.")
    return account.of(service, "sesv2").send_email(
        FromEmailAddress=sender,
        Destination={"ToAddresses": [to]},
        Content={"Raw": {"Data": message.as_bytes()}},
        ConfigurationSetName=configuration_set,
    )


def test_a_service_that_may_send_mail_is_told_with_what_and_sends_as_the_domain(account):
    name = account.env["seller"]["MAIL_CONFIGURATION_SET"]
    assert name == f"{account.prefix}mail"
    assert send(account, "seller", "no-reply@localhost", name)["MessageId"]


def test_nobody_sends_as_a_domain_that_is_not_the_suites(account):
    with pytest.raises(ClientError, match="not verified"):
        send(account, "seller", "no-reply@bank.example", account.env["seller"]["MAIL_CONFIGURATION_SET"])


def test_a_service_without_the_permission_is_told_nothing_and_refused(account):
    assert "MAIL_CONFIGURATION_SET" not in account.env["buyer"]
    with pytest.raises(ClientError, match="AccessDenied"):
        send(account, "buyer", "no-reply@localhost", account.env["seller"]["MAIL_CONFIGURATION_SET"])


def test_a_queue_hears_what_becomes_of_mail(fresh):
    heard = {
        "name": "mails",
        "env": "MAILS_QUEUE_URL",
        "consumer": "worker",
        "subscribes": [{"topic": "mail-events"}],
    }
    changes = {"queues": [*SELLER["queues"], heard]}
    fresh.provision(seller=changes)
    told = fresh.provision(seller=changes)["seller"]  # again, as each `up` does
    send(
        fresh,
        "seller",
        "no-reply@localhost",
        told["MAIL_CONFIGURATION_SET"],
        "bounce@simulator.amazonses.com",
    )
    sqs = fresh.of("seller", "sqs")
    kinds = []
    while messages := sqs.receive_message(
        QueueUrl=told["MAILS_QUEUE_URL"], MaxNumberOfMessages=10, WaitTimeSeconds=1
    ).get("Messages"):
        for message in messages:
            kinds.append(json.loads(message["Body"])["eventType"])
            sqs.delete_message(QueueUrl=told["MAILS_QUEUE_URL"], ReceiptHandle=message["ReceiptHandle"])
    assert sorted(kinds) == ["Bounce", "Send"]


class Without:
    """An emulator that has no SES v2."""

    class exceptions:  # noqa: N801  # botocore's name
        NotFoundException = KeyError

    def get_email_identity(self, **_):
        answer = {
            "Error": {"Code": "InternalFailure", "Message": "not included in this edition"},
            "ResponseMetadata": {"HTTPStatusCode": 501},
        }
        raise ClientError(answer, "GetEmailIdentity")


def test_where_the_emulator_cannot_send_nobody_is_told_of_mail(account):
    assert ensure_mail(Without(), account.names, "localhost", announced=True) is False
    seller = Manifest.model_validate(SELLER)
    told = environment(seller, AccessKey("a", "b"), account.target, account.names, mail=False)
    assert "MAIL_CONFIGURATION_SET" not in told


class Silent:
    """An emulator that sends and knows nothing of event destinations."""

    class exceptions:  # noqa: N801  # botocore's name
        NotFoundException = KeyError

    def get_email_identity(self, **_):
        return {}

    def get_configuration_set(self, **_):
        return {}

    def get_configuration_set_event_destinations(self, **_):
        answer = {
            "Error": {"Code": "404", "Message": "<!doctype html>"},
            "ResponseMetadata": {"HTTPStatusCode": 404},
        }
        raise ClientError(answer, "GetConfigurationSetEventDestinations")


def test_where_the_emulator_announces_nothing_mail_is_sent_all_the_same(account, caplog):
    assert ensure_mail(Silent(), account.names, "localhost", announced=True) is True
    assert "announces nothing" in caplog.text
