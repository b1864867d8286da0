"""Signing up."""

from __future__ import annotations

from flask import request

from chassis.http import etags
from chassis.http.routing import Answer, Routes, route
from chassis.idempotency.keys import resource_id
from chassis.identity.auth import PUBLIC
from users.domain.accounts import Accounts
from users.errors import EmailTaken, TooManyAttempts, TooManySignIns, WeakPassword
from users.routes.device import client_device
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
        raises=[EmailTaken, WeakPassword, TooManyAttempts, TooManySignIns],
    )
    def create_account(self, body: SignUp) -> Answer:
        """Make an account."""
        address = client_device(request).address
        account = self._accounts.register(resource_id(), body.email, body.password, body.name, address)
        view = AccountView.of(account)
        return Answer(view, status=201, etag=etags.of_version(account.version), location="/v1/me")
