"""Runs a server in a network of its own and hands out connections: `enclosed.py SOCKET PORT PROGRAM...`.

For a server on the loopback address without authentication. No other user and no page in a browser
reaches its port; a process that may open SOCKET, a Unix socket, is passed a connection as a descriptor, so
that nothing stands between the two afterwards. `enclosed.py --try` ends with 0 where the system allows that.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # unshare(2)
_SET_FLAGS, _UP = 0x8914, 0x1  # netdevice(7)
_DIE_WITH_PARENT = 1  # prctl(2)
_libc = ctypes.CDLL(None, use_errno=True)


def enclose() -> None:
    """Move this process into a network that has a loopback interface only. Raises OSError."""
    uid, gid = os.geteuid(), os.getegid()
    kinds = _NEW_NETWORK if uid == 0 else _NEW_USER | _NEW_NETWORK
    if _libc.unshare(kinds) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    if uid != 0:
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1", encoding="ascii")
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP))


def serve(listener: socket.socket, port: int, command: Sequence[str]) -> int:
    """Run `command`, hand out connections to its port, and return how it ended."""
    server = subprocess.Popen(command, preexec_fn=_die_with_parent)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    listener.settimeout(0.2)
    while server.poll() is None:
        try:
            asking, _ = listener.accept()
        except TimeoutError:
            continue
        with asking:
            _hand_over(asking, port)
    return server.returncode


def _hand_over(asking: socket.socket, port: int) -> None:
    """Pass a fresh connection on; who gets none reads the end instead."""
    try:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            socket.send_fds(asking, [b"."], [connection.fileno()])
    except OSError:
        return


def _die_with_parent() -> None:
    _libc.prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def listen(path: Path) -> socket.socket:
    """Return a Unix socket at `path`, however long that is, which only this user may open."""
    path.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_DIRECTORY)
    listener = socket.socket(socket.AF_UNIX)
    mask = os.umask(0o177)
    try:
        listener.bind(f"/proc/self/fd/{folder}/{path.name}")
    finally:
        os.umask(mask)
        os.close(folder)
    listener.listen(128)
    return listener


def main(arguments: Sequence[str]) -> int:
    if arguments == ["--try"]:
        enclose()
        return 0
    path, port, *command = arguments
    listener = listen(Path(path))
    enclose()
    return serve(listener, int(port), command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
