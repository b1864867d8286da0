"""E-mail addresses: one form to show, one to compare."""

from __future__ import annotations

import email_validator
from email_validator import EmailNotValidError, validate_email

MAX_LENGTH = 254

# Whether mail arrives at a name is for its verification to say. `.test` and `.local` exist where
# this suite is tried out; the library's way to allow them is to empty its list.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()


def trimmed(text: str) -> str:
    """Return what was typed without the white space around it."""
    return text.strip()


def normalise(text: str) -> str:
    """Return the address in its normal form (NFC, domain in lower case); raise ValueError if it is none.

    Spaces around it do not count. Whether mail arrives there is not asked; a domain without a dot is refused.
    """
    try:
        found = validate_email(trimmed(text), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise ValueError(f"is not an e-mail address: {error}") from error
    if "." not in found.domain or found.domain.startswith("["):
        raise ValueError("is not an e-mail address: the part after the @-sign is not a domain")
    if len(found.normalized) > MAX_LENGTH:
        raise ValueError(f"is longer than {MAX_LENGTH} characters")
    return found.normalized


def key(address: str) -> str:
    """Return what two spellings of the same normal address have in common; letters' case does not count."""
    return address.casefold()


def key_of_input(text: str) -> str | None:
    """Return the key of whatever somebody typed, or None for what is no address."""
    try:
        return key(normalise(text))
    except ValueError:
        return None
