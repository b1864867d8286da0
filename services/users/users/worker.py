"""`python -m users.worker`: relays events, renews the signing keys, forgets what is over."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from chassis.clock import Clock, utc_now
from chassis.messages.events import Publisher, SnsPublisher
from chassis.messages.outbox import Relay
from chassis.server.background import Periodic, repeat, run_all, stop_on_signals
from chassis.settings import load_settings
from chassis.stores.aws import Aws
from chassis.telemetry import logs
from users.config import UsersSettings
from users.domain.keyring import Keyring
from users.domain.ports import Stores
from users.domain.sessions import Lifetimes
from users.domain.throttle import FORGET
from users.wiring import keyring_of, lifetimes_of, stores_of

log = logging.getLogger(__name__)

_CONNECTIONS = 3
_KEYS_EVERY = 60.0
_FORGET_EVERY = 300.0


class Housekeeping:
    """Forgets what no rule needs any more."""

    def __init__(self, stores: Stores, lifetimes: Lifetimes, clock: Clock) -> None:
        self._stores = stores
        self._lifetimes = lifetimes
        self._clock = clock

    def run(self) -> None:
        """Delete expired sessions, tokens used long ago, old failures and expired idempotency records."""
        now = self._clock()
        gone = {
            "sessions_and_uses": self._stores.sessions.purge(now, now - self._lifetimes.idle),
            "login_failures": self._stores.failures.purge(now - FORGET),
            "idempotency_keys": self._stores.purge_idempotency(now),
        }
        if any(gone.values()):
            log.info("forgot what is over", extra=gone)


def periodic_work(stores: Stores, keyring: Keyring, settings: UsersSettings, clock: Clock) -> list[Periodic]:
    """Return what the worker does beside relaying."""
    rotation = timedelta(days=settings.key_rotation_days)
    housekeeping = Housekeeping(stores, lifetimes_of(settings), clock)
    return [
        Periodic("signing-keys", _KEYS_EVERY, lambda: keyring.maintain(rotation)),
        Periodic("housekeeping", _FORGET_EVERY, housekeeping.run),
    ]


def work(relay: Relay, periodic: Sequence[Periodic], stop: threading.Event) -> None:
    """Run until `stop` is set; return when what was in hand is finished."""
    tasks: dict[str, Callable[[threading.Event], None]] = {"relay": relay.run}
    tasks |= {task.name: partial(repeat, task) for task in periodic}
    log.info("worker started")
    run_all(tasks, stop)
    log.info("worker stopped")


def main() -> None:
    """Work until SIGTERM or SIGINT."""
    settings = load_settings(UsersSettings)
    logs.configure("users", settings.log_level)
    stop = stop_on_signals()
    stores = stores_of(settings, _CONNECTIONS)
    keyring = keyring_of(settings, stores)
    aws = Aws(settings.aws_region, settings.aws_endpoint_url)
    publisher: Publisher = SnsPublisher(aws.client("sns"), settings.events_topic_arn)
    work(Relay(stores.outbox, publisher), periodic_work(stores, keyring, settings, utc_now), stop)


if __name__ == "__main__":
    main()
