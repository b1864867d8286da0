"""/v1/email-verifications"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chassis.schemas import Body
from users.domain.address_proofs import LONGEST_TOKEN


class EmailConfirmation(Body):
    """What the link in the mail says after `#token=`."""

    token: Annotated[str, Field(min_length=1, max_length=LONGEST_TOKEN)]
