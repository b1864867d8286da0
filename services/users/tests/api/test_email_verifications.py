"""Addresses are confirmed by the link in a mail, over HTTP and the worker's own sending."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from services.users.tests.factories import person, settings, sign_in, sign_up

from chassis.errors import Transient
from chassis.messages.mail import Mail, MailRefused
from chassis.testing import FakeClock
from chassis.testing.mail import FakeMailer
from users.address_mails import AddressMails
from users.wiring import Stores, proofs_sealer

PAGE = "https://app.localhost:8443/verify-email"
NEW = "countess@example.com"


@pytest.fixture
def mailer() -> FakeMailer:
    return FakeMailer()


@pytest.fixture
def mails(stores: Stores, mailer: FakeMailer, clock: FakeClock) -> AddressMails:
    """The worker's sending of mails."""
    return AddressMails(stores.accounts, stores.proofs, proofs_sealer(settings()), mailer, PAGE, clock)


def token_in(mail: Mail) -> str:
    lines = mail.text.splitlines()
    [link] = [line for line in lines if line.startswith("https://")]
    assert link.startswith(f"{PAGE}#token=")
    assert link in mail.html
    return link.partition("#token=")[2]


def confirm(client: FlaskClient, token: str) -> int:
    return client.post("/v1/email-verifications/confirm", json={"token": token}).status_code


def test_a_new_address_counts_once_its_link_was_followed(
    client: FlaskClient, mails: AddressMails, mailer: FakeMailer
) -> None:
    ada = person(client)
    ada.patch("/v1/me", {"email": NEW})
    mails.run()
    [mail] = mailer.sent
    assert mail.to == NEW
    assert confirm(client, token_in(mail)) == 204
    me = ada.get("/v1/me").json
    assert (me["email"], me["email_verified"]) == (NEW, True)
    assert sign_in(client, NEW).status_code == 201
    assert sign_in(client, ada.email).status_code == 401
    assert confirm(client, token_in(mail)) == 422


def test_ones_own_address_is_confirmed_and_then_no_more_mail_is_sent(
    client: FlaskClient, mails: AddressMails, mailer: FakeMailer
) -> None:
    ada = person(client)
    response = ada.post("/v1/email-verifications")
    assert (response.status_code, response.data) == (202, b"")
    mails.run()
    assert confirm(client, token_in(mailer.sent[0])) == 204
    assert ada.get("/v1/me").json["email_verified"] is True
    assert ada.post("/v1/email-verifications").status_code == 202
    mails.run()
    assert len(mailer.sent) == 1


def test_asking_again_sends_a_new_link_to_the_address_that_waits_and_voids_the_old_one(
    client: FlaskClient, mails: AddressMails, mailer: FakeMailer
) -> None:
    ada = person(client)
    ada.patch("/v1/me", {"email": NEW})
    mails.run()
    ada.post("/v1/email-verifications")
    mails.run()
    first, second = mailer.sent
    assert first.to == second.to == NEW
    assert confirm(client, token_in(first)) == 422
    assert confirm(client, token_in(second)) == 204


def test_the_owner_of_a_taken_address_gets_a_notice_without_a_link(
    client: FlaskClient, mails: AddressMails, mailer: FakeMailer
) -> None:
    sign_up(client, "bob@example.com")
    person(client).patch("/v1/me", {"email": "BOB@example.com"})
    mails.run()
    [mail] = mailer.sent
    assert mail.to == "BOB@example.com"
    assert "#token=" not in mail.text + mail.html
    assert "already" in mail.subject


def test_an_address_that_another_account_got_meanwhile_is_a_conflict_for_who_reads_its_mail(
    client: FlaskClient, mails: AddressMails, mailer: FakeMailer
) -> None:
    person(client).patch("/v1/me", {"email": NEW})
    mails.run()
    sign_up(client, NEW)
    assert confirm(client, token_in(mailer.sent[0])) == 409


def test_going_back_to_the_present_address_voids_the_link(
    client: FlaskClient, mails: AddressMails, mailer: FakeMailer
) -> None:
    ada = person(client)
    ada.patch("/v1/me", {"email": NEW})
    mails.run()
    ada.patch("/v1/me", {"email": ada.email})
    assert confirm(client, token_in(mailer.sent[0])) == 422


def test_a_link_is_good_for_a_day(
    client: FlaskClient, mails: AddressMails, mailer: FakeMailer, clock: FakeClock
) -> None:
    person(client).patch("/v1/me", {"email": NEW})
    mails.run()
    assert "24 hours" in mailer.sent[0].text
    clock.advance(86_400)
    assert confirm(client, token_in(mailer.sent[0])) == 422


def test_an_account_has_so_many_mails_in_an_hour(client: FlaskClient, clock: FakeClock) -> None:
    ada = person(client)
    answers = [ada.post("/v1/email-verifications") for _ in range(6)]
    assert [one.status_code for one in answers] == [202] * 5 + [429]
    wait = int(answers[-1].headers["Retry-After"])
    assert 3600 <= wait <= 4200  # counted in steps of ten minutes
    assert ada.patch("/v1/me", {"email": NEW}).status_code == 429
    assert person(client).post("/v1/email-verifications").status_code == 202
    clock.advance(wait)
    ada.tokens = sign_in(client, ada.email).json
    assert ada.post("/v1/email-verifications").status_code == 202


def test_a_mail_that_could_not_be_sent_is_sent_later_and_once(
    client: FlaskClient, mails: AddressMails, mailer: FakeMailer
) -> None:
    person(client).patch("/v1/me", {"email": NEW})
    mailer.away = True
    with pytest.raises(Transient):
        mails.run()
    mailer.away = False
    mails.run()
    mails.run()
    assert [mail.to for mail in mailer.sent] == [NEW]


def test_a_mail_that_is_refused_for_good_holds_up_no_other(
    client: FlaskClient, mails: AddressMails, mailer: FakeMailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_mail: Mail) -> str:
        raise MailRefused("no")

    person(client).patch("/v1/me", {"email": NEW})
    with monkeypatch.context() as patched:
        patched.setattr(mailer, "send", refuse)
        mails.run()
    person(client).patch("/v1/me", {"email": "duchess@example.com"})
    mails.run()
    assert [mail.to for mail in mailer.sent] == ["duchess@example.com"]


@pytest.mark.parametrize(
    "body", [{}, {"token": ""}, {"token": "x" * 129}, {"token": 1}, {"token": "made up"}]
)
def test_what_is_no_token_of_ours_is_refused(client: FlaskClient, body: dict[str, object]) -> None:
    answer = client.post("/v1/email-verifications/confirm", json=body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == ["/token"]
