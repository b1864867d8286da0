"""`python -m users.commands.rotate_keys [--now]`: sign with the next key from now on.

No token that is out becomes invalid: the key in use until now stays published until its last one has
expired. `--now` does it even when the next key has only just been published.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from chassis.settings import load_settings
from users.config import UsersSettings
from users.errors import KeyTooYoung
from users.wiring import keyring_of, real


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m users.commands.rotate_keys", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument(
        "--now", action="store_true", help="do not wait until every verifier knows the next key"
    )
    options = parser.parse_args(arguments)
    settings = load_settings(UsersSettings)
    try:
        key_id = keyring_of(settings, real(settings)).rotate(at_once=options.now)
    except KeyTooYoung as error:
        sys.stderr.write(f"{error} --now does it all the same.\n")
        return 1
    sys.stdout.write(f"signing with {key_id}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
