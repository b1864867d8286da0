"""Puts the emulator together from MiniStack and our parts."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import parse_qs

# Importing MiniStack reads the environment: serve.py sets it before it imports this module.
from ministack import app as ministack
from ministack.core import iam_evaluator
from ministack.core.persistence import _json_default, _json_object_hook
from ministack.core.router import detect_service

from slipway.emulator import adaptation
from slipway.emulator.actions import MESSAGES, SESSIONS, UPLOADS
from slipway.emulator.application import Door
from slipway.emulator.dynamodb import Upstream
from slipway.emulator.journal import Journal
from slipway.emulator.keeper import Keeper, Source
from slipway.emulator.settings import Settings
from slipway.emulator.sources import Codec, Document, Messages, Sessions, queues_without_messages
from slipway.emulator.uploads import Uploads

_DOCUMENTS = ("iam", "kms", "secretsmanager", "ses", "ses_v2", "sns", "ssm")

_CODEC = Codec(
    encode=lambda value: json.dumps(value, default=_json_default, separators=(",", ":")),
    decode=lambda text: json.loads(text, object_hook=_json_object_hook),
)


def build(settings: Settings) -> Door:
    """Return the application, with the state folder open and nothing restored yet."""
    s3 = ministack._get_module("s3")
    adaptation.announce_objects_before_the_answer(s3)
    adaptation.report_unwritten_objects(s3)
    adaptation.check_everybodys_signature(
        iam_evaluator, ministack._get_module("sts"), settings.root_access_key_id
    )
    sources = _sources(settings)
    for name in (*_DOCUMENTS, "s3", "sqs", "sts", "dynamodb"):
        adaptation.note_what_handlers_touch(ministack._get_module(name), name)
    if settings.dynamodb_upstream:
        upstream = Upstream(settings.dynamodb_upstream)
        ministack.SERVICE_HANDLERS["dynamodb"] = upstream.handle
        ministack.SERVICE_HANDLERS["dynamodbstreams"] = upstream.handle
    return Door(ministack.app, Keeper(Journal(settings.journal), sources), _service_of)


def _sources(settings: Settings) -> dict[str, Source]:
    """Return what is kept, in the order in which it is restored: queues before their messages."""
    module = ministack._get_module
    sources: dict[str, Source] = {name: Document(name, _CODEC, module(name)) for name in _DOCUMENTS}
    sources["s3"] = Document("s3", _CODEC, module("s3"))
    sources["sqs"] = Document("sqs", _CODEC, module("sqs"), queues_without_messages(module("sqs")))
    sources[MESSAGES] = Messages(MESSAGES, _CODEC, module("sqs"))
    sources[SESSIONS] = Sessions(SESSIONS, _CODEC, module("sts"))
    sources[UPLOADS] = Uploads(UPLOADS, _CODEC, module("s3"), settings.uploads)
    if not settings.dynamodb_upstream:
        sources["dynamodb"] = Document("dynamodb", _CODEC, module("dynamodb"))
    return sources


def _service_of(scope: MutableMapping[str, Any]) -> str:
    """Return which service MiniStack would give this request to."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    return str(detect_service(scope["method"], scope["path"], headers, query))
