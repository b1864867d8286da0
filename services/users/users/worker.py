"""`python -m users.worker`: relays events, renews the signing keys, forgets what is over."""

from __future__ import annotations

import logging
from datetime import timedelta

from chassis.clock import Clock, utc_now
from chassis.messages.events import Publisher, SnsPublisher
from chassis.messages.jobs import Jobs, run_worker
from chassis.messages.mail import SesMailer
from chassis.messages.outbox import Relay
from chassis.process.background import Periodic
from chassis.stores.aws import Aws
from users.address_mails import AddressMails
from users.config import WorkerSettings
from users.domain.housekeeping import Housekeeping
from users.wiring import Stores, keyring_of, lifetimes_of, proofs_sealer, real

log = logging.getLogger(__name__)

_KEYS_EVERY = 60.0
_MAILS_EVERY = 1.0
_FORGET_EVERY = 300.0


def build(settings: WorkerSettings, *, parts: Stores | None = None, clock: Clock = utc_now) -> Jobs:
    """Return what the worker does, over `parts` or over the stores that the settings name."""
    stores = parts or real(settings)
    keyring = keyring_of(settings, stores, clock)
    rotation = timedelta(days=settings.key_rotation_days)
    housekeeping = Housekeeping(
        stores.sessions,
        stores.failures,
        stores.proofs,
        stores.purge_idempotency,
        lifetimes_of(settings),
        clock,
    )
    return Jobs(
        periodic=[
            Periodic("signing-keys", _KEYS_EVERY, lambda: keyring.maintain(rotation)),
            Periodic("housekeeping", _FORGET_EVERY, housekeeping.run),
            *_mails(settings, stores, clock),
        ],
        relays={"relay": Relay(stores.outbox, _publisher(settings))},
    )


def _mails(settings: WorkerSettings, stores: Stores, clock: Clock) -> list[Periodic]:
    if settings.mail_configuration_set is None:
        log.warning("no mail is sent: MAIL_CONFIGURATION_SET is not set, so no address can be confirmed")
        return []
    aws = Aws(settings.aws_region, settings.aws_endpoint_url)
    sender = settings.mail_sender or f"Slipway <no-reply@{settings.public_domain}>"
    mails = AddressMails(
        stores.accounts,
        stores.proofs,
        proofs_sealer(settings),
        SesMailer(aws.client("sesv2", attempts=1), sender, settings.mail_configuration_set),
        f"{settings.public_url('app')}/verify-email",
        clock,
    )
    return [Periodic("address-mails", _MAILS_EVERY, mails.run)]


def _publisher(settings: WorkerSettings) -> Publisher:
    aws = Aws(settings.aws_region, settings.aws_endpoint_url)
    return SnsPublisher(aws.client("sns"), settings.events_topic_arn)


if __name__ == "__main__":
    run_worker(WorkerSettings, build)
