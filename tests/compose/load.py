"""People at work while containers come and go; what was acknowledged is asked for afterwards."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from uuid import uuid4

import requests
from tests.compose.compose import eventually
from tests.system.client import PASSWORD, Account, Client, sign_in, sign_up
from tests.system.environment import Environment
from tests.system.manifests import SERVICES
from tests.system.pictures import photograph
from tests.system.uploading import ask, look

_PHOTO = photograph(1, 300, 200)


def wait_until_ready(environment: Environment) -> None:
    """Return once every service says that it is ready."""
    with Client(environment) as client:
        for service in SERVICES:
            assert eventually(partial(_is_ready, client, service))


def _is_ready(client: Client, service: str) -> bool:
    try:
        return client.get(service, "/readyz").status_code == 200
    except requests.RequestException:
        return False


class Load:
    """Somebody who writes to-dos, signs up friends and uploads photographs, each in a thread.

    A call that fails is tried again with the same key, as a client does, and what it asked for counts
    only once it was answered.
    """

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._anna = sign_up(environment, "Anna")
        self._over = threading.Event()
        self.todos: set[str] = set()
        self.friends: set[str] = set()
        self.files: set[str] = set()
        self.failures = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Work while the body runs."""
        jobs = (self._write, self._befriend, self._upload)
        threads = [threading.Thread(target=self._repeat, args=[job]) for job in jobs]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def goes_on(self) -> bool:
        """Wait until more of each was acknowledged; False when that did not happen."""
        done = len(self.todos), len(self.friends), len(self.files)
        return eventually(
            lambda: len(self.todos) > done[0] and len(self.friends) > done[1] and len(self.files) > done[2]
        )

    def __str__(self) -> str:
        count = f"{len(self.todos)} to-dos, {len(self.friends)} accounts, {len(self.files)} files"
        return f"{count} acknowledged, {self.failures} calls failed and were repeated"

    def lost_todos(self) -> set[str]:
        """Return the to-dos that were acknowledged and are not there."""
        return self.todos - {todo["id"] for todo in self._anna.todos(limit=200)}

    def lost_friends(self) -> set[str]:
        """Return the accounts that were acknowledged and cannot sign in."""
        with Client(self._environment) as anyone:
            return {email for email in self.friends if not sign_in(anyone, email, PASSWORD)["access_token"]}

    def unready_files(self) -> set[str]:
        """Return the uploads that were acknowledged and are not ready."""
        return {name for name in self.files if look(self._anna, name)["status"] != "ready"}

    def _repeat(self, job: Callable[[Account, dict[str, str]], None]) -> None:
        mine = Account(self._anna.again(), self._anna.id, self._anna.email, "Anna", self._anna.session)
        key = {"Idempotency-Key": uuid4().hex}
        while not self._over.is_set():
            try:
                job(mine, key)
            except (AssertionError, requests.RequestException):
                self.failures += 1
            else:
                key = {"Idempotency-Key": uuid4().hex}
            time.sleep(0.05)

    def _write(self, mine: Account, key: dict[str, str]) -> None:
        response = mine.client.post("todos", "/v1/todos", {"title": "Buy milk"}, headers=key)
        assert response.status_code == 201, response.text
        self.todos.add(response.json()["id"])

    def _befriend(self, mine: Account, key: dict[str, str]) -> None:
        body = {"email": f"ben.{key['Idempotency-Key']}@example.com", "password": PASSWORD, "name": "Ben"}
        response = mine.client.as_(None).post("users", "/v1/accounts", body, headers=key)
        assert response.status_code == 201, response.text
        self.friends.add(response.json()["email"])
        time.sleep(0.2)

    def _upload(self, mine: Account, _key: dict[str, str]) -> None:
        asked = ask(mine, _PHOTO, "photo.jpg", "image/jpeg")
        sent = mine.client.submit(asked["upload"]["url"], asked["upload"]["fields"], _PHOTO)
        assert sent.status_code in {200, 201, 204}, sent.text
        self.files.add(asked["object_id"])
        time.sleep(0.2)
