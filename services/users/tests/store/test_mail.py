"""What is noted about mail, held to the chassis's contracts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chassis.messages.mail_log import Claim, MailLog
from chassis.messages.mail_suppression import Suppressions
from chassis.testing import FakeClock
from chassis.testing.mail import MailLogContract, SuppressionsContract
from users.wiring import Stores

_SETTLE = timedelta(minutes=2)


class TestMailLog(MailLogContract):
    """The contract."""

    @pytest.fixture
    def mail_log(self, postgres_stores: Stores) -> MailLog:
        return postgres_stores.mail_log


class TestSuppressions(SuppressionsContract):
    """The contract."""

    @pytest.fixture
    def suppressions(self, postgres_stores: Stores) -> Suppressions:
        return postgres_stores.suppressions


def test_a_message_is_known_for_a_month_and_then_forgotten(postgres_stores: Stores, clock: FakeClock) -> None:
    log = postgres_stores.mail_log
    log.sent("sent", clock())
    log.claim("claimed", clock(), _SETTLE)
    clock.advance(29 * 86_400)
    assert postgres_stores.purge_mail_log(clock()) == 0
    assert log.claim("sent", clock(), _SETTLE) is Claim.SENT
    clock.advance(86_400)
    assert postgres_stores.purge_mail_log(clock()) == 2
    assert log.claim("sent", clock(), _SETTLE) is Claim.OURS
