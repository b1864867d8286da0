"""/v1/reminders"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chassis.schemas import Query, Text
from users.domain.reminders import LONGEST_TOKEN


class ReminderToken(Query):
    """What the link in a mail carries."""

    token: Annotated[Text, Field(min_length=1, max_length=LONGEST_TOKEN)]
