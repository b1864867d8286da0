"""Where MiniStack has to behave differently for a suite whose state matters.

Its version is pinned with a hash, and the durability tests fail when one of
the names used here is gone.
"""

from __future__ import annotations

import contextvars
import functools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any

from emulator.actions import touched_by

_S3_REQUEST_ID = "x-amz-request-id"  # on answers of S3, not on those that MiniStack gives for all


@dataclass
class Request:
    """What one request did: state it may have changed, and writes that failed."""

    touched: set[str] = field(default_factory=set)
    failures: list[OSError] = field(default_factory=list)


_current: contextvars.ContextVar[Request | None] = contextvars.ContextVar("request", default=None)


@contextmanager
def request_noted() -> Iterator[Request]:
    """Collect what is done inside the block, and in the services it calls."""
    request = Request()
    token = _current.set(request)
    try:
        yield request
    finally:
        _current.reset(token)


def note_failure(error: OSError) -> None:
    """Have the present request answered by "try again", because of `error`."""
    if (request := _current.get()) is not None:
        request.failures.append(error)


def has_failed() -> bool:
    """Say whether the present request is to be tried again."""
    return (request := _current.get()) is not None and bool(request.failures)


def note_what_handlers_touch(module: ModuleType, name: str) -> None:
    """Make the service's one entry point note what each call may change."""
    original = module.handle_request

    async def noting(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any], **more: Any
    ) -> Any:
        answer = await original(method, path, headers, body, query, **more)
        if (request := _current.get()) is not None:
            request.touched |= touched_by(name, method, path, headers, body, query)
        return answer

    module.handle_request = noting  # type: ignore[attr-defined]


def announce_objects_before_the_answer(s3: ModuleType) -> None:
    """Deliver an S3 event within the call that causes it, not in a thread that dies with the process."""

    def fire(bucket: str, key: str, event: str, *args: Any, **kwargs: Any) -> None:
        if bucket in s3._bucket_notifications:
            names = ("size", "etag", "deletion_type")
            given = {**dict(zip(names, args, strict=False)), **kwargs}
            s3._fire_s3_event(bucket, key, event, sequencer=s3._next_event_sequencer(event), **given)

    s3._fire_s3_event_async = fire  # type: ignore[attr-defined]


def report_unwritten_objects(s3: ModuleType) -> None:
    """Note objects that are not on disk, which S3's own code only logs and keeps in memory."""
    original = s3._persist_object

    def persist(bucket: str, key: str, record: Any) -> None:
        original(bucket, key, record)
        unwritten = isinstance(record, dict) and record.get("body") is not None
        if unwritten and (request := _current.get()) is not None:
            request.failures.append(OSError(f"{bucket}/{key} is not on disk"))

    s3._persist_object = persist  # type: ignore[attr-defined]


def check_everybodys_signature(evaluator: ModuleType, sts: ModuleType, root: str) -> None:
    """Make the root user one configured key whose signature is verified like any other.

    MiniStack takes `test` and every account number for root too, and believes
    root without checking; that would leave its buckets open to all who reach it.
    A request without any key stays as it is: S3 decides on those itself.
    """

    def is_root(access_key_id: str) -> bool:
        return access_key_id in ("", root)

    evaluator.is_root_access_key = is_root  # type: ignore[attr-defined]
    sts.is_root_access_key = is_root  # type: ignore[attr-defined]
    evaluator._is_root_key = lambda _: False  # type: ignore[attr-defined]


def know_the_prefix_of_listed_uploads(actions: ModuleType) -> None:
    """Let policies ask for `s3:prefix` where unfinished uploads are listed, as S3 does.

    MiniStack knows it of listed objects only. Source: the service authorization reference of Amazon S3.
    """
    context = actions.s3_service_context

    def of_listings(action: str, *request: Any, **named: Any) -> Any:
        listed = "s3:ListBucket" if action == "s3:ListBucketMultipartUploads" else action
        return context(listed, *request, **named)

    actions.s3_service_context = of_listings  # type: ignore[attr-defined]


def know_protocols(responses: ModuleType) -> None:
    """Tell MiniStack which protocols its services speak.

    It looks that up in botocore while it answers the first call, which takes
    a third of a second and some megabytes.
    """
    query, json10, json11 = ({"protocol": "query"}, _json("1.0"), _json("1.1"))
    known = {
        **dict.fromkeys(("dynamodb", "dynamodbstreams", "sqs"), json10),
        **dict.fromkeys(("kms", "secretsmanager", "ssm"), json11),
        **dict.fromkeys(("iam", "ses", "sns", "sts"), query),
        "s3": {"protocol": "rest-xml"},
    }
    models = {name: SimpleNamespace(metadata=metadata) for name, metadata in known.items()}
    responses._service_model = models.get  # type: ignore[attr-defined]


def _json(version: str) -> dict[str, str]:
    return {"protocol": "json", "jsonVersion": version}


def leave_out_other_front_doors(app: ModuleType) -> None:
    """Take away the many hosts and paths under which MiniStack answers without looking at IAM's service.

    A suite's calls are signed for a service, except e-mails' REST paths, health and preflights. Which pages
    may call is said by a bucket, of itself, and by nothing else.
    """

    async def before_body(
        method: str, path: str, headers: dict[str, str], query: dict[str, Any], request_id: str
    ) -> Any:
        preflight = app._handle_options_request(method, path, headers, query, request_id)
        if preflight is not None and _S3_REQUEST_ID not in preflight[1]:
            return 403, {"Content-Length": "0"}, b""
        return preflight or app._handle_health_request(path, request_id)

    async def after_body(*_: Any) -> None:
        return None

    async def special(*request: Any, **_: Any) -> Any:
        return await app._handle_ses_v2_request(*request)

    app._handle_pre_body_request = before_body  # type: ignore[attr-defined]
    app._handle_post_body_shortcuts = after_body  # type: ignore[attr-defined]
    app._handle_special_data_plane_request = special  # type: ignore[attr-defined]


def parse_policies_once(evaluator: ModuleType) -> None:
    """Remember parsed policies by their text: they are parsed twice per call otherwise."""
    parse = functools.lru_cache(maxsize=1024)(evaluator.parse_policy_document)

    def parse_once(document: str | dict[str, Any]) -> Any:
        return parse(document) if isinstance(document, str) else parse.__wrapped__(document)

    evaluator.parse_policy_document = parse_once  # type: ignore[attr-defined]


def honour_if_range(s3: ModuleType) -> None:
    """Give the whole object where `If-Range` names another state of it, as S3 does; MiniStack ignores it.

    Source: RFC 9110, section 13.1.5. An entity tag is compared strongly, a date must be the object's own.
    """
    original = s3._get_object

    def get(bucket: str, key: str, headers: dict[str, str], query: dict[str, Any] | None = None) -> Any:
        expected = headers.get("if-range")
        if expected and headers.get("range"):
            _, present, _ = s3._head_object(bucket, key, {}, query)
            if expected.strip() not in {present.get("ETag"), present.get("Last-Modified")}:
                headers = {name: value for name, value in headers.items() if name != "range"}
        return original(bucket, key, headers, query)

    s3._get_object = get  # type: ignore[attr-defined]


def verify_checksums_of_forms(s3: ModuleType) -> None:
    """Refuse a posted file whose bytes do not have the form's checksum, as S3 does; MiniStack ignores it.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
    """
    parse, enforce = s3._parse_multipart_form, s3._enforce_signed_post_policy
    posted: contextvars.ContextVar[bytes] = contextvars.ContextVar("posted", default=b"")

    def parsing(content_type: str, body: bytes) -> Any:
        parts = parse(content_type, body)
        posted.set(next((value for name, _, _, value in parts if name == "file"), b""))
        return parts

    def enforcing(fields: dict[str, str], *request: Any) -> Any:
        content = posted.get()
        posted.set(b"")
        refused = enforce(fields, *request)
        named = {name: value for name, value in fields.items() if name.startswith("x-amz-checksum-")}
        return refused or s3._resolve_object_checksums(content, named)[1]

    s3._parse_multipart_form = parsing  # type: ignore[attr-defined]
    s3._enforce_signed_post_policy = enforcing  # type: ignore[attr-defined]
