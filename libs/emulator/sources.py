"""The parts of MiniStack's state that are kept, and what each looks like as entries."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, NamedTuple, Protocol

from emulator.journal import JournalEntry

_ONLY = "state"


class Codec(NamedTuple):
    """Both ways between state and text; MiniStack's own, see assembly.py."""

    encode: Callable[[object], str]
    decode: Callable[[str], Any]


class Modules(Protocol):
    """The services' implementations, which are imported when they are first used."""

    def used(self, name: str) -> ModuleType | None:
        """Return the service's module if it has been imported."""

    def load(self, name: str) -> ModuleType:
        """Return the service's module."""


class Document:
    """A service whose whole state is one entry: small and seldom changed.

    A service that nobody has used is not even imported. The services' own
    `get_state` copies what this only reads, which is cheap at this size and
    keeps us out of their internals.
    """

    def __init__(
        self,
        name: str,
        codec: Codec,
        modules: Modules,
        state: Callable[[ModuleType], object] = lambda module: module.get_state(),
    ) -> None:
        self._name = name
        self._codec = codec
        self._modules = modules
        self._state = state
        self._known = ""

    def changes(self) -> list[JournalEntry]:
        module = self._modules.used(self._name)
        if module is None:
            return []
        payload = self._codec.encode(self._state(module))
        return [] if payload == self._known else [JournalEntry(self._name, _ONLY, payload)]

    def kept(self, changes: list[JournalEntry]) -> None:
        for change in changes:
            self._known = change.payload or ""

    def restore(self, entries: list[tuple[str, str]]) -> None:
        for _, payload in entries:
            self._modules.load(self._name).load_persisted_state(self._codec.decode(payload))
            self._known = payload


class Rows:
    """A collection kept as one entry per member; only members whose version changed are written."""

    def __init__(self, name: str, codec: Codec) -> None:
        self._name = name
        self._codec = codec
        self._fresh: dict[str, object] = {}
        self._known: dict[str, object] = {}

    def members(self) -> Iterator[tuple[str, object, dict[str, Any]]]:
        """Yield name, version and content of every member."""
        raise NotImplementedError

    def changes(self) -> list[JournalEntry]:
        found: list[JournalEntry] = []
        present = 0
        self._fresh = {}
        for name, version, content in self.members():
            present += 1
            self._fresh[name] = version
            if self._known.get(name, self) != version:
                found.append(JournalEntry(self._name, name, self._codec.encode(content)))
        if present < len(self._known) + len(found):
            found.extend(
                JournalEntry(self._name, name, None) for name in self._known if name not in self._fresh
            )
        return found

    def kept(self, changes: list[JournalEntry]) -> None:
        for change in changes:
            if change.payload is None:
                self._known.pop(change.name, None)
            else:
                self._known[change.name] = self._fresh[change.name]


class Messages(Rows):
    """The messages in the queues, each with its receipt and how often it was received."""

    def __init__(self, name: str, codec: Codec, sqs: ModuleType) -> None:
        super().__init__(name, codec)
        self._sqs = sqs

    def members(self) -> Iterator[tuple[str, object, dict[str, Any]]]:
        for queue in self._sqs._queues.all_values():
            prefix = queue["attributes"]["QueueArn"] + "\n"
            for message in queue["messages"]:
                version = (message.get("receipt_handle"), message.get("visible_at"))
                yield prefix + message["id"], version, message

    def restore(self, entries: list[tuple[str, str]]) -> None:
        """Put the messages back; those that were in flight can be received again at once.

        Their consumers may have been killed with the emulator. A receipt stays good
        until another consumer receives the message.
        """
        queues = {queue["attributes"]["QueueArn"]: queue for queue in self._sqs._queues.all_values()}
        now = time.time()
        for name, payload in entries:
            message = self._codec.decode(payload)
            self._known[name] = (message.get("receipt_handle"), message.get("visible_at"))
            queue = queues.get(name.partition("\n")[0])
            if queue is None:
                continue
            if message.get("receipt_handle"):
                message["visible_at"] = now
            queue["messages"].append(message)


class SessionRows(Rows):
    """Temporary credentials; MiniStack itself keeps them in memory only."""

    def __init__(self, name: str, codec: Codec, sts: ModuleType) -> None:
        super().__init__(name, codec)
        self._sts = sts

    def members(self) -> Iterator[tuple[str, object, dict[str, Any]]]:
        for access_key, session in list(self._sts._sessions.items()):
            yield access_key, None, session

    def restore(self, entries: list[tuple[str, str]]) -> None:
        for access_key, payload in entries:
            self._known[access_key] = None
            session = self._codec.decode(payload)
            if not self._sts._session_expired(session):
                self._sts._sessions[access_key] = session


def queues_without_messages(sqs: ModuleType) -> object:
    """Return the state of SQS without the messages, which have rows of their own."""
    bare = type(sqs._queues)()
    for scope, queue in sqs._queues.all_items():
        bare._data[scope] = {**queue, "messages": []}
    return {"queues": bare, "queue_name_to_url": sqs._queue_name_to_url}
