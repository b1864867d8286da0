"""Signing up."""

from __future__ import annotations

from chassis.http import etags
from chassis.http.routing import Answer, Routes, route
from chassis.idempotency import resource_id
from chassis.identity.auth import PUBLIC
from users.domain.accounts import Accounts
from users.errors import EmailTaken, TooManySignIns, WeakPassword
from users.schemas.accounts import AccountView, SignUp


class AccountRoutes(Routes):
    """Accounts in the making."""

    tag = "accounts"

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    @route(
        "POST",
        "/v1/accounts",
        access=PUBLIC,
        body=SignUp,
        answer=AccountView,
        status=201,
        raises=[EmailTaken, WeakPassword, TooManySignIns],
    )
    def create_account(self, body: SignUp) -> Answer:
        """Make an account."""
        account = self._accounts.register(resource_id(), body.email, body.password, body.name)
        view = AccountView.of(account)
        return Answer(view, status=201, etag=etags.of_version(account.version), location="/v1/me")
