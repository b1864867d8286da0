"""`python -m users.worker`: relays events, renews the signing keys, forgets what is over."""

from __future__ import annotations

from datetime import timedelta

from chassis.clock import Clock, utc_now
from chassis.messages.events import Publisher, SnsPublisher
from chassis.messages.jobs import Jobs, run_worker
from chassis.messages.outbox import Relay
from chassis.server.background import Periodic
from chassis.stores.aws import Aws
from users.config import WorkerSettings
from users.domain.housekeeping import Housekeeping
from users.wiring import Stores, keyring_of, lifetimes_of, real

_KEYS_EVERY = 60.0
_FORGET_EVERY = 300.0


def build(settings: WorkerSettings, *, parts: Stores | None = None, clock: Clock = utc_now) -> Jobs:
    """Return what the worker does, over `parts` or over the stores that the settings name."""
    stores = parts or real(settings)
    keyring = keyring_of(settings, stores, clock)
    rotation = timedelta(days=settings.key_rotation_days)
    housekeeping = Housekeeping(
        stores.sessions, stores.failures, stores.purge_idempotency, lifetimes_of(settings), clock
    )
    return Jobs(
        periodic=[
            Periodic("signing-keys", _KEYS_EVERY, lambda: keyring.maintain(rotation)),
            Periodic("housekeeping", _FORGET_EVERY, housekeeping.run),
        ],
        continuous={"relay": Relay(stores.outbox, _publisher(settings)).run},
    )


def _publisher(settings: WorkerSettings) -> Publisher:
    aws = Aws(settings.aws_region, settings.aws_endpoint_url)
    return SnsPublisher(aws.client("sns"), settings.events_topic_arn)


if __name__ == "__main__":
    run_worker(WorkerSettings, build)
