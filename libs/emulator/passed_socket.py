"""Getting a connection to a server that runs enclosed; see enclosed.py."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def connect(path: Path, seconds: float) -> socket.socket:
    """Return a connection to the server behind the Unix socket at `path`. Raises OSError."""
    folder = os.open(path.parent, os.O_DIRECTORY)
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.settimeout(seconds)
            listener.connect(f"/proc/self/fd/{folder}/{path.name}")
            _, descriptors, _, _ = socket.recv_fds(listener, 1, 1)
    finally:
        os.close(folder)
    if not descriptors:
        raise ConnectionRefusedError(f"nothing listens behind {path.name}")
    return socket.socket(fileno=descriptors[0])
