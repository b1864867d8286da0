"""`python -m users.commands.outbox [--retry]`: the events that could not be published, and why.

They are tried again by themselves, every five minutes at last; `--retry` makes them due at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from chassis.schemas import format_time
from chassis.settings import load_settings
from users.config import UsersSettings
from users.wiring import real


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m users.commands.outbox", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--retry", action="store_true", help="make them due at once")
    options = parser.parse_args(arguments)
    outbox = real(load_settings(UsersSettings)).outbox
    for event in outbox.parked():
        sys.stdout.write(
            f"{event.position}: failed {event.failures} times, "
            f"next at {format_time(event.retry_at)}: {event.error}\n"
        )
    if options.retry:
        sys.stdout.write(f"due at once: {outbox.retry()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
