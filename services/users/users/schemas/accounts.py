"""/v1/accounts"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from chassis.schemas import Body, Line, Time, View
from users.domain import emails
from users.domain.password_policy import MAX_LENGTH, MIN_LENGTH
from users.domain.records import Account


def _stripped(value: str) -> str:
    stripped = value.strip()
    if not stripped:
        raise ValueError("must not be blank")
    return stripped


TypedEmail = Annotated[
    str,
    Field(min_length=1, max_length=emails.MAX_LENGTH, examples=["ada@example.com"]),
    AfterValidator(emails.trimmed),
]
Email = Annotated[TypedEmail, AfterValidator(emails.normalise)]
Name = Annotated[
    Line, Field(min_length=1, max_length=100, examples=["Ada Lovelace"]), AfterValidator(_stripped)
]
NewPassword = Annotated[str, Field(min_length=MIN_LENGTH, max_length=MAX_LENGTH)]
Password = Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]


class SignUp(Body):
    """A new account."""

    email: Email
    password: NewPassword
    name: Name


class AccountView(View):
    """An account as its owner sees it."""

    id: UUID
    email: str
    name: str
    email_verified: bool
    reminders_by_mail: bool = Field(
        description="Whether what is due is mailed to the address, once that is confirmed."
    )
    created_at: Time

    @classmethod
    def of(cls, account: Account) -> AccountView:
        """Return the view of `account`."""
        return cls(
            id=account.id,
            email=account.email,
            name=account.name,
            email_verified=account.email_verified,
            reminders_by_mail=account.reminders_by_mail,
            created_at=account.created_at,
        )
