"""What earlier releases of the chassis have put into a service's table is read by this one.

`golden` holds the items of each shape: a new one adds a file, and none is ever changed.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import TooMany
from chassis.idempotency import IdempotencyLimits, Key, KeyClaim, KnownKey, RecordedAnswer
from chassis.idempotency.dynamodb import DynamoIdempotency
from chassis.ids import new_id
from chassis.messages.dynamodb_outbox import DynamoOutbox
from chassis.messages.mail_log import Claim, DynamoMailLog
from chassis.messages.mail_suppression import DynamoSuppressions
from chassis.stores.checkpoints import Checkpoint, Checkpoints, ParkedRecord
from chassis.testing import FakeClock, FakePublisher
from chassis.testing.idempotency import LIMITS
from slipway.testing.aws import EmulatedAws

GOLDEN = Path(__file__).with_name("golden")
WRITTEN_AT = datetime(2026, 1, 31, 12, tzinfo=UTC).timestamp()


@pytest.fixture
def table(aws: EmulatedAws) -> Iterator[tuple[Any, str]]:
    with aws.table() as name:
        yield aws.client("dynamodb"), name


def put(table: tuple[Any, str], path: Path, owner: str = "") -> None:
    client, name = table
    for item in json.loads(path.read_text(encoding="utf-8").replace("OWNER", owner)):
        if "body" in item:
            item["body"] = {"B": base64.b64decode(item["body"]["B"])}
        client.put_item(TableName=name, Item=item)


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("idempotency-*.json")), ids=lambda path: path.stem)
def test_a_call_that_another_release_has_answered_gets_that_answer_again(
    table: tuple[Any, str], path: Path
) -> None:
    owner = str(new_id())
    put(table, path, owner)
    store = DynamoIdempotency(*table, lambda: WRITTEN_AT + 60, LIMITS)

    def again(digit: str) -> KeyClaim | KnownKey:
        return store.begin(Key(owner, digit * 64), "f", new_id(), 30)

    assert again("a") == KnownKey("f", RecordedAnswer(201, {"Location": "/v1/notes/1"}, b'{"id":"1"}'))
    assert again("b") == KnownKey("f", RecordedAnswer(200, {}, b"x" * 999))
    assert again("c") == KnownKey("f", RecordedAnswer(204, {}, None))
    taken_over = again("d")
    assert isinstance(taken_over, KeyClaim)
    assert taken_over.resource_id == UUID("01890000-0000-7000-8000-000000000001")


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("usage-*.json")), ids=lambda path: path.stem)
def test_keys_that_another_release_has_counted_count(table: tuple[Any, str], path: Path) -> None:
    owner = str(new_id())
    put(table, path, owner)
    limits = IdempotencyLimits(keys=60, bytes=100_000)
    store = DynamoIdempotency(*table, lambda: WRITTEN_AT, limits)
    claim = store.begin(Key(owner, "a" * 64), "f", new_id(), 30)
    assert isinstance(claim, KeyClaim)
    store.finish(claim, RecordedAnswer(200, {}, os.urandom(20_000)))
    known = store.begin(claim.key, "f", new_id(), 30)
    assert known == KnownKey("f", RecordedAnswer(200, {}, None)), "its bytes are used up"
    with pytest.raises(TooMany):
        store.begin(Key(owner, "b" * 64), "f", new_id(), 30)


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("outbox-*.json")), ids=lambda path: path.stem)
def test_an_event_that_another_release_has_kept_goes_out(
    table: tuple[Any, str], path: Path, clock: FakeClock
) -> None:
    put(table, path)
    clock.now = datetime(2026, 2, 1, tzinfo=UTC)
    outbox, publisher = DynamoOutbox(*table, clock), FakePublisher()
    assert [parked.failures for parked in outbox.parked()] == [2]
    assert outbox.drain(10, publisher.publish) == 2
    assert [(event.subject, event.data) for event in publisher.published] == [("n1", {"name": "a"})] * 2


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("checkpoints-*.json")), ids=lambda path: path.stem)
def test_a_stream_is_read_on_from_where_another_release_has_stopped(
    table: tuple[Any, str], path: Path, clock: FakeClock
) -> None:
    put(table, path)
    clock.now = datetime.fromtimestamp(WRITTEN_AT, UTC)
    checkpoints = Checkpoints(*table, "reader", "this", clock)
    assert checkpoints.lease("shard-held") is None
    assert checkpoints.lease("shard-new") == Checkpoint("shard-new")
    assert checkpoints.lease("shard-free") == Checkpoint("shard-free", "100", attempts=2)
    assert checkpoints.finished() == {"shard-finished"}
    record = {"dynamodb": {"SequenceNumber": "90"}}
    assert checkpoints.parked() == [
        ParkedRecord("90", "KeyError('title')", record),
        ParkedRecord("91", "Invalid('no document')", {"text": '{"dynamodb": {"Seq'}),
    ]


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("mail-*.json")), ids=lambda path: path.stem)
def test_mail_that_another_release_has_sent_is_not_sent_again(table: tuple[Any, str], path: Path) -> None:
    put(table, path)
    log, now = DynamoMailLog(*table), datetime.fromtimestamp(WRITTEN_AT, UTC)

    def claim(key: str) -> Claim:
        return log.claim(key, now, timedelta(minutes=2))

    assert claim("sent") is Claim.SENT
    assert claim("told-by-ses") is Claim.SENT
    assert claim("claimed") is Claim.UNCERTAIN
    assert claim("settled") is Claim.OURS
    assert claim("new") is Claim.OURS


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("suppressions-*.json")), ids=lambda path: path.stem)
def test_an_address_that_another_release_has_suppressed_is_suppressed(
    table: tuple[Any, str], path: Path
) -> None:
    put(table, path)
    assert DynamoSuppressions(*table).has("Dora@example.com")
