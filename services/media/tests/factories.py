"""Ready-made things for the tests of the media service."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask.testing import FlaskClient
from PIL import Image

from chassis.accounts import AccountEvents
from chassis.accounts.export import ExportParts
from chassis.clock import Clock, utc_now
from chassis.errors import Transient
from chassis.idempotency.memory import MemoryIdempotency
from chassis.ids import new_id
from chassis.testing import AUDIENCE, ISSUER, FakeClock, Issuer, MemoryExportParts
from chassis.testing.accounts import deleted
from chassis.testing.fuzz_target import FuzzTarget
from media.app import create_app
from media.config import ApiSettings
from media.domain.events import ObjectEvents
from media.domain.examination import FileLimits
from media.domain.malware import MalwareCheck
from media.domain.objects import MediaObject
from media.domain.turns import WorkSlots
from media.errors import RenderingFailed
from media.imaging.prepared import PictureLimits
from media.imaging.render import render
from media.store.memory import MemoryRecords
from media.store.memory_collections import MemoryCollectionItems, MemoryCollections, MemoryGrants
from media.store.memory_files import MemoryFiles, MemoryMultipart
from media.store.memory_releases import MemoryReleases
from media.store.signing import AwsSigningKey, S3SignedUrls
from media.wiring import Stores
from media.worker import Renderers, Work, assemble, exports_of

BUCKET = "media-test"
S3_URL = "https://s3.example.test:8443"


EDGE_KEY_ID = "KTEST"


@cache
def edge_key() -> str:
    """Return the private key that deliveries are signed with."""
    key = rsa.generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def an_owner() -> str:
    """Return a fresh account id."""
    return str(new_id())


def an_object(owner: str = "", /, **changes: Any) -> MediaObject:
    """Return a pending upload of `owner`."""
    clock = FakeClock()
    object_id = changes.pop("id", new_id())
    owner = owner or an_owner()
    values: dict[str, Any] = {
        "id": object_id,
        "owner": owner,
        "key": f"users/{owner}/uploads/{object_id}/cat.jpg",
        "filename": "cat.jpg",
        "content_type": "image/jpeg",
        "size": 1000,
        "created_at": clock.now,
    }
    return MediaObject(**{**values, **changes})


def a_picture(
    size: tuple[int, int] = (80, 60), kind: str = "JPEG", mode: str = "RGB", **options: Any
) -> bytes:
    """Return an encoded picture whose left half is red and right half is blue."""
    picture = Image.new("RGB", size, (200, 30, 30))
    picture.paste((30, 30, 200), (size[0] // 2, 0, size[0], size[1]))
    out = io.BytesIO()
    picture.convert(mode).save(out, kind, **options)
    return out.getvalue()


def sha256(body: bytes) -> str:
    """Return the digest as the API writes it."""
    return hashlib.sha256(body).hexdigest()


class DirectRenderer:
    """Renders in this process; breaks down as often as `failures` says."""

    def __init__(self) -> None:
        self.failures = 0
        self.rendered = 0

    def render(self, source: Path, folder: Path) -> Any:
        if self.failures:
            self.failures -= 1
            raise RenderingFailed("it was told to")
        self.rendered += 1
        return render(source, folder, PictureLimits())


class EdgeWithoutCopies:
    """An edge that remembers what it was told to forget; while `away` is true it cannot be told."""

    def __init__(self) -> None:
        self.away = False
        self.purged: list[str] = []

    def purge(self, paths: Sequence[str]) -> None:
        if self.away:
            raise Transient("The edge is away.")
        self.purged += paths


@dataclass
class World:
    """The whole service in memory: API, worker, stores, and S3 as a client meets it."""

    clock: FakeClock = field(default_factory=FakeClock)
    issuer: Issuer = field(default_factory=Issuer)
    renderer: DirectRenderer = field(default_factory=DirectRenderer)
    limits: FileLimits = field(default_factory=FileLimits)
    turns: WorkSlots = field(default_factory=lambda: WorkSlots(3, 2))
    settings: dict[str, Any] = field(default_factory=dict)
    malware: MalwareCheck | None = None
    edge: EdgeWithoutCopies = field(default_factory=EdgeWithoutCopies)

    def __post_init__(self) -> None:
        from_memory = MemoryRecords(some_events(self.clock))
        self.records = from_memory
        self.files = MemoryFiles(self.clock)
        self.multipart = MemoryMultipart(self.files, self.clock)
        self.links = S3SignedUrls(
            BUCKET, f"{S3_URL}/{BUCKET}", "us-east-1", lambda: AwsSigningKey("AKID", "secret"), self.clock
        )
        self.stores = Stores(
            from_memory,
            from_memory,
            from_memory,
            self.files,
            self.multipart,
            self.links,
            MemoryIdempotency(self.clock.timestamp),
            MemoryReleases(),
            collections := MemoryCollections(from_memory),
            MemoryCollectionItems(from_memory, collections),
            MemoryGrants(from_memory, collections),
            self.edge,
            from_memory.outbox,
        )
        self.work: Work = assemble(
            self.stores,
            Renderers(self.renderer, self.renderer),
            self.limits,
            self.turns,
            self.clock,
            self.malware,
        )
        self.client: FlaskClient = create_app(
            some_settings(**self.settings),
            parts=self.stores,
            verifier=self.issuer.verifier(),
            clock=self.clock,
        ).test_client()

    def headers(self, owner: str) -> dict[str, str]:
        """Return the headers of a signed-in request."""
        return self.issuer.headers(owner)

    def begin(self, owner: str, body: bytes, **changes: Any) -> Any:
        """Begin an upload of `body` and return the answer."""
        wanted = {"filename": "cat.jpg", "content_type": "image/jpeg", "size": len(body)} | changes
        answer = self.client.post("/v1/uploads", json=wanted, headers=self.headers(owner))
        assert answer.status_code == 201, answer.text
        return answer.json

    def post(self, form: Any, body: bytes) -> str:
        """Do what S3 does with a posted form; return the key."""
        fields = form["upload"]["fields"]
        policy = json.loads(base64.b64decode(fields["policy"]))
        assert ["content-length-range", len(body), len(body)] in policy["conditions"]
        self.files.put(fields["key"], body, fields["Content-Type"])
        return str(fields["key"])

    def upload(self, owner: str, body: bytes, **changes: Any) -> str:
        """Upload `body`, let the worker hear of it, and return the object's id."""
        begun = self.begin(owner, body, **changes)
        self.work.intake.reconcile(self.post(begun, body))
        return str(begun["object_id"])

    def erase(self, owner: str) -> None:
        """Let the worker hear that the account was deleted."""
        self.account_events().handle(deleted(owner))

    def account_events(self, parts: ExportParts | None = None) -> AccountEvents:
        """Return what handles the events of accounts, as the worker wires it."""
        exports = exports_of(self.stores, parts or MemoryExportParts(), self.clock)
        return AccountEvents(self.work.eraser, self.stores.idempotency, exports)

    def show(self, owner: str, object_id: str) -> Any:
        """Return the object as the API shows it."""
        return self.client.get(f"/v1/objects/{object_id}", headers=self.headers(owner)).json

    def list(self, owner: str) -> Any:
        """Return the items of the first page."""
        return self.client.get("/v1/objects", headers=self.headers(owner)).json["items"]

    def fetch(self, url: str) -> bytes:
        """Return what a signed address leads to."""
        return self.files.body(key_in(url))


def some_events(clock: Clock = utc_now) -> ObjectEvents:
    """Return what makes the service's events."""
    return ObjectEvents("https://media.example.test", clock)


def key_in(url: str) -> str:
    """Return the key that a signed address names."""
    return unquote(urlsplit(url).path).removeprefix(f"/{BUCKET}/")


def query_of(url: str) -> dict[str, str]:
    """Return the query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def some_settings(**changes: Any) -> ApiSettings:
    """Return settings for tests; how fast an owner may upload is bounded only where a test says so."""
    values: dict[str, Any] = {
        "upload_burst": 100_000,
        "auth_issuer": ISSUER,
        "auth_audience": AUDIENCE,
        "auth_jwks_url": "http://127.0.0.1:9/jwks.json",
        "media_table": "media",
        "media_bucket": BUCKET,
        "s3_public_endpoint_url": S3_URL,
        "edge_key_pair_id": EDGE_KEY_ID,
        "edge_private_key": edge_key(),
    }
    return ApiSettings(**{**values, **changes})


def s3_message(bucket: str, *keys: str) -> str:
    """Return what S3 sends when something is created under `keys`."""
    records = [
        {
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": bucket}, "object": {"key": quote(key, safe="/").replace("%20", "+")}},
        }
        for key in keys
    ]
    return json.dumps({"Records": records})


def fuzz_target() -> FuzzTarget:
    """Return the service in memory, to be called as its document says."""
    world = World()
    app = world.client.application
    return FuzzTarget(app, lambda: world.issuer.headers(scopes=["releases:write"]))
