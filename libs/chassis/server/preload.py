"""Makes an app once for all workers, which share its memory until they write to it.

Pools and clients are made with it, and connect when they are first used: in each worker. What has asked for
something already, as the source of AWS's credentials in a container has been, may keep its connection: two
workers would read each other's answers from it. So it is closed, and pools make another one.
"""

from __future__ import annotations

import gc
import os
import socket
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_OPEN_FILES = Path("/dev/fd")


def preload(make: Callable[[], object]) -> None:
    """Call `make`, close the connections that it has left, and have the garbage collector leave it alone.

    Call it in the process that forks, before it does.
    """
    before = _sockets()
    make()
    for descriptor in _sockets() - before:
        _hang_up(descriptor)
    gc.collect()
    gc.freeze()  # a collection in a worker would write to every object


def _sockets() -> set[int]:
    numbers = [int(entry.name) for entry in _OPEN_FILES.iterdir()]
    return {number for number in numbers if _is_socket(number)}


def _is_socket(descriptor: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(descriptor).st_mode)
    except OSError:  # that of the listing itself
        return False


def _hang_up(descriptor: int) -> None:
    with socket.socket(fileno=os.dup(descriptor)) as connection, suppress(OSError):  # it is not connected
        connection.shutdown(socket.SHUT_RDWR)
