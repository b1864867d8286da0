"""Subscribing, confirming and unsubscribing."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from services.blog.tests.factories import keys_of

from blog.domain.subscriber import Subscriber
from blog.wiring import Stores
from chassis.addresses import address_digest
from chassis.testing import FakeClock

_PATH = "/v1/subscribers"


def subscribe(reader: FlaskClient, email: str = "ann@example.com", network: str = "192.0.2.1") -> int:
    answer = reader.post(_PATH, json={"email": email}, environ_base={"REMOTE_ADDR": network})
    return answer.status_code


@pytest.fixture
def waiting(reader: FlaskClient, parts: Stores, clock: FakeClock) -> Subscriber:
    """Somebody who has subscribed and has not confirmed it."""
    assert subscribe(reader) == 202
    found = parts.subscribers.subscriber(address_digest("ann@example.com"), clock())
    assert found is not None
    return found


def confirmed(parts: Stores) -> list[str]:
    return keys_of(parts.subscribers)


def test_a_subscription_counts_once_it_is_confirmed(
    reader: FlaskClient, parts: Stores, waiting: Subscriber
) -> None:
    assert confirmed(parts) == []
    for _ in range(2):
        assert reader.post(f"{_PATH}/confirm", json={"token": waiting.token}).status_code == 204
    assert confirmed(parts) == [waiting.key]


def test_the_answer_tells_nothing_about_an_address(
    reader: FlaskClient, parts: Stores, clock: FakeClock, waiting: Subscriber
) -> None:
    known = reader.post(_PATH, json={"email": "ANN@example.com"})
    new = reader.post(_PATH, json={"email": "new@example.com"})
    assert (known.status_code, known.data) == (new.status_code, new.data) == (202, b"")
    assert parts.subscribers.subscriber(waiting.key, clock()) == waiting


def test_a_suppressed_address_is_answered_like_any_other_and_nothing_happens(
    reader: FlaskClient, parts: Stores, clock: FakeClock
) -> None:
    parts.suppressions.add("Ann@example.com", "complaint", clock())
    assert subscribe(reader) == 202
    assert parts.subscribers.subscriber(address_digest("ann@example.com"), clock()) is None


def test_an_address_is_asked_for_so_often_in_an_hour_whatever_the_network(
    reader: FlaskClient, parts: Stores, clock: FakeClock
) -> None:
    key = address_digest("ann@example.com")
    kept = []
    for number in range(4):  # and each time its owner leaves
        assert subscribe(reader, network=f"192.0.2.{number}") == 202
        found = parts.subscribers.subscriber(key, clock())
        kept.append(found is not None)
        if found is not None:
            parts.subscribers.remove(found)
    assert kept == [True, True, False, False]
    clock.advance(3600)
    assert subscribe(reader) == 202
    assert parts.subscribers.subscriber(key, clock()) is not None


def test_mail_programs_unsubscribe_by_one_click(
    reader: FlaskClient, parts: Stores, waiting: Subscriber
) -> None:
    reader.post(f"{_PATH}/confirm", json={"token": waiting.token})
    for _ in range(2):
        answer = reader.post(
            f"{_PATH}/unsubscribe?token={waiting.token}", data={"List-Unsubscribe": "One-Click"}
        )
        assert answer.status_code == 204
    assert confirmed(parts) == []


def test_people_unsubscribe_by_the_link_in_a_mail(
    reader: FlaskClient, parts: Stores, clock: FakeClock, waiting: Subscriber
) -> None:
    assert reader.post(f"{_PATH}/unsubscribe", json={"token": waiting.token}).status_code == 204
    assert parts.subscribers.subscriber(waiting.key, clock()) is None
    assert reader.post(f"{_PATH}/confirm", json={"token": waiting.token}).status_code == 404


def test_a_token_that_is_made_up_does_nothing(
    reader: FlaskClient, parts: Stores, clock: FakeClock, waiting: Subscriber
) -> None:
    for token in (f"{waiting.key}.x", waiting.key, ".", "ü"):
        assert reader.post(f"{_PATH}/confirm", json={"token": token}).status_code == 404
        assert reader.post(f"{_PATH}/unsubscribe", json={"token": token}).status_code == 204
    assert parts.subscribers.subscriber(waiting.key, clock()) == waiting
    assert reader.post(f"{_PATH}/unsubscribe").status_code == 422


@pytest.mark.parametrize(
    "email",
    [
        *("", "ann", "ann@", "@example.com", "ann@localhost", "a@b.example\r\nBcc: c@d.example", "a@b..c"),
        *('"victim@a.example,b"@c.example', '"<victim@a.example>"@c.example', '"a b"@c.example'),
        *("ann(a comment)@b.example", "ann@[127.0.0.1]", "ann@-b.example", "ann@b_c.example"),
    ],
)
def test_what_is_no_address_is_refused(reader: FlaskClient, email: str) -> None:
    assert subscribe(reader, email) == 422


def test_a_network_asks_so_often_in_an_hour_whatever_the_address(
    reader: FlaskClient, clock: FakeClock
) -> None:
    for number in range(3):
        assert subscribe(reader, f"{number}@example.com", f"2001:db8::{number}") == 202
    refused = reader.post(
        _PATH, json={"email": "more@example.com"}, environ_base={"REMOTE_ADDR": "2001:db8::9"}
    )
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert subscribe(reader, "more@example.com", "198.51.100.1") == 202
    clock.advance(3600)
    assert subscribe(reader, "more@example.com", "2001:db8::9") == 202


@pytest.mark.parametrize("path", ["/confirm", "/unsubscribe"])
def test_the_pages_do_nothing_by_themselves_and_lead_nowhere_else(reader: FlaskClient, path: str) -> None:
    page = reader.get(path)
    assert page.mimetype == "text/html"
    assert "http" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert reader.get("/subscription.js").mimetype == "text/javascript"
    assert reader.get("/subscription.css").mimetype == "text/css"
