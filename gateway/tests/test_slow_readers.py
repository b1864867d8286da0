"""Who reads slowly waits at the gateway: no service's thread waits too, and one address is not all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from gateway.tests.test_own_errors import is_problem
from gateway.tests.waiting import eventually

LARGE = 8 * 1024 * 1024


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


def test_one_address_has_so_many_requests_at_once_and_then_waits(delivery):
    delivery.files.files["/v1/large"] = bytes(LARGE)
    with ExitStack() as held:

        def is_refused_beside_one_more() -> (
            bool
        ):  # of the first some may meet those of another test, just closed
            held.enter_context(not_reading(delivery, 1))
            return delivery.get(delivery.url("/", host="shop")).status == 429

        held.enter_context(not_reading(delivery, 29))
        assert eventually(is_refused_beside_one_more)
        is_problem(delivery.get(delivery.url("/", host="shop")), 429)
    assert eventually(lambda: delivery.get(delivery.url("/", host="shop")).status == 404)
