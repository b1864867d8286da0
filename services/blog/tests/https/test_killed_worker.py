"""The worker is killed when SES has a mail and the worker does not know it yet: the mail comes once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from uuid import uuid4

import pytest
from services.blog.tests.https.conftest import Mails
from services.blog.tests.https.test_subscriptions import subscribe
from tests.resilience.running import Running
from tests.system.client import Client
from tests.system.expect import eventually

pytestmark = pytest.mark.disruptive

_WORKER, _MAILBOX = "blog-worker", "mail"


@contextmanager
def frozen(suite: Running, name: str) -> Iterator[None]:
    """Let a part stand still inside the block."""
    pid = suite.pause(name)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            suite.resume(pid)


def arrives(mails: Mails, email: str) -> bool:
    """Say whether a mail to the address comes within seconds."""
    with suppress(AssertionError):
        return bool(eventually(lambda: mails(email), "its mail", seconds=5))
    return False


def kill_between_send_and_note(suite: Running, mails: Mails, email: str) -> bool:
    """Kill the worker when SES has the mail and cannot have told it so; say whether it was sending.

    SES answers once the mailbox has the mail. The mailbox stands still until the worker does.
    """
    worker, mailbox = suite.aim(_WORKER), suite.pause(_MAILBOX)
    time.sleep(1)  # the worker reads of the subscription and begins to send
    with frozen(suite, _WORKER):
        suite.resume(mailbox)
        if not arrives(mails, email):
            return False
        suite.strike(worker)
    suite.await_return(worker)
    return True


@pytest.mark.timeout(400)
def test_eight_equal_subscriptions_and_a_worker_killed_between_send_and_note_make_one_mail(
    healthy: Running,
    anyone: Client,
    mails: Mails,
) -> None:
    email, behind = f"{uuid4()}@example.com", f"{uuid4()}@example.com"
    mailbox = healthy.pause(_MAILBOX)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: subscribe(anyone, email), range(8)))
    assert mails(email) == []
    assert any(kill_between_send_and_note(healthy, mails, email) for _ in range(10))
    healthy.resume(mailbox)
    subscribe(anyone, behind)
    eventually(lambda: mails(behind), "the mail behind it", seconds=120)
    assert len(mails(email)) == 1
