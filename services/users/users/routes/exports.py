"""Being handed over all that the services hold of one."""

from __future__ import annotations

from uuid import UUID

from flask import request

from chassis.http.routing import Answer, Routes, route
from chassis.idempotency.keys import resource_id
from chassis.identity.auth import SIGNED_IN, Caller
from users.authentication import whoami
from users.domain.confirmation import Confirmation
from users.domain.exports import Exports
from users.errors import (
    ConfirmationNeeded,
    ExportNotFound,
    ExportPending,
    TooManyAttempts,
    TooManyExports,
    WrongPassword,
)
from users.routes.device import client_device
from users.schemas.exports import ExportRequest, ExportView


class ExportRoutes(Routes):
    """Exports of the caller's own account."""

    tag = "exports"

    def __init__(self, exports: Exports, confirmation: Confirmation) -> None:
        self._exports = exports
        self._confirmation = confirmation

    @route(
        "POST",
        "/v1/me/exports",
        access=SIGNED_IN,
        body=ExportRequest,
        body_required=False,
        answer=ExportView,
        status=202,
        raises=[
            ConfirmationNeeded,
            WrongPassword,
            TooManyAttempts,
            ExportPending,
            TooManyExports,
        ],
    )
    def create_export(self, caller: Caller, body: ExportRequest) -> Answer:
        """Ask for everything that the services hold of one's account.

        The archive is there within minutes: one JSON file for each service, and the files themselves. It asks
        for the password, unless one has just signed in.
        """
        me, address = whoami(caller), client_device(request).address
        self._confirmation.require(me.account_id, me.session_id, body.password, address)
        export = self._exports.request(resource_id(), me.account_id)
        return Answer(ExportView.of(export), status=202, location=f"/v1/me/exports/{export.id}")

    @route(
        "GET",
        "/v1/me/exports/<uuid:export_id>",
        access=SIGNED_IN,
        answer=ExportView,
        raises=[ExportNotFound],
    )
    def read_export(self, caller: Caller, export_id: UUID) -> ExportView:
        """Read how far an export is; once it is ready, its address, which is good for a short while."""
        export = self._exports.get(whoami(caller).account_id, export_id)
        return ExportView.of(export, self._exports.address(export))
