"""Becomes one part of the suite: `python -I -S launch.py NAME`, started by the supervisor in its run folder.

Reads the launch order `parts/NAME/program.json` and replaces itself by that program, after

- ending what an earlier copy of the part left behind (nginx and its like leave workers when killed);
- waiting a little when the part has just crashed several times (the wait is capped, so a part
  whose store is away for an hour still comes back by itself);
- asking the kernel to stop it when the supervisor dies;
- changing to the user that the order names.

Uses the standard library only and none of our packages: it runs before anything else can.
"""

import contextlib
import ctypes
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
_CALM_SECONDS = 2.0
"""A program that has run so long was up: when it ends it is started again at once."""

_LONGEST_WAIT = 8.0


def main(name: str) -> None:
    folder = Path("parts", name).resolve()
    order = json.loads((folder / "program.json").read_text())
    end_leftovers(folder)
    if order["supervised"]:
        time.sleep(next_pause(folder / "starts.json", time.time()))
    for scratch in order["scratch"]:
        empty(Path(scratch))
    with contextlib.suppress(OSError):  # on a full disk the part may work all the same
        (folder / "pid").write_text(str(os.getpid()))
    become(order["identity"])
    os.umask(0o077)
    _prctl(_PR_SET_PDEATHSIG, getattr(signal, f"SIG{order['stop_signal']}"))
    os.chdir(order["cwd"])
    os.execve(order["argv"][0], order["argv"], order["env"])  # noqa: S606  # becoming the part is the point


def next_pause(path: Path, now: float) -> float:
    """Return how long to wait before this start, and note in `path` when the program begins.

    Starts are a row while each program ends soon after it began; the wait before does not count as its life.
    """
    starts = {"total": 0, "row": 0, "last": 0.0}
    with contextlib.suppress(OSError, ValueError):
        starts = json.loads(path.read_text())
    row = int(starts["row"]) + 1 if now - starts["last"] < _CALM_SECONDS else 1
    wait = pause(row)
    with contextlib.suppress(OSError):
        path.write_text(json.dumps({"total": starts["total"] + 1, "row": row, "last": now + wait}))
    return wait


def pause(row: int) -> float:
    """Return the seconds to wait before start number `row` of a row: none at first, doubling, capped."""
    return 0.0 if row <= 2 else min(_LONGEST_WAIT, 0.5 * 2.0 ** (row - 3))


def end_leftovers(folder: Path) -> None:
    """Kill the processes whose working folder is this part's: they belong to an earlier copy of it.

    One that has a terminal is a person's shell and stays.
    """
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        found = [pid for pid in _processes() if _cwd(pid) == folder and not _has_terminal(pid)]
        if not found:
            return
        for pid in found:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def _processes() -> list[int]:
    return [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and int(entry.name) != os.getpid()
    ]


def _cwd(pid: int) -> Path | None:
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return None


def _has_terminal(pid: int) -> bool:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return fields[4] != "0"


def empty(folder: Path) -> None:
    """Make `folder` anew, with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)


def become(identity: dict[str, object] | None) -> None:
    """Change to the user of `identity`.

    None stays as it is, kind `user` gives up root for good, kind `namespace` looks like that user
    to the program while its files stay those of the real owner.
    """
    if identity is None:
        return
    uid, gid = int(str(identity["uid"])), int(str(identity["gid"]))
    if identity["kind"] == "user":
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
        return
    owner, group = os.getuid(), os.getgid()
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "cannot make a user namespace")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {owner} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {group} 1")


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl failed")


if __name__ == "__main__":
    main(sys.argv[1])
