"""What mail needs: the domain as an identity that may send, and one configuration set for all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from slipway.provision.naming import Names

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

_NOT_IMPLEMENTED = 501


def ensure_mail(ses: SESV2Client, names: Names, domain: str) -> bool:
    """Make the identity `domain` and the configuration set; say whether there is an SES v2 that can send.

    LocalStack's free edition has none.
    """
    try:
        _ensure(ses, names, domain)
    except ClientError as error:
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == _NOT_IMPLEMENTED:
            return False
        raise
    return True


def _ensure(ses: SESV2Client, names: Names, domain: str) -> None:
    try:
        ses.get_email_identity(EmailIdentity=domain)
    except ses.exceptions.NotFoundException:
        ses.create_email_identity(EmailIdentity=domain)
    try:
        ses.get_configuration_set(ConfigurationSetName=names.configuration_set)
    except ses.exceptions.NotFoundException:
        ses.create_configuration_set(ConfigurationSetName=names.configuration_set)
