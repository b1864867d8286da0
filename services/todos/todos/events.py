"""What the service does with events of others."""

from __future__ import annotations

import logging

from chassis.errors import FieldError, Invalid
from chassis.messages.events import parse
from todos.domain.erasure import Erasure

log = logging.getLogger(__name__)

ACCOUNT_DELETED = "users.account.deleted.v1"


class AccountEvents:
    """Handles the events of users. Each may come twice, late, or out of order."""

    def __init__(self, erasure: Erasure) -> None:
        self._erasure = erasure

    def handle(self, body: str) -> None:
        """Deal with one message; other types are ignored. Raises Invalid for what is no event."""
        event = parse(body)
        if event.type != ACCOUNT_DELETED:
            log.info("event ignored", extra={"type": event.type})
            return
        if not event.subject or len(event.subject) > 255:
            message = "must be the id of the deleted account"
            raise Invalid("The event names no account.", [FieldError("/subject", message)])
        self._erasure.erase(event.subject)
