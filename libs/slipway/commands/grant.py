"""`grant`: let an account do more than its own things."""

from __future__ import annotations

import click

from slipway.commands import scopes as scopes_of


@click.command()
@scopes_of.arguments
def command(email: str, scopes: tuple[str, ...], environment: str | None, *, containers: bool) -> int:
    """Let an account do more than its own things.

    EMAIL is the address of the account, SCOPE one such as releases:write. It counts in the
    access tokens that are issued from then on: after a refresh, or ten minutes at the latest.
    """
    return scopes_of.change(("--", email, *scopes), containers=containers, environment=environment)
