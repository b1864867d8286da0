"""Showing that an e-mail address is one's own."""

from __future__ import annotations

from chassis.http.routing import Answer, Routes, route
from chassis.identity.auth import PUBLIC, SIGNED_IN, Caller
from users.authentication import whoami
from users.domain.address_proofs import AddressProofs
from users.errors import EmailTaken, ProofRefused, TooManyMails
from users.schemas.email_verifications import EmailConfirmation


class EmailVerificationRoutes(Routes):
    """Links by mail, and what they are worth."""

    tag = "email verifications"

    def __init__(self, proofs: AddressProofs) -> None:
        self._proofs = proofs

    @route("POST", "/v1/email-verifications", access=SIGNED_IN, status=202, raises=[TooManyMails])
    def send_verification(self, caller: Caller) -> Answer:
        """Have a link mailed that confirms one's address.

        It goes to the new address that one has asked for, else to the present one; nothing is sent when that
        is confirmed already. Earlier links are void.
        """
        self._proofs.ask_again(whoami(caller).account_id)
        return Answer(status=202)

    @route(
        "POST",
        "/v1/email-verifications/confirm",
        access=PUBLIC,
        body=EmailConfirmation,
        status=204,
        raises=[ProofRefused, EmailTaken],
    )
    def confirm_email(self, body: EmailConfirmation) -> Answer:
        """Confirm an address by the token in the mail's link; the account has it from now on."""
        self._proofs.confirm(body.token)
        return Answer(status=204)
