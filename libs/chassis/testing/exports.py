"""Parts of exports in memory, and what every service does that is asked for one."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis.accounts import ACCOUNT_DELETED, EXPORT_REQUESTED, AccountEvents
from chassis.accounts.export import DATA, DONE, ByteSink, files_name
from chassis.errors import Problem, Transient
from chassis.ids import new_id
from chassis.messages.events import new_event
from chassis.outcomes import Delivery, outcome_of
from chassis.testing.tokens import ISSUER

OLD_REQUESTS = sorted(Path(__file__).with_name("golden").glob(f"{EXPORT_REQUESTED}-*.json"))
"""A request as each release has published it, ACCOUNT standing for the account's id. None is ever changed."""


class MemoryExportParts:
    """ExportParts that keep what is written whole. While `away` is true nothing can be written."""

    def __init__(self) -> None:
        self.kept: dict[tuple[UUID, str], bytes] = {}
        self.away = False

    @contextmanager
    def open(self, export_id: UUID, name: str) -> Iterator[ByteSink]:
        if self.away:
            raise Transient("The bucket is away.")
        out = io.BytesIO()
        yield out
        self.kept[(export_id, name)] = out.getvalue()

    def data(self, export_id: UUID) -> dict[str, Any]:
        """Return what is on record in a whole part."""
        assert (export_id, DONE) in self.kept
        document: dict[str, Any] = json.loads(self.kept[(export_id, DATA)])
        return document

    def files(self, export_id: UUID) -> list[dict[str, str]]:
        """Return the files that a whole part names."""
        lists = json.loads(self.kept[(export_id, DONE)])["files"]
        lines = [self.kept[(export_id, files_name(number))].splitlines() for number in range(lists)]
        return [json.loads(line) for some in lines for line in some]


def export_requested(account: str, export_id: UUID, digest: str | None = None) -> str:
    """Return the message that asks for an account's export, with the digest of its proven address."""
    data: dict[str, Any] = {"export_id": str(export_id)}
    if digest is not None:
        data["address"] = {"digest": digest}
    return new_event(EXPORT_REQUESTED, ISSUER, account, data).model_dump_json()


class AccountExportContract:
    """Run on every adapter of a service that keeps something of accounts.

    Fixtures: `events` as the worker wires them, writing into `parts_of_exports`, and `account`, which was
    never seen.
    """

    @pytest.fixture
    def parts_of_exports(self) -> MemoryExportParts:
        return MemoryExportParts()

    def test_an_account_that_was_never_seen_gets_a_whole_part_with_nothing_in_it(
        self, events: AccountEvents, parts_of_exports: MemoryExportParts, account: str
    ) -> None:
        export_id = new_id()
        events.handle(export_requested(account, export_id))
        data = parts_of_exports.data(export_id)
        assert data.pop("exported_at")
        assert data
        assert all(records == [] for records in data.values())
        assert parts_of_exports.files(export_id) == []

    def test_a_request_that_comes_twice_gives_the_same_part(
        self, events: AccountEvents, parts_of_exports: MemoryExportParts, account: str
    ) -> None:
        export_id = new_id()
        events.handle(export_requested(account, export_id))
        names = set(parts_of_exports.kept)
        events.handle(export_requested(account, export_id))
        assert set(parts_of_exports.kept) == names

    def test_nothing_is_handed_over_of_an_account_that_is_gone(
        self, events: AccountEvents, parts_of_exports: MemoryExportParts, account: str
    ) -> None:
        events.handle(new_event(ACCOUNT_DELETED, ISSUER, account, {"account_id": account}).model_dump_json())
        events.handle(export_requested(account, new_id()))
        assert parts_of_exports.kept == {}

    def test_a_request_waits_while_the_bucket_is_away(
        self, events: AccountEvents, parts_of_exports: MemoryExportParts, account: str
    ) -> None:
        parts_of_exports.away = True
        with pytest.raises(Problem) as refused:
            events.handle(export_requested(account, new_id()))
        assert outcome_of(refused.value).delivery is Delivery.RETRY

    @pytest.mark.parametrize("path", OLD_REQUESTS, ids=lambda path: path.stem)
    def test_the_request_of_each_release_is_understood(
        self, events: AccountEvents, parts_of_exports: MemoryExportParts, account: str, path: Path
    ) -> None:
        text = path.read_text(encoding="utf-8").replace("ACCOUNT", account)
        events.handle(text)
        assert parts_of_exports.data(UUID(json.loads(text)["data"]["export_id"]))

    @pytest.mark.parametrize("export_id", [None, "", "../archives/x", 7])
    def test_a_request_that_names_no_export_is_a_dead_letter_with_the_reason(
        self, events: AccountEvents, parts_of_exports: MemoryExportParts, account: str, export_id: Any
    ) -> None:
        message = new_event(EXPORT_REQUESTED, ISSUER, account, {"export_id": export_id}).model_dump_json()
        with pytest.raises(Problem) as refused:
            events.handle(message)
        assert outcome_of(refused.value).delivery is Delivery.DEAD_LETTER
        assert parts_of_exports.kept == {}

    def test_a_request_that_names_no_account_is_a_dead_letter(self, events: AccountEvents) -> None:
        with pytest.raises(Problem) as refused:
            events.handle(export_requested("../users", new_id()))
        assert outcome_of(refused.value).delivery is Delivery.DEAD_LETTER
