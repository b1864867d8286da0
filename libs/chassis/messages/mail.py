"""Mail by Amazon SES: what a message is, how it is written from templates, and how it goes out.

SES writes a Message-ID of its own, so each message also carries its key as a tag, which comes back in
the events that SES announces about it (`chassis.messages.mail_log` says what they are for).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from chassis.errors import Invalid, Transient
from chassis.stores.aws import translated

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

_KEY = re.compile(r"[A-Za-z0-9_-]{1,200}")
_NEVER = {"MessageRejected", "BadRequestException"}
_LATER = {
    "AccountSuspendedException",
    "LimitExceededException",
    "MailFromDomainNotVerifiedException",
    "NotFoundException",
    "SendingPausedException",
    "TooManyRequestsException",
}
_NOT_REACHED = (EndpointConnectionError, ConnectTimeoutError)
TAG = "mail_key"
"""The tag that carries a message's key."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A message to one person.

    `key` names it for good, the same at every try: 1 to 200 letters, digits, `_` and `-`. Where
    `unsubscribe_url` is given, mail programs unsubscribe by one POST to it (RFC 8058).
    """

    key: str
    to: str
    subject: str
    text: str
    html: str
    unsubscribe_url: str | None = None


class MailRefused(Invalid):
    """The message can never be sent as it is."""


class MailUncertain(Transient):
    """SES was told to send the message and has not answered: it may have gone out."""

    def __init__(self) -> None:
        super().__init__("Whether this mail was sent is not known yet.", retry_after=10)


class Mailer(Protocol):
    """Where messages go out."""

    def send(self, mail: Mail) -> str:
        """Return the transport's id of the message once it has taken it.

        Raises MailRefused, MailUncertain, and Transient when the message has surely not gone out.
        """
        ...


class SesMailer:
    """A Mailer. `sender` is an address, with or without a name; its identity is verified in SES.

    `client` makes each call once (`attempts=1`): a call that is made again may be a second mail.
    """

    def __init__(self, client: SESV2Client, sender: str, configuration_set: str) -> None:
        self._client = client
        self._sender = sender
        self._configuration_set = configuration_set

    def send(self, mail: Mail) -> str:
        message = mime(mail, self._sender).as_bytes()
        with translated("Sending mail"):
            try:
                answer = self._client.send_email(
                    FromEmailAddress=self._sender,
                    Destination={"ToAddresses": [mail.to]},
                    Content={"Raw": {"Data": message}},
                    ConfigurationSetName=self._configuration_set,
                    EmailTags=[{"Name": TAG, "Value": mail.key}],
                )
            except ClientError as error:
                raise _refusal(error) from error
            except _NOT_REACHED:
                raise
            except BotoCoreError as error:  # silence, or half an answer
                raise MailUncertain from error
        return answer["MessageId"]


def _refusal(error: ClientError) -> Exception:
    code = error.response.get("Error", {}).get("Code", "")
    if code in _NEVER:
        return MailRefused(f"The mail was refused: {error.response['Error'].get('Message', code)}")
    if code in _LATER:
        return Transient("Sending mail is not possible at the moment.")
    failed = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500
    return MailUncertain() if failed else error


def mime(mail: Mail, sender: str) -> EmailMessage:
    """Return `mail` as a MIME message. Raises MailRefused for what no header can hold."""
    name, address = parseaddr(sender)
    if not _KEY.fullmatch(mail.key):
        raise MailRefused(f"{mail.key!r} is no key of a mail.")
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = Address(name, addr_spec=address)
        message["To"] = Address(addr_spec=mail.to)
        message["Subject"] = mail.subject
        message["Message-ID"] = f"<{mail.key}@{address.rpartition('@')[2]}>"
        if mail.unsubscribe_url:
            message["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    except (ValueError, IndexError) as error:  # a line break, or what is no address
        raise MailRefused("The mail has a header that cannot be written.") from error
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


@dataclass(frozen=True, slots=True)
class Written:
    """What a template gives."""

    subject: str
    text: str
    html: str


class MailTemplates:
    """Templates in a folder: `NAME.txt.j2`, whose first line is the subject, and `NAME.html.j2`."""

    def __init__(self, folder: Path) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            autoescape=select_autoescape(["html.j2"], default=False),
            keep_trailing_newline=True,
        )

    def write(self, name: str, values: Mapping[str, Any]) -> Written:
        """Return the message that template `name` makes of `values`; a missing value is an error."""
        plain = self._environment.get_template(f"{name}.txt.j2").render(values)
        subject, _, text = plain.partition("\n")
        html = self._environment.get_template(f"{name}.html.j2").render(values)
        return Written(" ".join(subject.split()), text.lstrip("\n"), html)
