"""Puts the emulator together from MiniStack and our parts."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs

# Importing MiniStack reads the environment: serve.py sets it before it imports this module.
from ministack import app as ministack
from ministack.core import iam_actions, iam_evaluator, responses
from ministack.core.persistence import _json_default, _json_object_hook
from ministack.core.router import detect_service

from emulator import ministack_patches, senders, ses_patches, stream_patches
from emulator.actions import MESSAGES, SESSIONS, UPLOADS
from emulator.application import DurabilityMiddleware
from emulator.body_spool import BodySpool
from emulator.dynamodb import Upstream
from emulator.journal import Journal
from emulator.large_bodies import LargeBodies
from emulator.settings import EmulatorSettings
from emulator.sources import Codec, Document, Messages, SessionRows, queues_without_messages
from emulator.state_store import Source, StateStore
from emulator.tables_first import TablesFirst
from emulator.uploads import UploadRows

_DOCUMENTS = ("iam", "kms", "secretsmanager", "ses", "ses_v2", "sns", "ssm")
_CODEC = Codec(
    encode=lambda value: json.dumps(value, default=_json_default, separators=(",", ":")),
    decode=lambda text: json.loads(text, object_hook=_json_object_hook),
)


class _Services:
    """MiniStack's modules, adapted as they are imported."""

    def __init__(self) -> None:
        self._import = ministack._get_module
        self._adapted: dict[str, ModuleType] = {}

    def used(self, name: str) -> ModuleType | None:
        return self._adapted.get(name)

    def load(self, name: str) -> ModuleType:
        if name not in self._adapted:
            module = self._import(name)
            if name == "ses_v2":
                ses_patches.send_raw_messages_whole(self.load("ses"), module)
            ministack_patches.note_what_handlers_touch(module, name)
            self._adapted[name] = module
        return self._adapted[name]


def build(settings: EmulatorSettings) -> DurabilityMiddleware:
    """Return the application, with the state folder open and nothing restored yet."""
    services = _Services()
    ministack._get_module = services.load
    s3 = services.load("s3")
    ministack_patches.announce_objects_before_the_answer(s3)
    ministack_patches.report_unwritten_objects(s3)
    ministack_patches.honour_if_range(s3)
    ministack_patches.verify_checksums_of_forms(s3)
    root_key = settings.root_access_key_id
    ministack_patches.check_everybodys_signature(iam_evaluator, services.load("sts"), root_key)
    ministack_patches.parse_policies_once(iam_evaluator)
    ministack_patches.know_the_prefix_of_listed_uploads(iam_actions)
    stream_patches.judge_readers_by_their_stream(iam_actions)
    ses_patches.judge_senders_by_their_domain(iam_actions)
    ministack_patches.know_protocols(responses)
    ministack_patches.leave_out_other_front_doors(ministack)
    if settings.dynamodb_upstream:
        upstream = Upstream(settings.dynamodb_upstream)
        ministack.SERVICE_HANDLERS["dynamodb"] = upstream.handle
        ministack.SERVICE_HANDLERS["dynamodbstreams"] = upstream.handle
    store = StateStore(Journal(settings.journal), _sources(services, settings))
    spool = BodySpool(settings.bodies, settings.largest_body, settings.large_bodies)
    files_in_turn = TablesFirst(ministack.app, _service_of, settings.small_body)
    application = LargeBodies(
        files_in_turn, senders.of_headers, senders.of_form, senders.is_told, spool, settings.small_body
    )
    return DurabilityMiddleware(application, store, _service_of)


def _sources(services: _Services, settings: EmulatorSettings) -> dict[str, Source]:
    """Return what is kept, in the order in which it is restored: queues before their messages."""
    sources: dict[str, Source] = {name: Document(name, _CODEC, services) for name in (*_DOCUMENTS, "s3")}
    sources["sqs"] = Document("sqs", _CODEC, services, queues_without_messages)
    sources[MESSAGES] = Messages(MESSAGES, _CODEC, services.load("sqs"))
    sources[SESSIONS] = SessionRows(SESSIONS, _CODEC, services.load("sts"))
    sources[UPLOADS] = UploadRows(UPLOADS, _CODEC, services.load("s3"), settings.uploads)
    if not settings.dynamodb_upstream:
        sources["dynamodb"] = Document("dynamodb", _CODEC, services)
    return sources


def _service_of(scope: MutableMapping[str, Any]) -> str:
    """Return which service MiniStack would give this request to."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    return str(detect_service(scope["method"], scope["path"], headers, query))
