"""Ends a test run's supervisor when the test run is gone: `python -I -S owner.py PID`.

Runs as a part of the backing, so that nothing stays behind even when pytest is killed.
"""

import os
import select
import signal
import sys


def main(pid: int) -> None:
    """Wait until process `pid` has ended, then tell the supervisor (our parent) to stop."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        pass
    else:
        select.select([descriptor], [], [])
    os.kill(os.getppid(), signal.SIGTERM)


if __name__ == "__main__":
    main(int(sys.argv[1]))
