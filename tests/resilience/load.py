"""A bounded load of writers that keep a ledger, and note every answer that is not as it should be."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import requests
from tests.resilience.ledger import Ledger, Title
from tests.system.client import PASSWORD, Account, Client, address
from tests.system.expect import problem
from tests.system.pictures import photograph

_AWAY = {502, 503, 504}
_CONNECTION_LOST = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
_PAUSE = 0.03
_SECONDS = 240
"""How long a busy machine may take to bring everything back."""
_PHOTO = photograph(6, 600, 400)


class Load:
    """Writers of to-dos, accounts and files, and a reader of own writes, each in a thread.

    `troubles` counts the answers that are allowed while a part is away; `faults` are all others.
    """

    def __init__(self, owner: Account, ledger: Ledger) -> None:
        self._owner = owner
        self.ledger = ledger
        self.troubles: Counter[str] = Counter()
        self.faults: list[str] = []
        self._stop = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Keep the writers busy while the body runs. What fails inside a writer is a fault."""
        writers = [self._write_todos, self._write_todos_once, self._write_accounts, self._write_files]
        threads = [threading.Thread(target=self._repeat, args=(writer,)) for writer in writers]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(timeout=_SECONDS + 120)

    def _repeat(self, writer: Callable[[Client], None]) -> None:
        client = self._owner.again()
        while not self._stop.is_set():
            try:
                writer(client)
            except _CONNECTION_LOST as error:
                self.troubles[type(error).__name__] += 1
                time.sleep(0.2)
            except Exception as error:  # noqa: BLE001  # a thread's failure is reported by the test
                self.faults.append(f"{writer.__name__}: {type(error).__name__}: {error}"[:600])
            time.sleep(_PAUSE)

    def _write_todos(self, client: Client) -> None:
        """Write a to-do, change it, and read the change back."""
        made = client.post("todos", "/v1/todos", {"title": "plain"})
        if not self._acknowledged(made, 201):
            return
        todo, title = made.json()["id"], Title("plain")
        with self.ledger.lock:
            self.ledger.todos[todo] = title
        wanted = f"changed {uuid4().hex[:8]}"
        title.tried.add(wanted)
        if not self._acknowledged(client.patch("todos", f"/v1/todos/{todo}", {"title": wanted}), 200):
            return
        title.acknowledged, title.tried = wanted, set()
        self._read_back(client, todo, wanted)

    def _read_back(self, client: Client, todo: str, wanted: str) -> None:
        one = client.get("todos", f"/v1/todos/{todo}")
        if self._acknowledged(one, 200) and one.json()["title"] != wanted:
            self.faults.append(f"read {one.json()['title']!r} after writing {wanted!r}")
        many = client.get("todos", "/v1/todos", params={"q": wanted, "limit": 200})
        if self._acknowledged(many, 200) and [item["id"] for item in many.json()["items"]] != [todo]:
            self.faults.append(f"the list does not show {wanted!r} right after it was written")

    def _write_todos_once(self, client: Client) -> None:
        """Write under a key and repeat until it is acknowledged: there must be one."""
        name = f"once {uuid4().hex}"
        headers = {"Idempotency-Key": name.replace(" ", "-")}
        deadline = time.monotonic() + _SECONDS
        while time.monotonic() < deadline:
            try:
                response = client.post("todos", "/v1/todos", {"title": name}, headers=headers)
            except _CONNECTION_LOST as error:
                self.troubles[type(error).__name__] += 1
            else:
                if response.status_code != 409 and self._acknowledged(response, 201):
                    with self.ledger.lock:
                        self.ledger.once.add(name)
                        self.ledger.todos[response.json()["id"]] = Title(name)
                    return
            time.sleep(0.2)
        self.faults.append(f"{name} was not acknowledged within {_SECONDS} s")

    def _write_accounts(self, client: Client) -> None:
        email = address()
        body = {"email": email, "password": PASSWORD, "name": "Ledger"}
        if self._acknowledged(client.as_(None).post("users", "/v1/accounts", body), 201):
            with self.ledger.lock:
                self.ledger.accounts.append((email, PASSWORD))
        time.sleep(0.3)

    def _write_files(self, client: Client) -> None:
        body = {
            "filename": "ledger.jpg",
            "content_type": "image/jpeg",
            "size": len(_PHOTO),
            "sha256": hashlib.sha256(_PHOTO).hexdigest(),
        }
        response = client.post("media", "/v1/uploads", body)
        if self._acknowledged(response, 201):
            asked = response.json()
            sent = client.submit(asked["upload"]["url"], asked["upload"]["fields"], _PHOTO)
            if sent.status_code < 300:
                with self.ledger.lock:
                    self.ledger.files.append(asked["object_id"])
            elif sent.status_code < 500:
                self.faults.append(f"storage answered {sent.status_code}: {sent.text[:300]}")
        time.sleep(0.3)

    def _acknowledged(self, response: requests.Response, status: int) -> bool:
        """Say whether it was done; if not, all but a problem document of 502, 503 or 504 is a fault."""
        if response.status_code == status:
            return True
        self.troubles[str(response.status_code)] += 1
        try:
            assert response.status_code in _AWAY, response.status_code
            problem(response, response.status_code)
        except (AssertionError, ValueError, KeyError) as error:
            request = response.request
            self.faults.append(f"{request.method} {request.url}: {error}: {response.text[:300]}")
        return False
