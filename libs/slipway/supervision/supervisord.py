"""supervisord, going on where it cannot write: `python -I supervisord.py -c FILE`, started by daemon.py.

It keeps what its programs print in files. On a full disk its own loggers print a traceback, to another
file on the same disk; that second failure ends it, and the whole suite with it.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import IO

from supervisor import loggers, supervisord


class LossyFileHandler(loggers.RotatingFileHandler):  # type: ignore[misc]  # supervisor has no types
    """Drops lines while its file cannot be written, and says how many once it can."""

    stream: IO[bytes]
    _dropped = 0

    def emit(self, record: object) -> None:
        if self._dropped and not self._can_write_again():
            self._dropped += 1
            return
        try:
            super().emit(record)
        except (OSError, ValueError):
            self._dropped += 1

    def handleError(self) -> None:  # noqa: N802  # supervisor's name; called where an exception is in flight
        raise  # noqa: PLE0704

    def _can_write_again(self) -> bool:
        """Open the file anew, what the old stream still holds is lost, and note what is missing in it."""
        with contextlib.suppress(OSError, ValueError):
            self.stream.close()
        try:
            self.stream = Path(self.baseFilename).open("ab")  # noqa: SIM115  # as long-lived as the handler
            self.stream.write(b"(%d blocks of output were lost: the disk was full)\n" % self._dropped)
            self.stream.flush()
        except OSError:
            return False
        self._dropped = 0
        return True


def main() -> None:
    loggers.RotatingFileHandler = LossyFileHandler
    supervisord.main()


if __name__ == "__main__":
    main()
