"""The signing keys as one process holds them: read rarely, made on first need."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from chassis.clock import Clock
from chassis.errors import Transient
from users.domain import signing_keys
from users.domain.ports import SigningKeyStore
from users.domain.records import KeyState, SigningKey
from users.domain.sealing import Sealer
from users.errors import KeysUnavailable

_REMEMBERED_FOR = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Signer:
    """The key that signs now."""

    key_id: str
    private: ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class _LoadedKeys:
    keys: list[SigningKey]
    signer: Signer
    read_at: datetime


class Keyring:
    """Gives the signer and the published keys; safe for several threads and processes.

    While the store is away, keys that are known stay good.
    """

    def __init__(self, store: SigningKeyStore, sealer: Sealer, clock: Clock) -> None:
        self._store = store
        self._sealer = sealer
        self._clock = clock
        self._make = partial(signing_keys.make_key, sealer)
        self._held: _LoadedKeys | None = None
        self._attempts = 0
        self._lock = threading.Lock()

    def signer(self) -> Signer:
        """Return the key to sign with; raise Transient when none was ever read and none can be."""
        return self._current().signer

    def jwks(self) -> dict[str, Any]:
        """Return the JWKS document of the keys that verifiers need."""
        return signing_keys.public_document(self._current().keys, self._clock())

    def maintain(self, longest: timedelta) -> None:
        """Do what time asks for: rotate after `longest`, drop what no token needs any more."""
        self._edit(lambda keys: signing_keys.maintain(keys, self._clock(), self._make, longest))

    def rotate(self, *, at_once: bool = False) -> str:
        """Sign with the next key from now on, and return its id; see signing_keys.rotate."""
        self._edit(lambda keys: signing_keys.rotate(keys, self._clock(), self._make, at_once=at_once))
        return self.signer().key_id

    def _current(self) -> _LoadedKeys:
        held, attempts = self._held, self._attempts
        if held is not None and self._clock() - held.read_at < _REMEMBERED_FOR:
            return held
        if held is not None and self._lock.locked():
            return held  # somebody is reading them, from a store that may be slow
        with self._lock:
            # Whoever waited takes what the other found, and if that was nothing does not wait once more.
            if self._held is held and self._attempts == attempts:
                self._read()
            if self._held is None:
                raise KeysUnavailable
            return self._held

    def _read(self) -> None:
        try:
            keys = self._store.all()
            states = {key.state for key in keys}
            if not {KeyState.ACTIVE, KeyState.NEXT} <= states:
                keys = self._store.edit(lambda now: signing_keys.complete(now, self._clock(), self._make))
        except Transient:
            if self._held is None:
                raise
        else:
            self._hold(keys)
        finally:
            self._attempts += 1

    def _edit(self, change: Callable[[list[SigningKey]], list[SigningKey]]) -> None:
        keys = self._store.edit(change)
        with self._lock:
            self._hold(keys)

    def _hold(self, keys: list[SigningKey]) -> None:
        key = signing_keys.active(keys)
        if key is None:
            raise RuntimeError("a key store without an active key")
        known = self._held.signer if self._held and self._held.signer.key_id == key.id else None
        signer = known or Signer(key.id, signing_keys.private_key(key, self._sealer))
        self._held = _LoadedKeys(keys, signer, self._clock())
