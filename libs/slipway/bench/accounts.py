"""Accounts with to-dos, and tokens that are good for as long as a load takes."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import requests

from slipway.terminal.problems import Problem

_FRESH_SECONDS = 240.0
_AT_ONCE = 100
_TRIES = 60
_MADE_AT_ONCE = 16  # each waits most of the time: an account may write only so much a second


@dataclass
class BenchAccount:
    """Somebody with to-dos, who signs in again before the token runs out."""

    email: str
    password: str
    token: str = ""
    signed_in_at: float = float("-inf")
    headers: dict[str, str] = field(default_factory=dict)


class BenchAccounts:
    """Makes accounts and what is in them, by the services' own calls, asked directly."""

    def __init__(self, users_url: str, todos_url: str) -> None:
        self._users = users_url
        self._todos = todos_url
        self._pool = ThreadPoolExecutor(_MADE_AT_ONCE)

    def make(self, count: int, todos: int) -> list[BenchAccount]:
        """Return accounts with so many to-dos each."""
        return list(self._pool.map(lambda _: self._made(todos), range(count)))

    def tokens(self, accounts: Sequence[BenchAccount]) -> list[str]:
        """Return a token of each account, good for some minutes."""
        return list(self._pool.map(self._token, accounts))

    def sign_in_request(self, account: BenchAccount) -> tuple[str, str]:
        """Return path and body of a sign-in."""
        return "/v1/sessions", json.dumps({"email": account.email, "password": account.password})

    def _made(self, todos: int) -> BenchAccount:
        account = BenchAccount(f"bench-{secrets.token_hex(8)}@example.test", secrets.token_hex(12))
        person = {"email": account.email, "password": account.password, "name": "Bench"}
        _post(f"{self._users}/v1/accounts", person)
        self._token(account)
        for start in range(0, todos, _AT_ONCE):
            titles = [f"to-do number {number}" for number in range(start, min(todos, start + _AT_ONCE))]
            operations = [{"op": "create", "title": one, "notes": "two\nlines of notes"} for one in titles]
            _post(f"{self._todos}/v1/todos/batch", {"operations": operations}, account.token)
        return account

    def _token(self, account: BenchAccount) -> str:
        if time.monotonic() - account.signed_in_at > _FRESH_SECONDS:
            signed_in = _post(
                f"{self._users}/v1/sessions", {"email": account.email, "password": account.password}
            )
            account.token, account.signed_in_at = str(signed_in["access_token"]), time.monotonic()
        return account.token


def _post(url: str, document: object, token: str = "") -> Any:
    """Return the answer to a POST; wait where a service says that it has too much to do."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    for _ in range(_TRIES):
        response = requests.post(url, json=document, headers=headers, timeout=60)
        if response.status_code not in {429, 503}:
            break
        time.sleep(float(response.headers.get("Retry-After", "1")))
    if response.status_code >= 300:
        raise Problem(f"POST {url} answered {response.status_code}: {response.text[:200]}", next_step="")
    return response.json()
