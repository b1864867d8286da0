"""Who reads slowly waits at the gateway: no service's thread waits too, and one address is not all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from gateway.tests.conftest import SHOP, Answer
from gateway.tests.test_own_errors import is_problem
from gateway.tests.waiting import eventually

LARGE = 8 * 1024 * 1024
AT_ONCE = SHOP.gateway.concurrent


@contextmanager
def not_reading(delivery, count: int) -> Iterator[None]:
    """Ask for the large answer over `count` connections and read nothing of it."""
    with ExitStack() as stack:
        for _ in range(count):
            stream = stack.enter_context(delivery.gateway.connect())
            stream.sendall(b"GET /v1/large HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
        yield


def test_twenty_who_read_nothing_of_8_mb_hold_no_thread_of_a_service(delivery):
    delivery.files.files["/v1/large"] = bytes(LARGE)
    before = delivery.files.finished
    with not_reading(delivery, 20):
        assert eventually(lambda: delivery.files.finished == before + 20)
        assert delivery.get(delivery.url("/", host="shop")).status == 404


def beside(delivery, count: int) -> Answer:
    """Return what a request is told beside `count` of its address that were let in and read nothing."""
    for _ in range(5):
        before = delivery.files.finished
        with not_reading(delivery, count):
            if eventually(lambda there=before + count: delivery.files.finished == there):
                return delivery.get(delivery.url("/", host="shop"))
        # Those of another test had just been closed, and were counted still.
    raise AssertionError(f"{count} were never let in")


def test_one_address_has_so_many_requests_at_once_and_then_waits(delivery):
    delivery.files.files["/v1/large"] = bytes(LARGE)
    assert beside(delivery, AT_ONCE - 1).status == 404
    is_problem(beside(delivery, AT_ONCE), 429)
    assert eventually(lambda: delivery.get(delivery.url("/", host="shop")).status == 404)
