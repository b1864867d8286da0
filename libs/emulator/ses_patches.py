"""Where MiniStack's SES v2 falls short of SES: headers of raw messages, events of configuration sets, and
whose permission a sender needs.

MiniStack rewrites a raw message sent by API v2 and announces nothing about it. Here such a message is relayed
as it was given, through the code of API v1, and each event destination of its configuration set that is an
SNS topic hears of it, in the format of
https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

from __future__ import annotations

import json
import re
import smtplib
from collections.abc import Callable, Iterator, Mapping
from email.utils import parseaddr
from types import ModuleType
from typing import Any

from emulator.ministack_patches import has_failed, note_failure

_SMTP_SECONDS = 2
_MESSAGE_ID = re.compile(r"<MessageId>([^<]+)</MessageId>")


def send_raw_messages_whole(v1: ModuleType, v2: ModuleType) -> None:
    """Make SendEmail of API v2 keep a raw message's headers, and announce what becomes of it."""
    original = v2.handle_request

    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any], **more: Any
    ) -> Any:
        document = _raw_message(method, path, body)
        if document is None:
            return await original(method, path, headers, body, query, **more)
        refused = _refuse_unknown_set(v2, document)
        return refused or _send(v1, v2, document)

    v1._domain_and_parents = _also_of_one_label(v1._domain_and_parents)  # type: ignore[attr-defined]
    v1._smtp_relay = _deliver(v1)  # type: ignore[attr-defined]
    v2.handle_request = handle  # type: ignore[attr-defined]


def _also_of_one_label(parents: Callable[[str], Iterator[str]]) -> Callable[[str], Iterator[str]]:
    """Let a suite at `localhost` send as `localhost`, which MiniStack takes for a top-level domain."""
    return lambda domain: parents(domain) if "." in domain else iter((domain,))


def judge_senders_by_their_domain(actions: ModuleType) -> None:
    """Let policies name the identity that SendEmail sends as, as SES does; MiniStack judges it on `*`."""
    original = actions._ses_v2_resource_arn

    def resource(method: str, path: str, body: bytes, region: str, account: str) -> str:
        if _is_sending(method, path) and (domain := _senders_domain(body)):
            return f"arn:aws:ses:{region}:{account}:identity/{domain}"
        return str(original(method, path, body, region, account))

    actions._ses_v2_resource_arn = resource  # type: ignore[attr-defined]


def _is_sending(method: str, path: str) -> bool:
    return method == "POST" and path.rstrip("/").endswith("/v2/email/outbound-emails")


def _senders_domain(body: bytes) -> str:
    try:
        return parseaddr(json.loads(body)["FromEmailAddress"])[1].rpartition("@")[2].lower()
    except (ValueError, KeyError, TypeError):
        return ""


def _deliver(v1: ModuleType) -> Callable[[str, list[str], str], None]:
    """Hand a mail on before its call is answered; MiniStack does so later and loses it without a word.

    Everything else waits meanwhile, for the few milliseconds that a mailbox on this machine takes.
    """

    def relay(source: str, recipients: list[str], message: str) -> None:
        endpoint = v1._parse_smtp_host()
        if endpoint is None:
            return
        try:
            host, port = endpoint
            with smtplib.SMTP(host, port, timeout=_SMTP_SECONDS) as connection:
                connection.sendmail(source, recipients, message.encode())
        except OSError as error:
            note_failure(OSError(f"a mail was not taken: {error}"))

    return relay


def _raw_message(method: str, path: str, body: bytes) -> Any:
    """Return what SendEmail was given, if it is a raw message."""
    if not _is_sending(method, path):
        return None
    try:
        document = json.loads(body)
        return document if document["Content"]["Raw"]["Data"] else None
    except (ValueError, KeyError, TypeError):
        return None


def _refuse_unknown_set(v2: ModuleType, document: Any) -> Any:
    name = document.get("ConfigurationSetName")
    return v2._missing_config_set(name) if name and name not in v2._config_sets else None


def _send(v1: ModuleType, v2: ModuleType, document: Any) -> Any:
    recipients = _recipients(document)
    parameters = {
        "RawMessage.Data": [document["Content"]["Raw"]["Data"]],
        "Source": [document.get("FromEmailAddress", "")],
        **{f"Destinations.member.{number}": [one] for number, one in enumerate(recipients, 1)},
    }
    status, _, answer = v1._send_raw_email(parameters)
    text = answer.decode() if isinstance(answer, bytes) else str(answer)
    found = _MESSAGE_ID.search(text)
    if status != 200 or not found:
        message = re.search(r"<Message>([^<]*)</Message>", text)
        return v2._json_err("MessageRejected", message.group(1) if message else "The message was rejected.")
    if not has_failed():
        _announce(v1, v2, document, found.group(1), recipients)
    return v2.json_response({"MessageId": found.group(1)})


def _recipients(document: Any) -> list[str]:
    to = document.get("Destination", {})
    return [one for kind in ("ToAddresses", "CcAddresses", "BccAddresses") for one in to.get(kind, ())]


def _announce(v1: ModuleType, v2: ModuleType, document: Any, message_id: str, recipients: list[str]) -> None:
    configured = v2._config_sets.get(document.get("ConfigurationSetName", "")) or {}
    mail = {
        "timestamp": v2.now_iso(),
        "source": document.get("FromEmailAddress", ""),
        "messageId": message_id,
        "destination": recipients,
        "tags": {tag["Name"]: [tag["Value"]] for tag in document.get("EmailTags", ())},
    }
    for kind, detail in _events(v1, recipients, mail["timestamp"]):
        for destination in (configured.get("EventDestinations") or {}).values():
            topic = (destination.get("SnsDestination") or {}).get("TopicArn")
            if topic and destination.get("Enabled") and kind.upper() in destination["MatchingEventTypes"]:
                v1._publish_notification(topic, {"eventType": kind, "mail": mail, **detail})


def _events(v1: ModuleType, recipients: list[str], now: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield what becomes of a message; the addresses of SES's mailbox simulator bounce and complain."""
    yield "Send", {"send": {}}
    for recipient in recipients:
        local, _, domain = recipient.partition("@")
        outcomes = (("Delivery", None),)
        if domain.lower() == v1._SIMULATOR_DOMAIN:
            outcomes = v1._SIMULATOR_OUTCOMES.get(local.lower().partition("+")[0], outcomes)
        for kind, subtype in outcomes:
            yield kind, v1._notification_detail(kind, recipient, now, subtype)
