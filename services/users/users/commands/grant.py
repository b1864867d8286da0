"""`python -m users.commands.grant [--withdraw] EMAIL SCOPE...`: what an account may do beyond its own things.

The scopes are in the access tokens that are issued from then on: after a refresh, or ten
minutes at the latest. What it prints may go to a log, so it names the account by its id alone.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence

from chassis.settings import load_settings
from users.config import UsersSettings
from users.domain import emails
from users.domain.ports import AccountStore
from users.domain.records import Account
from users.wiring import real

_SCOPE = re.compile(r"[a-z][a-z0-9_]{0,30}:[a-z][a-z0-9_]{0,30}")


def scope(text: str) -> str:
    """Return `text` if it is a scope such as `releases:write`; raise ArgumentTypeError otherwise."""
    if not _SCOPE.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a scope; one looks like releases:write")
    return text


def apply(accounts: AccountStore, email: str, wanted: Sequence[str], *, withdraw: bool = False) -> Account:
    """Grant or withdraw scopes; return the account as it is now.

    Raises LookupError for an address that no account has.
    """
    key = emails.key_of_input(email)
    account = accounts.find(key) if key else None
    if account is None:
        raise LookupError("no account has this e-mail address")
    change = accounts.withdraw if withdraw else accounts.grant
    for one in wanted:
        change(account.id, one)
    return accounts.get(account.id)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m users.commands.grant", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("email")
    parser.add_argument("scopes", type=scope, nargs="+", metavar="SCOPE")
    parser.add_argument("--withdraw", action="store_true", help="take the scopes away")
    options = parser.parse_args(arguments)
    accounts = real(load_settings(UsersSettings)).accounts
    try:
        account = apply(accounts, options.email, options.scopes, withdraw=options.withdraw)
    except LookupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"account {account.id}: {' '.join(sorted(account.scopes)) or 'no further scopes'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
