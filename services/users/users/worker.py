"""`python -m users.worker`: relays events, mails, renews keys, makes exports, forgets what is over."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from chassis.clock import Clock, utc_now
from chassis.messages.consumer import Consumer
from chassis.messages.events import Publisher, SnsPublisher
from chassis.messages.jobs import Jobs, run_worker
from chassis.messages.mail import Mailer, SesMailer
from chassis.messages.mail_log import OnceMailer
from chassis.messages.mail_suppression import MailEvents, SuppressingMailer
from chassis.messages.outbox import Relay
from chassis.process.background import Periodic
from chassis.stores.aws import Aws
from users.address_mails import AddressMails
from users.config import WorkerSettings
from users.domain.archives import Archives
from users.domain.housekeeping import Housekeeping
from users.domain.own_records import OwnRecords
from users.reminder_mails import KEYS, ReminderMails
from users.wiring import Stores, keyring_of, lifetimes_of, preferences_of, proofs_sealer, real

log = logging.getLogger(__name__)

_KEYS_EVERY = 60.0
_MAILS_EVERY = 1.0
_FORGET_EVERY = 300.0
_EXPORTS_EVERY = 1.0


def build(settings: WorkerSettings, *, parts: Stores | None = None, clock: Clock = utc_now) -> Jobs:
    """Return what the worker does, over `parts` or over the stores that the settings name."""
    stores = parts or real(settings)
    mailer = _mailer(settings)
    keyring = keyring_of(settings, stores, clock)
    rotation = timedelta(days=settings.key_rotation_days)
    housekeeping = Housekeeping(
        stores.sessions,
        stores.failures,
        stores.proofs,
        stores.purge_idempotency,
        stores.purge_mail_log,
        lifetimes_of(settings),
        clock,
    )
    reminders = preferences_of(settings, stores)
    mail_events = MailEvents(stores.mail_log, stores.suppressions, KEYS, reminders.end_for, clock)
    return Jobs(
        consumers=[
            Consumer.of(settings, "todos_events", _remind(settings, stores, mailer, clock)),
            Consumer.of(settings, "mail_events", mail_events.handle),
        ],
        periodic=[
            Periodic("signing-keys", _KEYS_EVERY, lambda: keyring.maintain(rotation)),
            Periodic("housekeeping", _FORGET_EVERY, housekeeping.run),
            Periodic("exports", _EXPORTS_EVERY, _archives(stores, clock).run),
            *_address_mails(settings, stores, mailer, clock),
        ],
        relays={"relay": Relay(stores.outbox, _publisher(settings))},
    )


def _archives(stores: Stores, clock: Clock) -> Archives:
    own = OwnRecords(stores.accounts, stores.sessions, stores.proofs, clock)
    return Archives(stores.exports, stores.export_files, own, clock)


def _mailer(settings: WorkerSettings) -> Mailer | None:
    """Return where mails go out, None where none are sent."""
    if settings.mail_configuration_set is None:
        log.warning(
            "no mail is sent: MAIL_CONFIGURATION_SET is not set, so no address can be confirmed,"
            " and nobody is reminded"
        )
        return None
    aws = Aws(settings.aws_region, settings.aws_endpoint_url)
    sender = settings.mail_sender or f"Slipway <no-reply@{settings.public_domain}>"
    return SesMailer(aws.client("sesv2", attempts=1), sender, settings.mail_configuration_set)


def _address_mails(
    settings: WorkerSettings, stores: Stores, mailer: Mailer | None, clock: Clock
) -> list[Periodic]:
    if mailer is None:
        return []
    page = f"{settings.public_url('app')}/verify-email"
    mails = AddressMails(stores.accounts, stores.proofs, proofs_sealer(settings), mailer, page, clock)
    return [Periodic("address-mails", _MAILS_EVERY, mails.run)]


def _remind(
    settings: WorkerSettings, stores: Stores, mailer: Mailer | None, clock: Clock
) -> Callable[[str], None]:
    """Return what is done with what todos says is due."""
    if mailer is None:
        return _pass_over
    once = OnceMailer(SuppressingMailer(mailer, stores.suppressions), stores.mail_log, clock)
    url = f"{settings.public_url('users')}/v1/reminders/unsubscribe"
    return ReminderMails(preferences_of(settings, stores), once, url, clock).handle


def _pass_over(body: str) -> None:
    """Let a reminder go that nothing can send: with a mail server that comes later it would be late."""
    del body


def _publisher(settings: WorkerSettings) -> Publisher:
    aws = Aws(settings.aws_region, settings.aws_endpoint_url)
    return SnsPublisher(aws.client("sns"), settings.events_topic_arn)


if __name__ == "__main__":
    run_worker(WorkerSettings, build)
