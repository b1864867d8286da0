"""The health check of a service's container: `python -S alive.py` exits with 0 while it is at work.

It runs every few seconds in every container, so it imports next to nothing.
"""

import os
import socket
import sys
import time

_STALE_SECONDS = 30.0
_TIMEOUT_SECONDS = 3.0


def main() -> int:
    """Return 0 for a fresh heartbeat of a worker, or an answer of the api; else 1."""
    heartbeat = os.environ.get("HEARTBEAT_FILE")
    try:
        if heartbeat:
            return int(time.time() - os.stat(heartbeat).st_mtime > _STALE_SECONDS)  # noqa: PTH116  # pathlib is slow to import
        return int(b" 200 " not in _status_line(int(os.environ.get("PORT", "8080"))))
    except OSError:
        return 1


def _status_line(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), _TIMEOUT_SECONDS) as connection:
        connection.sendall(b"GET /livez HTTP/1.0\r\nHost: localhost\r\n\r\n")
        return connection.recv(64)


if __name__ == "__main__":
    sys.exit(main())
