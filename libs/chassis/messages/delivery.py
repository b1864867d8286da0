"""One delivery of a message: handed over, and what is to become of it."""

from __future__ import annotations

import json
import logging
import re
from typing import TYPE_CHECKING, Any

from chassis.errors import Problem
from chassis.messages.consumer import Consumer
from chassis.outcomes import Delivery, outcome_of
from chassis.telemetry import metrics, trace_context

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef

log = logging.getLogger(__name__)

_UNSENDABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def deliver(consumer: Consumer, body: str) -> tuple[Delivery, str]:
    """Hand a message over within its trace; return what is to become of it, and why. Never raises."""
    with trace_context.active(trace_context.start(_traceparent(body))):
        delivery, reason = _attempt(consumer, body)
    metrics.MESSAGES.labels(consumer.name, delivery.value).inc()
    return delivery, reason


def dead_letter(client: SQSClient, consumer: Consumer, body: str, reason: str) -> None:
    """Put a message into the dead-letter queue, with the reason as an attribute."""
    attribute: MessageAttributeValueTypeDef = {
        "DataType": "String",
        "StringValue": _UNSENDABLE.sub("\ufffd", reason[:1000]),
    }
    client.send_message(QueueUrl=consumer.dlq_url, MessageBody=body, MessageAttributes={"reason": attribute})


def _attempt(consumer: Consumer, body: str) -> tuple[Delivery, str]:
    try:
        consumer.handle(body)
    except Problem as error:
        delivery = outcome_of(error).delivery
        log.warning(
            "message refused", extra={"queue": consumer.name, "outcome": delivery.value, "reason": str(error)}
        )
        return delivery, f"{type(error).__name__}: {error}"
    except Exception as error:
        log.exception("message failed", extra={"queue": consumer.name})
        return Delivery.RETRY, repr(error)
    return Delivery.ACKNOWLEDGE, ""


def _traceparent(body: str) -> str | None:
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    found = document.get("traceparent") if isinstance(document, dict) else None
    return found if isinstance(found, str) else None
