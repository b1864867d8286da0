"""Accounts for the demonstration."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import partial

from slipway.demo.client import Api, until


@dataclass(frozen=True)
class Person:
    """Somebody who has signed up and signed in; `password` is random and made for this run."""

    api: Api
    id: str
    name: str
    email: str
    password: str


def sign_up(anyone: Api, name: str) -> tuple[str, str, str]:
    """Make an account; return its id, address and password."""
    email = f"{name.lower()}.{secrets.token_hex(4)}@example.com"
    password = secrets.token_urlsafe(18)
    body = {"email": email, "password": password, "name": name}
    account = anyone.call("POST", "users", "/v1/accounts", json=body, expect=201).json()
    return account["id"], email, password


def sign_in(anyone: Api, name: str, account: tuple[str, str, str]) -> tuple[Person, int]:
    """Open a session; return its person and the access token's life in seconds."""
    identifier, email, password = account
    body = {"email": email, "password": password}
    session = anyone.call("POST", "users", "/v1/sessions", json=body, expect=201).json()
    person = Person(anyone.with_token(session["access_token"]), identifier, name, email, password)
    return person, int(session["expires_in"])


def close(person: Person) -> None:
    """Ask for everything of the person to be erased."""
    person.api.call("DELETE", "users", "/v1/me", expect=202)


def await_erasure(person: Person) -> None:
    """Return when no service shows anything of the person any more; a refused token counts as nothing."""
    for service, path in (("todos", "/v1/todos"), ("media", "/v1/objects")):
        until(partial(_shows_nothing, person, service, path), f"erasing what {service} holds")


def _shows_nothing(person: Person, service: str, path: str) -> bool:
    answer = person.api.ask("GET", service, path)
    return answer.status_code == 401 or (answer.ok and not answer.json()["items"])
