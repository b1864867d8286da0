"""What earlier releases have put into the database is understood by this one.

`golden` holds the rows of one account as a release wrote them, with what its owner was given then. Migrations
bring the columns up to date; what stands in them (what is sealed, hashed, signed or JSON) they leave as it
is. Another form of that adds a file, and none is ever changed.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from services.users.tests.factories import PASSWORD, Person, settings, sign_in
from sqlalchemy import text

from chassis.idempotency import Key, KeyClaim, KnownKey
from chassis.ids import new_id
from chassis.messages.mail_log import Claim
from chassis.stores.postgres.database import Database
from chassis.testing import FakeClock, FakePublisher
from chassis.testing.mail import FakeMailer
from users.address_mails import AddressMails
from users.store.postgres.tables import metadata
from users.wiring import Stores, proofs_sealer

GOLDEN = sorted(Path(__file__).with_name("golden").glob("rows-*.json"))
EMAIL = "ada@example.com"


@pytest.fixture(params=GOLDEN, ids=lambda path: path.stem)
def kept(request: pytest.FixtureRequest, database: Database) -> dict[str, Any]:
    """What another release has written and given out; its rows are in the database."""
    document = read(request.param)
    with database.transaction() as connection:
        for table in metadata.sorted_tables:
            for row in document["rows"].get(table.name, []):
                names = ", ".join(row)
                connection.execute(
                    text(
                        f"INSERT INTO {table.name} ({names}) OVERRIDING SYSTEM VALUE"
                        f" SELECT {names} FROM json_populate_record(NULL::{table.name}, :row)"
                    ),
                    {"row": json.dumps(row)},
                )
    return document


@pytest.fixture
def ada(kept: dict[str, Any], postgres_client: FlaskClient) -> Person:
    """The owner of the account, still signed in."""
    tokens = {**kept["tokens"], "access_token": ".".join(kept["tokens"]["access_token"])}
    return Person(postgres_client, EMAIL, PASSWORD, kept["signed_up"]["body"]["id"], tokens)


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def test_the_last_golden_rows_have_every_table_and_column() -> None:
    rows = read(GOLDEN[-1])["rows"]
    written = {table: set().union(*found) for table, found in rows.items()}
    assert written == {table.name: set(table.columns.keys()) for table in metadata.sorted_tables}, (
        "add a golden file with the new column"
    )


def test_an_account_has_the_scopes_that_it_was_granted(ada: Person, postgres_stores: Stores) -> None:
    assert postgres_stores.accounts.get(UUID(ada.account_id)).scopes == {"blog:write"}


def test_a_password_that_was_hashed_then_is_good(ada: Person) -> None:
    assert sign_in(ada.client, EMAIL).status_code == 201
    assert sign_in(ada.client, EMAIL, f"{PASSWORD}!").status_code == 401


def test_tokens_that_were_given_out_then_are_good(ada: Person, kept: dict[str, Any]) -> None:
    row = kept["rows"]["accounts"][0]
    by_mail = {"reminders_by_mail": row.get("reminders_by_mail", False)}
    assert ada.get("/v1/me").json == {**kept["signed_up"]["body"], **by_mail}
    for token in (ada.tokens["refresh_token"], kept["later_refresh_token"]):
        renewed = ada.client.post("/v1/sessions/refresh", json={"refresh_token": token})
        assert renewed.status_code == 200


def test_a_call_that_was_answered_then_gets_that_answer_again(ada: Person, kept: dict[str, Any]) -> None:
    again = ada.client.post(
        "/v1/accounts",
        json={"email": EMAIL, "password": PASSWORD, "name": "Ada Lovelace"},
        headers={"Idempotency-Key": "the-first-call-of-ada"},
    )
    assert (again.status_code, again.json) == (201, kept["signed_up"]["body"])
    assert {name: again.headers[name] for name in ("Location", "ETag")} == {
        "Location": "/v1/me",
        "ETag": '"1"',
    }


def test_a_call_that_was_in_flight_then_is_waited_for_and_taken_over(
    ada: Person, postgres_stores: Stores, clock: FakeClock
) -> None:
    key = Key(ada.account_id, "ab" * 32)
    assert postgres_stores.idempotency.begin(key, "f", new_id(), 30) == KnownKey("f")
    clock.advance(31)
    assert isinstance(postgres_stores.idempotency.begin(key, "f", new_id(), 30), KeyClaim)


def test_the_link_of_a_mail_that_was_due_then_confirms_the_address(
    ada: Person, postgres_stores: Stores, clock: FakeClock
) -> None:
    mailer = FakeMailer()
    sealer = proofs_sealer(settings())
    AddressMails(postgres_stores.accounts, postgres_stores.proofs, sealer, mailer, "https://a", clock).run()
    [mail] = mailer.sent
    [link] = [line for line in mail.text.splitlines() if line.startswith("https://a#")]
    token = link.partition("#token=")[2]
    assert ada.client.post("/v1/email-verifications/confirm", json={"token": token}).status_code == 204
    assert ada.get("/v1/me").json["email"] == "countess@example.com"


def test_events_that_waited_then_go_out(
    kept: dict[str, Any], postgres_stores: Stores, clock: FakeClock
) -> None:
    assert [parked.failures for parked in postgres_stores.outbox.parked()] == [1]
    clock.advance(60)
    publisher = FakePublisher()
    assert postgres_stores.outbox.drain(10, publisher.publish) == 2
    assert publisher.published[0].subject == kept["signed_up"]["body"]["id"]


@pytest.mark.parametrize("kept", GOLDEN[1:], ids=lambda path: path.stem, indirect=True)
def test_a_reminder_that_was_mailed_then_is_not_mailed_again_and_one_that_was_begun_is_uncertain(
    kept: dict[str, Any], postgres_stores: Stores, clock: FakeClock
) -> None:
    log, keys = postgres_stores.mail_log, [row["key"] for row in kept["rows"]["mail_log"]]
    claims = [log.claim(key, clock(), timedelta(minutes=2)) for key in (*keys, "new")]
    assert claims == [Claim.SENT, Claim.UNCERTAIN, Claim.OURS]


@pytest.mark.parametrize("kept", GOLDEN[1:], ids=lambda path: path.stem, indirect=True)
@pytest.mark.usefixtures("kept")
def test_an_address_that_was_suppressed_then_is_suppressed(postgres_stores: Stores) -> None:
    assert postgres_stores.suppressions.has("Dora@example.com")


def test_a_pause_after_failures_then_lasts(ada: Person) -> None:
    assert sign_in(ada.client, "eve@example.com").status_code == 429


def test_an_export_that_was_asked_for_then_is_gone_on_with(
    kept: dict[str, Any], postgres_stores: Stores, clock: FakeClock
) -> None:
    expected = [row["id"] for row in kept["rows"].get("exports", ())]
    claimed = postgres_stores.exports.claim(clock(), clock() + timedelta(minutes=1))
    assert [str(one.id) for one in [claimed] if one] == expected
    assert claimed is None or claimed.services == ("media", "todos")
