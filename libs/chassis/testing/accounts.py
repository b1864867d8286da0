"""What every service does about accounts that are gone; subclass with the fixtures that are named."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from chassis.accounts import ACCOUNT_DELETED, AccountEvents
from chassis.errors import Problem
from chassis.http.routing import Route
from chassis.idempotency import IdempotencyStore, Key, KeyClaim, KnownKey, RecordedAnswer
from chassis.ids import new_id
from chassis.messages.events import new_event
from chassis.outcomes import Delivery, outcome_of
from chassis.schemas import format_time
from chassis.testing.tokens import ISSUER, Issuer

OLD_EVENTS = sorted(Path(__file__).with_name("golden").glob(f"{ACCOUNT_DELETED}-*.json"))
"""An account's end as each release has published it, ACCOUNT standing for its id. None is ever changed:
queues hold such messages while a deployment lasts, and dead-letter queues for two weeks."""


def deleted(account: str, digest: str | None = None, since: datetime | None = None) -> str:
    """Return the message that tells of an account's end, with its address where that is given."""
    data: dict[str, Any] = {"account_id": account}
    if digest is not None:
        data["address"] = {"digest": digest, "since": since and format_time(since)}
    return new_event(ACCOUNT_DELETED, ISSUER, account, data).model_dump_json()


def private_routes(app: Flask) -> list[Route]:
    """Return the routes that ask for a token."""
    declared: list[Route] = app.extensions["slipway.routes"]
    return [route for route in declared if not route.access.public]


def scopes_of(app: Flask) -> list[str]:
    """Return every scope that a route asks for."""
    return sorted({scope for route in private_routes(app) for scope in route.access.scopes})


def call(client: FlaskClient, route: Route, headers: dict[str, str]) -> tuple[int, str, str]:
    """Return status, content type and detail of the answer to a call of `route`."""
    path = re.sub(r"<uuid:[^>]+>", "01a1fbf7-312a-762e-b593-a12690369b44", route.path)
    path = re.sub(r"<[^>]+>", "1", path)
    answer = client.open(path, method=route.method, headers=headers, json={} if route.body else None)
    return answer.status_code, answer.content_type, (answer.json or {}).get("detail", "")


class GoneAccountContract:
    """Fixtures: `app`, and `gone`, the headers of a call with a token that outlived its account."""

    def test_every_call_of_an_account_that_is_gone_is_refused_alike(
        self, app: Flask, gone: dict[str, str]
    ) -> None:
        client = app.test_client()
        answers = {f"{one.method} {one.path}": call(client, one, gone) for one in private_routes(app)}
        assert answers
        assert {got[:2] for got in answers.values()} == {(401, "application/problem+json")}, answers
        assert len({detail for _, _, detail in answers.values()}) == 1, answers

    def test_a_key_of_a_call_before_does_not_open_the_door(self, app: Flask, gone: dict[str, str]) -> None:
        client = app.test_client()
        headers = gone | {"Idempotency-Key": "before"}
        statuses = {call(client, one, headers)[0] for one in private_routes(app) if one.method == "POST"}
        assert statuses <= {401}


class AccountErasureContract(GoneAccountContract):
    """Run on every adapter of a service that keeps something of accounts.

    Fixtures: `app` with the verifier of `issuer`, `events` as the worker wires them, and `idempotency`, the
    store of recorded answers of both.
    """

    @pytest.fixture
    def account(self) -> str:
        """An account that was never seen."""
        return str(new_id())

    @pytest.fixture
    def gone(self, app: Flask, issuer: Issuer, events: AccountEvents, account: str) -> dict[str, str]:
        """The headers of an account that was used, and then deleted."""
        headers = issuer.headers(account, scopes_of(app))
        assert self._reads(app, headers) == {200}
        events.handle(deleted(account))
        return headers

    def test_other_accounts_are_served_as_before(
        self, app: Flask, issuer: Issuer, gone: dict[str, str]
    ) -> None:
        assert self._reads(app, issuer.headers(scopes=scopes_of(app))) == {200}
        assert self._reads(app, gone) == {401}

    def test_an_account_may_be_deleted_twice(
        self, app: Flask, events: AccountEvents, account: str, gone: dict[str, str]
    ) -> None:
        events.handle(deleted(account))
        assert self._reads(app, gone) == {401}

    def test_an_account_may_be_deleted_before_it_is_ever_used(
        self, app: Flask, issuer: Issuer, events: AccountEvents, account: str
    ) -> None:
        events.handle(deleted(account))
        assert self._reads(app, issuer.headers(account, scopes_of(app))) == {401}

    @pytest.mark.parametrize("path", OLD_EVENTS, ids=lambda path: path.stem)
    def test_an_account_is_deleted_by_the_event_of_each_release(
        self, app: Flask, issuer: Issuer, events: AccountEvents, account: str, path: Path
    ) -> None:
        events.handle(path.read_text(encoding="utf-8").replace("ACCOUNT", account))
        assert self._reads(app, issuer.headers(account)) == {401}

    def test_what_a_newer_release_adds_to_an_event_is_passed_over(
        self, app: Flask, issuer: Issuer, events: AccountEvents, account: str
    ) -> None:
        event = json.loads(deleted(account))
        events.handle(json.dumps({**event, "newer": {"a": 1}, "data": {**event["data"], "newer": 2}}))
        assert self._reads(app, issuer.headers(account)) == {401}

    def test_events_of_other_types_are_ignored(
        self, app: Flask, issuer: Issuer, events: AccountEvents, account: str
    ) -> None:
        events.handle(new_event("users.account.created.v1", ISSUER, account, {}).model_dump_json())
        assert self._reads(app, issuer.headers(account, scopes_of(app))) == {200}

    @pytest.mark.parametrize("subject", [None, "", " ", "../users", "x" * 256])
    def test_an_event_that_names_no_account_is_a_dead_letter_with_the_reason(
        self, events: AccountEvents, subject: str | None
    ) -> None:
        message = json.loads(deleted("somebody")) | {"subject": subject}
        if subject is None:
            del message["subject"]
        with pytest.raises(Problem) as refused:
            events.handle(json.dumps(message))
        assert outcome_of(refused.value).delivery is Delivery.DEAD_LETTER
        assert str(refused.value)

    def test_recorded_answers_go_with_the_account_and_no_others(
        self, events: AccountEvents, idempotency: IdempotencyStore, account: str
    ) -> None:
        keys = {owner: Key(owner, new_id().hex * 2) for owner in (account, str(new_id()))}
        for key in keys.values():
            claim = idempotency.begin(key, "f", new_id(), 30)
            assert isinstance(claim, KeyClaim)
            idempotency.finish(claim, RecordedAnswer(201, {}, b"{}"))
        events.handle(deleted(account))
        kinds = [type(idempotency.begin(key, "f", new_id(), 30)) for key in keys.values()]
        assert kinds == [KeyClaim, KnownKey]

    @staticmethod
    def _reads(app: Flask, headers: dict[str, str]) -> set[int]:
        """Return the statuses of the calls that list something."""
        client = app.test_client()
        listing = [one for one in private_routes(app) if one.method == "GET" and "<" not in one.path]
        return {call(client, one, headers)[0] for one in listing}
