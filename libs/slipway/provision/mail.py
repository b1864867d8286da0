"""What mail needs: the domain as an identity that may send, one configuration set, and what is told of it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from slipway.manifest import MAIL_EVENTS
from slipway.provision.naming import Names

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.literals import EventTypeType

log = logging.getLogger(__name__)

_NOT_IMPLEMENTED = 501
_NO_SUCH_ADDRESS = "404"
"""What botocore reads where an emulator does not know a call's path: SES itself gives its errors names."""
_DESTINATION = "mail-events"
_TOLD: tuple[EventTypeType, ...] = ("SEND", "DELIVERY", "BOUNCE", "COMPLAINT")


def ensure_mail(ses: SESV2Client, names: Names, domain: str, *, announced: bool) -> bool:
    """Make the identity `domain` and the configuration set; say whether there is an SES v2 that can send.

    With `announced`, SES tells the topic MAIL_EVENTS what becomes of each mail; the topic exists already.
    Some emulators cannot send, as LocalStack's free edition; some can, and announce nothing.
    """
    try:
        _ensure(ses, names, domain)
    except ClientError as error:
        if _is_unknown(error):
            return False
        raise
    if announced:
        _announce(ses, names)
    return True


def _announce(ses: SESV2Client, names: Names) -> None:
    try:
        _ensure_announced(ses, names)
    except ClientError as error:
        if not _is_unknown(error):
            raise
        log.warning("this SES announces nothing: no service hears of mails that come back")


def _is_unknown(error: ClientError) -> bool:
    """Say whether the emulator does not know the call."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return status == _NOT_IMPLEMENTED or error.response["Error"]["Code"] == _NO_SUCH_ADDRESS


def _ensure(ses: SESV2Client, names: Names, domain: str) -> None:
    try:
        ses.get_email_identity(EmailIdentity=domain)
    except ses.exceptions.NotFoundException:
        ses.create_email_identity(EmailIdentity=domain)
    try:
        ses.get_configuration_set(ConfigurationSetName=names.configuration_set)
    except ses.exceptions.NotFoundException:
        ses.create_configuration_set(ConfigurationSetName=names.configuration_set)


def _ensure_announced(ses: SESV2Client, names: Names) -> None:
    name = names.configuration_set
    found = ses.get_configuration_set_event_destinations(ConfigurationSetName=name)
    if any(one["Name"] == _DESTINATION for one in found.get("EventDestinations", ())):
        return
    ses.create_configuration_set_event_destination(
        ConfigurationSetName=name,
        EventDestinationName=_DESTINATION,
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": _TOLD,
            "SnsDestination": {"TopicArn": names.arn(f"topic/{MAIL_EVENTS}")},
        },
    )
