"""Runs the emulator until SIGTERM; see settings.py for its environment.

`python libs/emulator/serve.py`, with the interpreter of the emulator's own environment.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

if __name__ == "__main__":
    # In place of this folder, whose module names are not meant to be importable on their own.
    sys.path[0] = str(Path(__file__).parents[1])

from hypercorn.asyncio import serve
from hypercorn.config import Config

from emulator.repair import repair_objects
from emulator.settings import EmulatorSettings, EmulatorSettingsError


def main() -> int:
    """Serve; returns the exit code (2: the environment is wrong)."""
    try:
        settings = EmulatorSettings.read(os.environ)
    except EmulatorSettingsError as error:
        print(f"emulator: {error}", file=sys.stderr)
        return 2
    for folder in (settings.state, settings.objects):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ.update(settings.for_ministack())
    repair_objects(settings.objects)
    asyncio.run(_serve(settings))
    return 0


async def _serve(settings: EmulatorSettings) -> None:
    # Only now: MiniStack reads its settings from the environment while it is imported.
    from emulator.assembly import build  # noqa: PLC0415

    config = Config()
    config.bind = [f"{settings.host}:{settings.port}"]
    config.loglevel = settings.log_level
    config.keep_alive_timeout = 3600
    config.graceful_timeout = 2
    config.shutdown_timeout = 5
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(build(settings), config, shutdown_trigger=stop.wait)


if __name__ == "__main__":
    sys.exit(main())
