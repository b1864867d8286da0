"""/v1/subscribers"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from blog.domain.subscriber import LONGEST_ADDRESS, checked_address
from chassis.schemas import Body, Query, Text

LONGEST_TOKEN = 200

EmailAddress = Annotated[
    Text, Field(min_length=3, max_length=LONGEST_ADDRESS), AfterValidator(checked_address)
]
Token = Annotated[Text, Field(min_length=1, max_length=LONGEST_TOKEN)]


class SubscriberBody(Body):
    """Who wants to hear of new posts."""

    email: EmailAddress


class ConfirmationBody(Body):
    """What the link in the mail says after `#token=`."""

    token: Token


class UnsubscriptionQuery(Query):
    """Where a mail program says it."""

    token: Token | None = None


class UnsubscriptionBody(Body):
    """What the link in the mail says after `#token=`, unless the address says it."""

    token: Token | None = None
