"""`revoke`: take scopes away from an account."""

from __future__ import annotations

import click

from slipway.commands import scopes as scopes_of


@click.command()
@scopes_of.arguments
def command(email: str, scopes: tuple[str, ...], environment: str | None, *, containers: bool) -> int:
    """Take scopes away from an account.

    EMAIL is the address of the account, SCOPE one such as releases:write. It counts in the
    access tokens that are issued from then on: after a refresh, or ten minutes at the latest.
    """
    return scopes_of.change(
        ("--withdraw", "--", email, *scopes), containers=containers, environment=environment
    )
