"""Our own connections take nothing from the user's environment.

Libraries read it behind our backs: libpq every `PG...` variable, the AWS SDK every `AWS_...` one and the
files in the user's home. They are meant for the user's own databases and accounts, not for a suite here.
"""

from __future__ import annotations

import os

# Without these the AWS SDK reads ~/.aws, where a broken or absent profile stops every client.
NO_AWS_FILES = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
_PREFIXES = ("PG", "AWS_")


def ignore_user_settings() -> None:
    """Take out of this process's environment what libraries would obey; call it before they are used.

    Proxies stay, as packages are fetched through them: clients of a suite name none (`proxies={}`).
    """
    for name in [name for name in os.environ if name.startswith(_PREFIXES)]:
        del os.environ[name]
    os.environ.update(NO_AWS_FILES)
