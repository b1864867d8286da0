"""The issuer's public keys (RFC 7517), read rarely and kept through the issuer's absence."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import jwt
import requests

from chassis import tracing
from chassis.errors import Transient, Unauthenticated

log = logging.getLogger(__name__)

_ALLOWED = {"ES256", "RS256"}
FetchKeys = Callable[[], Mapping[str, Any]]


class KeySource(Protocol):
    """Where a verifier finds the key that a token names."""

    def key(self, key_id: str, algorithm: str) -> jwt.PyJWK:
        """Return the public key `key_id`, made for `algorithm`; raise Unauthenticated for an unknown one."""
        ...


def fetch_from(url: str, timeout: float = 3.0) -> FetchKeys:
    """Return a function that reads the JWKS document at `url`; `timeout` is in seconds."""
    session = requests.Session()

    def fetch() -> Mapping[str, Any]:
        response = session.get(url, timeout=timeout, headers=tracing.outgoing_headers())
        response.raise_for_status()
        document: Mapping[str, Any] = response.json()
        return document

    return fetch


class JwksCache:
    """Keys by id. Read again every `lifetime` seconds, for an unknown id at most every `patience` seconds.

    While the issuer is away the keys that are known stay good: the other services
    go on without it.
    """

    def __init__(
        self,
        fetch: FetchKeys,
        lifetime: float = 300.0,
        patience: float = 5.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._lifetime = lifetime
        self._patience = patience
        self._now = now
        self._keys: dict[str, jwt.PyJWK] = {}
        self._read_at = float("-inf")
        self._tried_at = float("-inf")
        self._lock = threading.Lock()

    def key(self, key_id: str, algorithm: str) -> jwt.PyJWK:
        """Return the key; raise Unauthenticated if unknown, Transient if no key was ever read."""
        known = key_id in self._keys
        if not known or self._now() - self._read_at > self._lifetime:
            self._refresh(wait=not known)
        found = self._keys.get(key_id)
        if found is None:
            if not self._keys:
                raise Transient("The issuer's keys cannot be read at the moment.")
            raise Unauthenticated("The access token is not valid here.")
        if found.algorithm_name != algorithm or algorithm not in _ALLOWED:
            raise Unauthenticated("The access token is not valid here.")
        return found

    def _refresh(self, *, wait: bool) -> None:
        """Read the keys again; whoever has a key need not `wait` for another who is reading them."""
        if not self._lock.acquire(blocking=wait):
            return
        try:
            if self._now() - self._tried_at < self._patience:
                return
            self._tried_at = self._now()
            self._keys = _readable_keys(self._fetch())
            self._read_at = self._now()
        except (requests.RequestException, ValueError, KeyError, TypeError) as error:
            log.warning("issuer keys unreadable", extra={"error": str(error)})
        finally:
            self._lock.release()


def _readable_keys(document: Mapping[str, Any]) -> dict[str, jwt.PyJWK]:
    keys = {}
    for entry in document["keys"]:
        if not isinstance(entry, Mapping) or entry.get("use", "sig") != "sig":
            continue
        try:
            key = jwt.PyJWK(dict(entry))
        except jwt.PyJWTError:
            continue  # a kind of key we do not use must not hide those we do
        if key.key_id and key.algorithm_name in _ALLOWED:
            keys[key.key_id] = key
    if not keys:
        raise ValueError("the document has no key that we can use")
    return keys
