"""`python -m blog.commands.recount`: count the likes and comments of all posts anew.

It is for the time after a failover: what both regions counted at once, one of them has lost. It reads the
whole table, beside readers and writers, and changes nothing that is right.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from blog.config import BlogSettings
from blog.store.recount import DynamoRecount
from chassis.settings import load_settings
from chassis.stores.aws import Aws


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    argparse.ArgumentParser(
        prog="python -m blog.commands.recount", description=(__doc__ or "").split("\n")[0]
    ).parse_args(arguments)
    settings = load_settings(BlogSettings)
    client = Aws(settings.aws_region, settings.aws_endpoint_url).client("dynamodb")
    done = DynamoRecount(client, settings.blog_table).run()
    sys.stdout.write("".join(f"corrected {slug}\n" for slug in done.corrected) or "all counts were right\n")
    if done.unsettled:
        sys.stderr.write(f"changed all the time: {', '.join(done.unsettled)}. Run the command again.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
