"""A mailer that keeps what it is given; log and suppressions in memory, and their contracts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Lock
from uuid import uuid4

from chassis.addresses import address_digest
from chassis.errors import Transient
from chassis.messages.mail import Mail, MailUncertain
from chassis.messages.mail_log import Claim, MailLog
from chassis.messages.mail_suppression import Suppressions
from chassis.testing.clock import FakeClock

_SETTLE = timedelta(minutes=2)


class FakeMailer:
    """Sends into `sent`; while `away` is true it raises Transient instead, MailUncertain while `silent`."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.away = False
        self.silent = False

    def send(self, mail: Mail) -> str:
        if self.away:
            raise Transient("Mail is away.")
        if self.silent:
            raise MailUncertain
        self.sent.append(mail)
        return f"message-{len(self.sent)}"


class MemoryMailLog:
    """A MailLog of one process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._claimed: dict[str, datetime] = {}
        self._sent: set[str] = set()

    def claim(self, key: str, now: datetime, settle: timedelta) -> Claim:
        with self._lock:
            if key in self._sent:
                return Claim.SENT
            if key in self._claimed and self._claimed[key] > now - settle:
                return Claim.UNCERTAIN
            self._claimed[key] = now
            return Claim.OURS

    def sent(self, key: str, now: datetime) -> None:
        del now
        with self._lock:
            self._sent.add(key)

    def give_back(self, key: str) -> None:
        with self._lock:
            self._claimed.pop(key, None)


class MemorySuppressions:
    """Suppressions of one process: the reason by the address's digest."""

    def __init__(self) -> None:
        self.reasons: dict[str, str] = {}

    def add(self, address: str, reason: str, now: datetime) -> None:
        del now
        self.reasons.setdefault(address_digest(address), reason)

    def has(self, address: str) -> bool:
        return address_digest(address) in self.reasons


class SuppressionsContract:
    """Run on every adapter; subclass it with a fixture `suppressions`."""

    def test_an_address_is_suppressed_however_its_case_is(
        self, suppressions: Suppressions, clock: FakeClock
    ) -> None:
        address = f"{uuid4().hex}@example.com"
        assert not suppressions.has(address)
        for reason in ("bounce", "complaint"):
            suppressions.add(address, reason, clock())
        assert suppressions.has(address.upper())
        assert not suppressions.has(f"x{address}")


class MailLogContract:
    """Run on every adapter; subclass it with a fixture `mail_log`."""

    def test_of_many_who_claim_a_message_one_may_send_it(self, mail_log: MailLog, clock: FakeClock) -> None:
        key, now = uuid4().hex, clock()
        with ThreadPoolExecutor(8) as pool:
            claims = list(pool.map(lambda _: mail_log.claim(key, now, _SETTLE), range(8)))
        assert sorted(claim.value for claim in claims) == ["ours"] + ["uncertain"] * 7

    def test_a_message_that_was_sent_is_nobodys_to_send(self, mail_log: MailLog, clock: FakeClock) -> None:
        key = uuid4().hex
        mail_log.claim(key, clock(), _SETTLE)
        mail_log.sent(key, clock())
        clock.advance(86_400)
        assert mail_log.claim(key, clock(), _SETTLE) is Claim.SENT

    def test_an_uncertain_claim_may_be_taken_over_once_it_has_settled(
        self, mail_log: MailLog, clock: FakeClock
    ) -> None:
        key = uuid4().hex
        mail_log.claim(key, clock(), _SETTLE)
        clock.advance(119)
        assert mail_log.claim(key, clock(), _SETTLE) is Claim.UNCERTAIN
        clock.advance(2)
        assert mail_log.claim(key, clock(), _SETTLE) is Claim.OURS
        assert mail_log.claim(key, clock(), _SETTLE) is Claim.UNCERTAIN

    def test_a_claim_that_is_given_back_is_free_at_once(self, mail_log: MailLog, clock: FakeClock) -> None:
        key = uuid4().hex
        mail_log.claim(key, clock(), _SETTLE)
        mail_log.give_back(key)
        assert mail_log.claim(key, clock(), _SETTLE) is Claim.OURS

    def test_a_note_stands_over_a_claim_that_is_given_back(self, mail_log: MailLog, clock: FakeClock) -> None:
        key = uuid4().hex
        mail_log.claim(key, clock(), _SETTLE)
        mail_log.sent(key, clock())
        mail_log.give_back(key)
        assert mail_log.claim(key, clock(), _SETTLE) is Claim.SENT

    def test_a_message_may_be_noted_that_nobody_here_claimed(
        self, mail_log: MailLog, clock: FakeClock
    ) -> None:
        key = uuid4().hex
        mail_log.sent(key, clock())
        assert mail_log.claim(key, clock(), _SETTLE) is Claim.SENT
