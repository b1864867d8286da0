"""Forgetting what no rule needs any more."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from chassis.clock import Clock
from users.domain.ports import FailureStore, ProofStore, SessionStore
from users.domain.sessions import Lifetimes
from users.domain.throttle import FORGET

log = logging.getLogger(__name__)


class Housekeeping:
    """Forgets expired sessions, tokens used long ago, failures, links, idempotency records, notes of mail."""

    def __init__(
        self,
        sessions: SessionStore,
        failures: FailureStore,
        proofs: ProofStore,
        purge_idempotency: Callable[[datetime], int],
        purge_mail_log: Callable[[datetime], int],
        lifetimes: Lifetimes,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._failures = failures
        self._proofs = proofs
        self._purge_idempotency = purge_idempotency
        self._purge_mail_log = purge_mail_log
        self._lifetimes = lifetimes
        self._clock = clock

    def run(self) -> None:
        """Delete it, and log how much there was."""
        now = self._clock()
        gone = {
            "sessions_and_uses": self._sessions.purge(now, now - self._lifetimes.idle),
            "login_failures": self._failures.purge(now - FORGET),
            "address_proofs": self._proofs.purge(now),
            "idempotency_keys": self._purge_idempotency(now),
            "mail_log": self._purge_mail_log(now),
        }
        if any(gone.values()):
            log.info("expired records removed", extra=gone)
