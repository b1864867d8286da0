"""What todos says is due is mailed once, to accounts that want it, and as harmless text."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes as parsed
from pathlib import Path
from typing import Any

import pytest
from services.users.tests.factories import NOW, account, settings, worker_settings

from chassis.errors import Invalid, Transient
from chassis.ids import new_id
from chassis.messages.mail import Mail, MailRefused, mime
from chassis.messages.mail_log import OnceMailer
from chassis.messages.mail_suppression import SuppressingMailer
from chassis.schemas import format_time
from chassis.testing import FakeClock
from chassis.testing.mail import FakeMailer
from users.domain import events
from users.domain.records import Account
from users.reminder_mails import KEYS, LATEST, ReminderMails
from users.wiring import Stores, preferences_of
from users.worker import build

URL = "https://users.localhost:8443/v1/reminders/unsubscribe"
GOLDEN = sorted(Path("services/todos/tests/unit/golden").glob("todos.todo.due.v1-*.json"))


class Killed(BaseException):
    """Stands for SIGKILL."""


@dataclass
class Reminding:
    """The worker's part in reminders, over a mailer that a test may replace."""

    stores: Stores
    clock: FakeClock

    def worker(self, mailer: Any) -> ReminderMails:
        once = OnceMailer(
            SuppressingMailer(mailer, self.stores.suppressions), self.stores.mail_log, self.clock
        )
        return ReminderMails(preferences_of(settings(), self.stores), once, URL, self.clock)

    def somebody(self, **changes: Any) -> Account:
        """Return an account that wants reminders and has a confirmed address, but for `changes`."""
        made = account()
        self.stores.accounts.create(made, events.account_created(made, "https://u", self.clock))
        wanted = replace(made, **{"email_verified": True, "reminders_by_mail": True, **changes})
        return self.stores.accounts.change(made.id, lambda _: wanted)


def due(account_id: object, title: str = "Buy milk", **changes: Any) -> str:
    """Return an event of todos, as its queue has it."""
    todo_id = str(new_id())
    data = {
        "account_id": str(account_id),
        "id": todo_id,
        "list_id": str(new_id()),
        "title": title,
        "due_at": "2026-01-31T12:00:00.000Z",
    }
    event = {
        "specversion": "1.0",
        "id": str(new_id()),
        "source": "https://todos",
        "type": "todos.todo.due.v1",
        "subject": todo_id,
        "time": format_time(NOW),
        "datacontenttype": "application/json",
        "data": {**data, **changes.pop("data", {})},
    }
    return json.dumps({**event, **changes})


@pytest.fixture
def reminding(stores: Stores, clock: FakeClock) -> Reminding:
    return Reminding(stores, clock)


@pytest.fixture
def mailer() -> FakeMailer:
    return FakeMailer()


def test_what_is_due_is_mailed_to_the_confirmed_address(reminding: Reminding, mailer: FakeMailer) -> None:
    ada = reminding.somebody()
    reminding.worker(mailer).handle(due(ada.id))
    [mail] = mailer.sent
    assert (mail.to, mail.subject) == (ada.email, "Due: Buy milk")
    for form in (mail.text, mail.html):
        assert "Buy milk" in form
        assert "31 January 2026, 12:00 UTC" in form
        assert f"{URL}?token={preferences_of(settings(), reminding.stores).token(ada)}" in form
    headers = mime(mail, "no-reply@example.org")
    assert headers["List-Unsubscribe"].startswith(f"<{URL}?token=")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_every_form_of_the_event_that_todos_has_published_is_mailed(
    reminding: Reminding, mailer: FakeMailer, clock: FakeClock, path: Path
) -> None:
    event = json.loads(path.read_text(encoding="utf-8"))
    ada = reminding.somebody()
    event["data"]["account_id"] = str(ada.id)
    clock.now = NOW
    reminding.worker(mailer).handle(json.dumps({**event, "time": format_time(NOW)}))
    assert event["data"]["title"] in mailer.sent[0].text


def test_there_are_events_of_todos_to_read() -> None:
    assert GOLDEN


def test_an_event_that_comes_often_is_mailed_once_and_another_once_more(
    reminding: Reminding, mailer: FakeMailer
) -> None:
    ada = reminding.somebody()
    again = due(ada.id)
    for body in (again, again, due(ada.id), again):
        reminding.worker(mailer).handle(body)
    assert len({mail.key for mail in mailer.sent}) == len(mailer.sent) == 2


@pytest.mark.parametrize("changes", [{"reminders_by_mail": False}, {"email_verified": False}])
def test_who_wants_no_reminders_or_has_no_confirmed_address_gets_none(
    reminding: Reminding, mailer: FakeMailer, changes: dict[str, bool]
) -> None:
    reminding.worker(mailer).handle(due(reminding.somebody(**changes).id))
    assert mailer.sent == []


def test_an_account_that_is_erased_or_never_was_gets_none(reminding: Reminding, mailer: FakeMailer) -> None:
    ada = reminding.somebody()
    reminding.stores.accounts.erase(ada.id, events.account_deleted(ada, "https://u", reminding.clock))
    for gone in (ada.id, new_id()):
        reminding.worker(mailer).handle(due(gone))
    assert mailer.sent == []


def test_a_suppressed_address_gets_none_and_others_theirs(
    reminding: Reminding, mailer: FakeMailer, clock: FakeClock
) -> None:
    ada, bob = reminding.somebody(), reminding.somebody()
    reminding.stores.suppressions.add(ada.email.upper(), "bounce", clock())
    for one in (ada, bob):
        reminding.worker(mailer).handle(due(one.id))
    assert [mail.to for mail in mailer.sent] == [bob.email]


def test_a_reminder_that_was_held_up_for_a_day_is_not_mailed_any_more(
    reminding: Reminding, mailer: FakeMailer, clock: FakeClock
) -> None:
    ada = reminding.somebody()
    body = due(ada.id)
    clock.advance(LATEST.total_seconds() + 1)
    reminding.worker(mailer).handle(body)
    assert mailer.sent == []


def test_a_todo_that_is_put_off_after_its_event_is_reminded_of_at_its_new_time(
    reminding: Reminding, mailer: FakeMailer
) -> None:
    ada = reminding.somebody()
    reminding.worker(mailer).handle(due(ada.id, "Before"))
    later = {"due_at": "2026-01-31T18:30:00.000Z", "title": "After"}
    reminding.worker(mailer).handle(due(ada.id, data=later))
    assert "18:30 UTC" in mailer.sent[1].text
    assert [mail.subject for mail in mailer.sent] == ["Due: Before", "Due: After"]


@pytest.mark.parametrize("sends", [False, True])
def test_after_a_kill_the_mail_is_uncertain_until_it_has_settled_and_keeps_its_key(
    reminding: Reminding, mailer: FakeMailer, clock: FakeClock, *, sends: bool
) -> None:
    class Dying(FakeMailer):
        def send(self, mail: Mail) -> str:
            if sends:
                super().send(mail)
            raise Killed

    body, dying = due(reminding.somebody().id), Dying()
    with pytest.raises(Killed):
        reminding.worker(dying).handle(body)
    with pytest.raises(Transient):
        reminding.worker(mailer).handle(body)
    assert mailer.sent == []
    clock.advance(121)
    reminding.worker(mailer).handle(body)
    assert [mail.key for mail in dying.sent] in ([], [mailer.sent[0].key])


def test_a_mail_that_ses_tells_of_after_a_kill_is_not_sent_again(
    stores: Stores, reminding: Reminding, mailer: FakeMailer, clock: FakeClock
) -> None:
    body = due(reminding.somebody().id)
    key = f"{KEYS}{json.loads(body)['id']}"
    reminding.stores.mail_log.claim(key, clock(), timedelta(minutes=2))  # as somebody who then was killed
    hear(stores, clock, {"eventType": "Send", "mail": {"tags": {"mail_key": [key]}}})
    clock.advance(121)
    reminding.worker(mailer).handle(body)
    assert mailer.sent == []


def test_while_mail_is_away_nothing_is_lost(reminding: Reminding, mailer: FakeMailer) -> None:
    body, mailer.away = due(reminding.somebody().id), True
    with pytest.raises(Transient):
        reminding.worker(mailer).handle(body)
    mailer.away = False
    reminding.worker(mailer).handle(body)
    assert len(mailer.sent) == 1


def test_a_mail_that_is_refused_for_good_is_dealt_with(reminding: Reminding, mailer: FakeMailer) -> None:
    class Refusing(FakeMailer):
        def send(self, mail: Mail) -> str:
            raise MailRefused("no")

    reminding.worker(Refusing()).handle(due(reminding.somebody().id))


@pytest.mark.parametrize(
    "title",
    [
        "Milk\r\nBcc: eve@example.com",
        "Milk\u2028Bcc: eve@example.com",
        "\u202eklim\x00\x1b[2J",
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ token }} {% raw %}",
        "ü" * 5_000,
        "",
    ],
)
def test_a_hostile_title_is_one_line_of_text_in_every_part(
    reminding: Reminding, mailer: FakeMailer, title: str
) -> None:
    ada = reminding.somebody()
    reminding.worker(mailer).handle(due(ada.id, title))
    [mail] = mailer.sent
    message = mime(mail, "no-reply@example.org")
    plain = mime(replace(mail, subject="Due: milk"), "no-reply@example.org")
    assert message.keys() == plain.keys()
    assert message["To"] == ada.email
    assert len(mail.subject) <= len("Due: ") + 100
    assert "<script" not in mail.html
    assert "<img" not in mail.html
    assert parsed(message.as_bytes()).keys() == plain.keys()
    assert not set(mail.text) & set("\x00\x1b\u202e\u2028\r")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        due("nobody"),
        due(new_id(), data={"title": None}),
        due(new_id(), data={"due_at": "tomorrow"}),
    ],
    ids=["nothing", "no event", "of nobody", "without a title", "at no time"],
)
def test_what_is_no_reminder_becomes_a_dead_letter(
    reminding: Reminding, mailer: FakeMailer, body: str
) -> None:
    with pytest.raises(Invalid):
        reminding.worker(mailer).handle(body)


def test_events_of_other_kinds_are_passed_over(reminding: Reminding, mailer: FakeMailer) -> None:
    reminding.worker(mailer).handle(due(reminding.somebody().id, type="todos.todo.seen.v1"))
    assert mailer.sent == []


def hear(stores: Stores, clock: FakeClock, document: dict[str, Any]) -> None:
    """Let the worker hear what SES announces."""
    handle(stores, clock, "users-mail-events")(json.dumps(document))


def handle(stores: Stores, clock: FakeClock, queue: str, **changes: Any) -> Callable[[str], None]:
    """Return what the worker does with a message of a queue."""
    jobs = build(worker_settings(**changes), parts=stores, clock=clock)
    [consumer] = [one for one in jobs.consumers if one.name == queue]
    return consumer.handle


def test_mail_that_came_back_for_good_ends_the_reminders_and_suppresses_the_address(
    stores: Stores, reminding: Reminding, clock: FakeClock
) -> None:
    ada, bob = reminding.somebody(), reminding.somebody()
    came_back = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": ada.email}]}
    for _ in range(2):  # it may come twice
        hear(stores, clock, {"eventType": "Bounce", "mail": {}, "bounce": came_back})
    assert stores.suppressions.has(ada.email)
    found = [stores.accounts.get(one.id) for one in (ada, bob)]
    assert [(one.reminders_by_mail, one.version) for one in found] == [(False, 2), (True, 1)]


def test_where_no_mail_is_set_up_reminders_pass(
    stores: Stores, reminding: Reminding, clock: FakeClock
) -> None:
    handle(stores, clock, "users-todos-events")(due(reminding.somebody().id))


def test_where_mail_is_set_up_the_worker_sends_it_and_waits_for_what_is_away(
    stores: Stores, reminding: Reminding, clock: FakeClock
) -> None:
    away = {"mail_configuration_set": "mails", "aws_endpoint_url": "http://127.0.0.1:1"}
    with pytest.raises(Transient):
        handle(stores, clock, "users-todos-events", **away)(due(reminding.somebody().id))
