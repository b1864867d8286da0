"""A small client of the suite, written from its contract alone."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import requests
from tests.system.environment import Environment
from tests.system.expect import answer

_PATIENCE = 60.0
_TIMEOUT = 30.0

PASSWORD = "correct-horse-battery-9"


class Client:
    """Calls the suite as one caller; not to be shared by threads (`again` gives another)."""

    def __init__(self, environment: Environment, token: str | None = None) -> None:
        self.environment = environment
        self.token = token
        self._session = requests.Session()
        self._session.trust_env = False

    def again(self) -> Client:
        """Return a second client for the same caller, with connections of its own."""
        return Client(self.environment, self.token)

    def as_(self, token: str | None) -> Client:
        """Return a client that sends another token, or none."""
        return Client(self.environment, token)

    def call(
        self, method: str, service: str, path: str, *, patient: bool = True, **options: Any
    ) -> requests.Response:
        """Send a request to `https://<service>.<domain><path>`; `options` are those of requests.

        A patient call waits out 429, and what else the environment names, as `Retry-After` says, for a
        minute at most.
        """
        deadline = time.monotonic() + _PATIENCE
        while True:
            response = self._send(method, self.environment.origin(service) + path, **options)
            pause = float(response.headers.get("Retry-After", "1"))
            passes = patient and response.status_code in self.environment.waits_out
            if not passes or time.monotonic() + pause > deadline:
                return response
            time.sleep(pause)

    def get(self, service: str, path: str, **options: Any) -> requests.Response:
        return self.call("GET", service, path, **options)

    def post(self, service: str, path: str, json: Any = None, **options: Any) -> requests.Response:
        return self.call("POST", service, path, json=json, **options)

    def patch(self, service: str, path: str, json: Any = None, **options: Any) -> requests.Response:
        return self.call("PATCH", service, path, json=json, **options)

    def delete(self, service: str, path: str, **options: Any) -> requests.Response:
        return self.call("DELETE", service, path, **options)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> requests.Response:
        """GET an absolute URL that the suite gave out, without our token."""
        return self._session.get(
            url, headers=headers, verify=self._verify, timeout=_TIMEOUT, allow_redirects=False
        )

    def submit(self, url: str, fields: dict[str, str], content: bytes) -> requests.Response:
        """POST a browser's upload form."""
        return self._session.post(
            url, data=fields, files={"file": content}, verify=self._verify, timeout=_TIMEOUT
        )

    def close(self) -> None:
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _verify(self) -> str | bool:
        return self.environment.ca or True

    def _send(self, method: str, url: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token is not None else {}
        headers |= options.pop("headers", {})
        options.setdefault("timeout", _TIMEOUT)
        options.setdefault("allow_redirects", False)
        return self._session.request(method, url, headers=headers, verify=self._verify, **options)


@dataclass
class Account:
    """Somebody who has signed up and signed in."""

    client: Client
    id: str
    email: str
    name: str
    session: dict[str, Any]
    password: str = PASSWORD
    gone: bool = field(default=False)

    def again(self) -> Client:
        """Return another client of this account, for another thread."""
        return self.client.again()

    def sign_in(self, **fields: Any) -> dict[str, Any]:
        """Open one more session and return it."""
        return sign_in(self.client.as_(None), self.email, self.password, **fields)

    def todo(self, title: str = "Buy milk", **fields: Any) -> dict[str, Any]:
        """Write a to-do and return it."""
        return answer(self.client.post("todos", "/v1/todos", {"title": title, **fields}), 201)

    def todos(self, **query: Any) -> list[dict[str, Any]]:
        """Read all to-dos, page by page."""
        return self.pages("todos", "/v1/todos", **query)

    def objects(self) -> list[dict[str, Any]]:
        """Read all of one's files, page by page."""
        return self.pages("media", "/v1/objects")

    def pages(self, service: str, path: str, **query: Any) -> list[dict[str, Any]]:
        """Read a whole list."""
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            paging = {"cursor": cursor} if cursor else {}
            page = answer(self.client.get(service, path, params={**query, **paging}))
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items

    def close_account(self) -> None:
        """Ask for everything to be erased."""
        self.gone = True
        response = self.client.delete("users", "/v1/me")
        assert response.status_code == 202, response.text


def address() -> str:
    """Return an e-mail address nobody has used."""
    return f"anna.{uuid4().hex}@example.com"


def sign_in(client: Client, email: str, password: str, **fields: Any) -> dict[str, Any]:
    """Open a session and return it."""
    body = {"email": email, "password": password, **fields}
    return answer(client.post("users", "/v1/sessions", body), 201)


def sign_up(environment: Environment, name: str = "Anna Öz") -> Account:
    """Make an account and sign it in."""
    anyone = Client(environment)
    email = address()
    body = {"email": email, "password": PASSWORD, "name": name}
    made = answer(anyone.post("users", "/v1/accounts", body), 201)
    session = sign_in(anyone, email, PASSWORD)
    anyone.close()
    return Account(Client(environment, session["access_token"]), made["id"], email, name, session)
