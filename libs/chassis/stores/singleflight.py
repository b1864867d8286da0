"""One call for many that ask the same at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future


class SingleFlight:
    """Joins concurrent calls of one process by their key; the first one works, the others get its result."""

    def __init__(self) -> None:
        self._flights: dict[Hashable, Future[bytes]] = {}
        self._lock = threading.Lock()

    def join(self, key: Hashable) -> bytes | None:
        """Return the result of the call under way, None where there is none. Raises what the call raises."""
        with self._lock:
            flight = self._flights.get(key)
        return None if flight is None else flight.result()

    def run(self, key: Hashable, work: Callable[[], bytes]) -> bytes:
        """Return `work()`, run by the first caller; the others get its result or its exception."""
        with self._lock:
            flight = self._flights.get(key)
            leading = flight is None
            if flight is None:
                flight = self._flights[key] = Future()
        if not leading:
            return flight.result()
        try:
            flight.set_result(work())
        except BaseException as error:
            flight.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._flights[key]
        return flight.result()
