"""What runs in the tools container: `prepare` and `bootstrap`; anything else is a command of the CLI."""

from __future__ import annotations

import logging
import sys

from slipway.__main__ import main as command_line
from slipway.compose.bootstrap import Bootstrap
from slipway.compose.prepare import prepare
from slipway.compose.settings import ComposeSettings


def main() -> None:
    """Run the step that the first argument names."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    logging.getLogger("botocore").setLevel(logging.WARNING)
    match sys.argv[1:]:
        case ["prepare"]:
            prepare(ComposeSettings.read())
        case ["bootstrap"]:
            Bootstrap(ComposeSettings.read()).run()
        case _:
            command_line()


if __name__ == "__main__":
    main()
