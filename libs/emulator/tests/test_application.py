"""The middleware and what it wraps, each alone."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace

import pytest

from emulator import ministack_patches
from emulator.application import DurabilityMiddleware
from emulator.dynamodb import Upstream
from emulator.journal import Journal, JournalError
from emulator.sources import Codec, Document, Messages, SessionRows, queues_without_messages
from emulator.state_store import StateStore
from emulator.uploads import UploadRows

CODEC = Codec(json.dumps, json.loads)


class Client:
    """Collects what an ASGI application sends."""

    def __init__(self):
        self.sent = []

    async def send(self, message):
        self.sent.append(message)

    @property
    def status(self):
        return self.sent[0]["status"]


async def nothing():
    return {"type": "http.request"}


def scope(path="/", method="POST", query=b"", **headers):
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": method, "path": path, "query_string": query, "headers": raw}


def ask(middleware, **request):
    client = Client()
    asyncio.run(middleware(scope(**request), nothing, client.send))
    return client


@pytest.fixture
def services():
    return SimpleNamespace(handle_request=None)


class Counter:
    """A source that is saved as often as it is asked, or refuses."""

    def __init__(self, error=None):
        self.commits, self.error = [], error

    def commit(self, names):
        self.commits.append(list(names))
        if self.error:
            raise self.error


def middleware(state, failure=None, touched="messages"):
    """The middleware in front of an application whose one service changes `touched`."""
    module = SimpleNamespace()

    async def handle(*_):
        return 200, {}, b"done"

    module.handle_request = handle
    ministack_patches.note_what_handlers_touch(module, "sqs")

    async def inner(request, _receive, send):
        headers = {"x-amz-target": "AmazonSQS.SendMessage" if touched else "AmazonSQS.GetQueueUrl"}
        await module.handle_request("POST", request["path"], headers, b"{}", {})
        if failure:
            ministack_patches._current.get().failures.append(failure)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})

    return DurabilityMiddleware(inner, state, lambda _: "sqs")


def test_an_answer_leaves_after_its_change_was_saved():
    state = Counter()
    assert ask(middleware(state)).status == 200
    assert state.commits == [["messages"]]


def test_a_read_saves_nothing():
    state = Counter()
    assert ask(middleware(state, touched=None)).status == 200
    assert state.commits == []


@pytest.mark.parametrize("error", [JournalError("full"), OSError("full")])
def test_a_change_that_cannot_be_saved_is_not_acknowledged(error):
    client = ask(middleware(Counter(error)))
    assert client.status == 503
    assert b"done" not in b"".join(message.get("body", b"") for message in client.sent)


def test_an_object_that_is_not_on_disk_is_not_acknowledged():
    assert ask(middleware(Counter(), failure=OSError("no space"))).status == 503


def test_administration_is_closed_and_health_is_open():
    assert ask(middleware(Counter()), path="/_ministack/reset").status == 404
    assert ask(middleware(Counter()), path="/_ministack/health").status == 200


def test_a_request_for_another_service_than_allowed_is_refused():
    assert ask(middleware(Counter()), x_slipway_only="s3").status == 404
    assert ask(middleware(Counter()), x_slipway_only="sqs").status == 200
    form = "application/x-www-form-urlencoded; charset=utf-8"
    assert ask(middleware(Counter()), x_slipway_only="sqs", content_type=form).status == 404


def test_what_is_not_one_aws_signature_is_refused():
    assert ask(middleware(Counter()), authorization="Bearer x").status == 403
    assert ask(middleware(Counter()), authorization="AWS4-HMAC-SHA256 Credential=x").status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT"])
def test_the_front_page_is_for_who_signs(method):
    assert ask(middleware(Counter()), method=method).status == 403
    assert (
        ask(middleware(Counter()), method=method, authorization="AWS4-HMAC-SHA256 Credential=x").status == 200
    )
    assert ask(middleware(Counter()), method=method, query=b"X-Amz-Signature=0a").status == 200
    assert ask(middleware(Counter()), method=method, path="/bucket").status == 200


def test_other_protocols_are_closed():
    client = Client()
    asyncio.run(middleware(Counter())({"type": "websocket"}, nothing, client.send))
    assert client.sent == [{"type": "websocket.close", "code": 1008}]


def test_its_life_begins_with_the_old_state_and_ends_with_everything_saved():
    seen = []
    state = SimpleNamespace(
        restore=lambda: seen.append("restored"),
        commit_all=lambda: seen.append("saved"),
        close=lambda: seen.append("closed"),
    )
    client = Client()
    asyncio.run(DurabilityMiddleware(None, state, lambda _: "")({"type": "lifespan"}, nothing, client.send))
    assert seen == ["restored", "saved", "closed"]
    assert [message["type"] for message in client.sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


def test_events_of_objects_are_delivered_within_the_call():
    fired = []
    s3 = SimpleNamespace(
        _bucket_notifications={"files": "..."},
        _next_event_sequencer=lambda _: "1",
        _fire_s3_event=lambda *args, **more: fired.append((args, more)),
    )
    ministack_patches.announce_objects_before_the_answer(s3)
    s3._fire_s3_event_async("files", "a", "s3:ObjectCreated:Put", size=3, etag="e")
    s3._fire_s3_event_async("silent", "a", "s3:ObjectCreated:Put")
    assert fired == [(("files", "a", "s3:ObjectCreated:Put"), {"sequencer": "1", "size": 3, "etag": "e"})]


def test_an_object_that_kept_its_body_in_memory_is_a_failure():
    s3 = SimpleNamespace(
        _persist_object=lambda _b, _k, record: record.pop("body") if record["fine"] else None
    )
    ministack_patches.report_unwritten_objects(s3)
    with ministack_patches.request_noted() as request:
        s3._persist_object("files", "a", {"body": b"a", "fine": True})
        s3._persist_object("files", "b", {"body": b"b", "fine": False})
    assert [str(failure) for failure in request.failures] == ["files/b is not on disk"]


class Server:
    """A server that gives prepared answers, one connection after another."""

    def __init__(self, *answers):
        self._answers = list(answers)
        self.requests = []

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return Upstream(f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}")

    async def __aexit__(self, *_):
        self._server.close()

    async def _serve(self, reader, writer):
        while self._answers:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            self.requests.append(head + await reader.readexactly(length))
            writer.write(self._answers.pop(0))
            await writer.drain()
        writer.close()


def call(upstream, body=b"{}"):
    headers = {"x-amz-target": "DynamoDB_20120810.GetItem", "x-secret": "no", "host": "elsewhere"}
    return upstream.handle("POST", "/", headers, body, {})


def answer(body=b"{}", status="200 OK", more=""):
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nX-Amz-Crc32: 1\r\n{more}\r\n".encode() + body


def test_calls_share_a_connection_and_pass_only_what_matters():
    async def run():
        server = Server(answer(b"one"), answer(b"two", "400 Bad Request"))
        async with server as upstream:
            found = [await call(upstream), await call(upstream, b"{1}")]
        return server.requests, found

    requests, found = asyncio.run(run())
    assert [(status, body) for status, _, body in found] == [(200, b"one"), (400, b"two")]
    assert found[0][1] == {"x-amz-crc32": "1"}
    assert b"x-amz-target: DynamoDB_20120810.GetItem" in requests[0]
    assert b"x-secret" not in requests[0]
    assert requests[1].endswith(b"{1}")


@pytest.mark.parametrize(
    "broken",
    [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"],
    ids=["no length", "cut short"],
)
def test_a_broken_answer_is_a_reason_to_try_again(broken):
    async def run():
        async with Server(broken) as upstream:
            return await call(upstream)

    status, _, body = asyncio.run(run())
    assert status == 503
    assert json.loads(body)["__type"].endswith("#InternalServerError")


def test_a_server_that_is_away_is_a_reason_to_try_again():
    assert asyncio.run(call(Upstream("http://127.0.0.1:9")))[0] == 503


def test_a_connection_that_is_to_be_closed_is_not_used_again():
    async def run():
        server = Server(answer(more="Connection: close\r\n"))
        async with server as upstream:
            await call(upstream)
            return upstream._idle

    assert asyncio.run(run()) == []


class Scoped:
    """As much of MiniStack's dictionaries as is needed."""

    def __init__(self, data=None):
        self._data = data or {}

    def all_values(self):
        return list(self._data.values())

    def all_items(self):
        return list(self._data.items())


def queue(*messages):
    return {"attributes": {"QueueArn": "arn:q"}, "messages": list(messages)}


def test_messages_are_kept_one_by_one_and_come_back_receivable(tmp_path):
    held = {"id": "1", "receipt_handle": "r", "visible_at": 9e9, "body": "held"}
    waiting = {"id": "2", "receipt_handle": None, "visible_at": 5, "body": "waiting"}
    journal = Journal(tmp_path / "state.sqlite")
    before = SimpleNamespace(_queues=Scoped({"q": queue(held, waiting)}))
    StateStore(journal, {"messages": Messages("messages", CODEC, before)}).commit_all()
    after = SimpleNamespace(_queues=Scoped({"q": queue()}))
    source = Messages("messages", CODEC, after)
    StateStore(journal, {"messages": source}).restore()
    found = after._queues._data["q"]["messages"]
    assert [message["body"] for message in found] == ["held", "waiting"]
    assert found[0]["visible_at"] < 9e9
    assert found[1]["visible_at"] == 5
    after._queues._data["q"]["messages"] = []
    assert {change.payload for change in source.changes()} == {None}


def test_messages_of_a_queue_that_is_gone_are_dropped(tmp_path):
    source = Messages("messages", CODEC, SimpleNamespace(_queues=Scoped()))
    source.restore([("arn:gone\n1", json.dumps({"id": "1"}))])
    assert [change.payload for change in source.changes()] == [None]


def test_sessions_come_back_until_they_expire():
    sts = SimpleNamespace(_sessions={}, _session_expired=lambda session: session["Expiration"] < 10)
    source = SessionRows("sessions", CODEC, sts)
    source.restore([("old", '{"Expiration": 1}'), ("good", '{"Expiration": 99}')])
    assert list(sts._sessions) == ["good"]
    assert [(change.name, change.payload) for change in source.changes()] == [("old", None)]


def test_a_document_is_written_when_it_differs_and_its_service_was_used():
    module = SimpleNamespace(state={"a": 1}, loaded=[])
    module.get_state = lambda: module.state
    module.load_persisted_state = module.loaded.append
    unused = SimpleNamespace(used=lambda _: None)
    assert Document("iam", CODEC, unused).changes() == []
    source = Document("iam", CODEC, SimpleNamespace(used=lambda _: module, load=lambda _: module))
    source.kept(source.changes())
    assert source.changes() == []
    source.restore([("state", '{"a": 2}')])
    assert module.loaded == [{"a": 2}]
    assert len(source.changes()) == 1


def test_queues_are_kept_without_their_messages():
    sqs = SimpleNamespace(_queues=Scoped({"q": queue({"id": "1"})}), _queue_name_to_url={})
    assert queues_without_messages(sqs)["queues"]._data["q"]["messages"] == []
    assert sqs._queues._data["q"]["messages"] == [{"id": "1"}]


def test_parts_of_an_upload_are_files_until_it_is_complete(tmp_path):
    part = {"body": b"bytes", "etag": "e", "last_modified": "now"}
    s3 = SimpleNamespace(_multipart_uploads=Scoped({("0", "u"): {"key": "k", "parts": {1: part}}}))
    journal = Journal(tmp_path / "state.sqlite")
    source = UploadRows("uploads", CODEC, s3, tmp_path / "parts")
    state = StateStore(journal, {"uploads": source})
    state.commit_all()
    (tmp_path / "parts" / "orphan").write_bytes(b"never acknowledged")
    again = SimpleNamespace(_multipart_uploads=Scoped())
    StateStore(journal, {"uploads": UploadRows("uploads", CODEC, again, tmp_path / "parts")}).restore()
    assert again._multipart_uploads._data["0", "u"] == {"key": "k", "parts": {1: part}}
    s3._multipart_uploads._data.clear()
    state.commit_all()
    assert list((tmp_path / "parts").iterdir()) == []
    assert journal.read("uploads") == []


def test_policies_are_parsed_once_per_text():
    parsed = []
    evaluator = SimpleNamespace(parse_policy_document=lambda document: parsed.append(document) or [])
    ministack_patches.parse_policies_once(evaluator)
    for document in ("a", "a", {"b": 1}, {"b": 1}):
        evaluator.parse_policy_document(document)
    assert parsed == ["a", {"b": 1}, {"b": 1}]


def test_only_the_configured_key_is_root():
    evaluator, sts = SimpleNamespace(), SimpleNamespace()
    ministack_patches.check_everybodys_signature(evaluator, sts, "AKIAROOT")
    assert evaluator.is_root_access_key("AKIAROOT")
    assert not evaluator.is_root_access_key("test")
    assert not sts.is_root_access_key("000000000000")
    assert not evaluator._is_root_key("AKIAROOT")
