"""One's own account."""

from __future__ import annotations

from flask import request

from chassis.errors import Stale
from chassis.http import etags
from chassis.http.preconditions import if_match
from chassis.http.routing import Answer, Routes, route
from chassis.identity.auth import SIGNED_IN, Caller
from users.authentication import whoami
from users.domain.accounts import AccountChanges, Accounts
from users.domain.address_proofs import AddressProofs
from users.domain.confirmation import Confirmation
from users.domain.records import Account
from users.domain.storage import StorageAccess
from users.errors import ConfirmationNeeded, TooManyAttempts, TooManyMails, WeakPassword, WrongPassword
from users.routes.cookies import clear_header
from users.routes.device import client_device
from users.schemas.accounts import AccountView
from users.schemas.me import Erasure, ErasureView, PasswordChange, ProfileChanges, StorageCredentialsView


class MeRoutes(Routes):
    """The caller's own account."""

    tag = "me"

    def __init__(
        self, accounts: Accounts, confirmation: Confirmation, storage: StorageAccess, proofs: AddressProofs
    ) -> None:
        self._accounts = accounts
        self._confirmation = confirmation
        self._storage = storage
        self._proofs = proofs

    @route("GET", "/v1/me", access=SIGNED_IN, answer=AccountView)
    def read_me(self, caller: Caller) -> Answer:
        """Read one's profile."""
        return _answer(self._accounts.get(whoami(caller).account_id))

    @route(
        "PATCH",
        "/v1/me",
        access=SIGNED_IN,
        body=ProfileChanges,
        answer=AccountView,
        raises=[Stale, ConfirmationNeeded, WrongPassword, TooManyAttempts, TooManyMails],
    )
    def change_me(self, caller: Caller, body: ProfileChanges) -> Answer:
        """Change name, e-mail address, or whether what is due comes by mail.

        Another address counts once it is confirmed by the link that is mailed there; until then the
        profile has the present one. The answer is the same whether another account has the address or not.
        It asks for the password, unless one has just signed in.
        """
        if body.email is not None:
            self._confirm(caller, body.password)
        changes = AccountChanges(body.name, body.email, body.reminders_by_mail)
        account = self._accounts.change(whoami(caller).account_id, changes, if_match())
        if body.email is not None and body.email != account.email:
            self._proofs.ask(account.id, body.email)
        elif body.email is not None:
            self._proofs.withdraw(account.id)
        return _answer(account)

    @route(
        "DELETE",
        "/v1/me",
        access=SIGNED_IN,
        body=Erasure,
        body_required=False,
        answer=ErasureView,
        status=202,
        raises=[ConfirmationNeeded, WrongPassword, TooManyAttempts],
    )
    def erase_me(self, caller: Caller, body: Erasure) -> Answer:
        """Erase one's account.

        It is gone here at once; the other services erase what they hold of it soon after. Asks for the
        password, unless one has just signed in.
        """
        self._confirm(caller, body.password)
        self._accounts.erase(whoami(caller).account_id)
        return Answer(ErasureView(), status=202, headers={"Set-Cookie": clear_header()})

    @route(
        "POST",
        "/v1/me/password",
        access=SIGNED_IN,
        body=PasswordChange,
        status=204,
        raises=[WrongPassword, WeakPassword, TooManyAttempts],
    )
    def change_password(self, caller: Caller, body: PasswordChange) -> Answer:
        """Change one's password and sign the other devices out."""
        me, address = whoami(caller), client_device(request).address
        self._accounts.change_password(me.account_id, me.session_id, body.current, body.new, address)
        return Answer(status=204)

    @route(
        "POST",
        "/v1/me/storage-credentials",
        access=SIGNED_IN,
        answer=StorageCredentialsView,
        status=201,
        idempotent=False,
    )
    def create_storage_credentials(self, caller: Caller) -> StorageCredentialsView:
        """Get temporary AWS credentials for one's own folder."""
        granted, place = self._storage.grant(whoami(caller).account_id)
        return StorageCredentialsView(
            access_key_id=granted.access_key_id,
            secret_access_key=granted.secret_access_key,
            session_token=granted.session_token,
            expires_at=granted.expires_at,
            region=place.region,
            endpoint_url=place.endpoint_url,
            bucket=place.bucket,
            prefix=place.prefix,
        )

    def _confirm(self, caller: Caller, password: str | None) -> None:
        me, address = whoami(caller), client_device(request).address
        self._confirmation.require(me.account_id, me.session_id, password, address)


def _answer(account: Account) -> Answer:
    return Answer(AccountView.of(account), etag=etags.of_version(account.version))
