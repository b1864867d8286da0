"""Keeping a claim while its work lasts, however long that is."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from chassis.clock import Clock
from chassis.errors import Problem
from media.domain.objects import LEASE, MediaObject
from media.domain.ports import Records

log = logging.getLogger(__name__)


@contextmanager
def held(records: Records, claimed: MediaObject, clock: Clock) -> Iterator[None]:
    """Renew the lease of `claimed` four times per LEASE until the block ends.

    So a lease may be short, and the work of a worker that dies is soon taken up by another. It
    ends by itself when the object has changed hands: postponing asks for the claim's version.
    """
    done = threading.Event()
    renewer = threading.Thread(target=_renew, args=(records, claimed, clock, done), daemon=True)
    renewer.start()
    try:
        yield
    finally:
        done.set()
        renewer.join()


def _renew(records: Records, claimed: MediaObject, clock: Clock, done: threading.Event) -> None:
    while not done.wait(LEASE.total_seconds() / 4):
        try:
            records.postpone(claimed, clock() + LEASE)
        except Problem as error:
            log.warning("lease not renewed", extra={"object_id": str(claimed.id), "error": repr(error)})
