"""The names of accounts, asked of the issuer of their tokens."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import requests

from blog.errors import NameUnknown
from blog.store.asking import ask

_KEEP_SECONDS = 60.0
_MOST_KEPT = 10_000


class IssuerProfiles:
    """Profiles that GET `url` with the account's own token, and remember each name for a minute."""

    def __init__(self, url: str, now: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._now = now
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[float, str]] = OrderedDict()

    def name_of(self, account: str, authorization: str) -> str:
        until, name = self._known.get(account, (0.0, ""))
        if until > self._now():
            return name
        name = self._ask(authorization)
        with self._lock:
            self._known[account] = (self._now() + _KEEP_SECONDS, name)
            while len(self._known) > _MOST_KEPT:
                self._known.popitem(last=False)
        return name

    def _ask(self, authorization: str) -> str:
        try:
            answer = ask("GET", self._url, authorization)
            answer.raise_for_status()
            document: Any = answer.json()
            return str(document["name"])
        except (requests.RequestException, ValueError, KeyError, TypeError) as error:
            raise NameUnknown from error
