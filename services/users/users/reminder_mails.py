"""Mails what todos says is due to the accounts that want it, each event once.

users does it because it alone knows addresses; what todos says of a to-do is text of a stranger here.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ValidationError

from chassis import texts
from chassis.clock import Clock
from chassis.jsonpointer import invalid
from chassis.messages.events import Event, parse
from chassis.messages.mail import Mail, MailRefused, MailTemplates
from chassis.messages.mail_log import OnceMailer
from chassis.schemas import Time
from users.domain.records import Account
from users.domain.reminders import ReminderPreferences

log = logging.getLogger(__name__)

KEYS = "users-reminder-"
"""Begins the key of each mail: what SES announces about others is not for the log of these."""
LATEST = timedelta(days=1)
"""A reminder that could not be mailed for so long tells nothing any more."""
_DUE = "todos.todo.due.v1"
_TEMPLATES = Path(__file__).with_name("templates")
_LONGEST_SUBJECT = 100


class DueTodo(BaseModel):
    """What is needed of an event's data."""

    account_id: UUID
    title: Annotated[str, AfterValidator(texts.as_line)]
    due_at: Time


class ReminderMails:
    """Writes the mails. `unsubscribe_url` ends reminders once `?token=` and a token stand behind it."""

    def __init__(
        self, reminders: ReminderPreferences, mailer: OnceMailer, unsubscribe_url: str, clock: Clock
    ) -> None:
        self._reminders = reminders
        self._mailer = mailer
        self._unsubscribe_url = unsubscribe_url
        self._clock = clock
        self._templates = MailTemplates(_TEMPLATES)

    def handle(self, body: str) -> None:
        """Mail the reminder in an event, unless that was done, or its account wants none.

        Raises Invalid for what is no such event, and Transient: the message comes again.
        """
        event = parse(body)
        if event.type != _DUE or self._clock() - event.time > LATEST:
            log.info("event ignored", extra={"type": event.type, "time": event.time.isoformat()})
            return
        todo = _todo(event)
        account = self._reminders.recipient(todo.account_id)
        if account is None:
            return
        key = f"{KEYS}{event.id}"
        try:
            self._mailer.send(key, lambda: self._mail(key, account, todo))
        except MailRefused:  # its text may name the address, which no log is to hold
            log.warning("mail refused", extra={"mail": key})

    def _mail(self, key: str, account: Account, todo: DueTodo) -> Mail:
        url = f"{self._unsubscribe_url}?token={self._reminders.token(account)}"
        values = {
            "name": account.name,
            "title": todo.title,
            "short_title": _shortened(todo.title),
            "due": _in_words(todo.due_at),
            "unsubscribe_url": url,
        }
        written = self._templates.write("reminder", values)
        return Mail(key, account.email, written.subject, written.text, written.html, url)


def _todo(event: Event) -> DueTodo:
    try:
        return DueTodo.model_validate(event.data)
    except ValidationError as error:
        raise invalid(error) from error


def _shortened(title: str) -> str:
    return title if len(title) <= _LONGEST_SUBJECT else f"{title[: _LONGEST_SUBJECT - 1]}…"


def _in_words(time: datetime) -> str:
    """Return `31 January 2026, 13:00 UTC`; nobody says which time zone the reader is in."""
    return f"{time.day} {time:%B %Y, %H:%M} UTC"
