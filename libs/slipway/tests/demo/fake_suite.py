"""A suite in memory that answers as the contract says, and can be told to be wrong in one way."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from dataclasses import dataclass, field
from typing import Any

import requests
from botocore.exceptions import ClientError
from flask import Flask, Response, request
from PIL import Image
from requests.adapters import BaseAdapter
from werkzeug.test import Client

REQUEST_ID = "fake-request-id"


@dataclass
class Holdings:
    """What one account has."""

    email: str = ""
    todos: list[dict[str, Any]] = field(default_factory=list)
    objects: list[dict[str, Any]] = field(default_factory=list)
    by_key: dict[str, dict[str, Any]] = field(default_factory=dict)
    reads: int = 0


class FakeSuite:
    """The calls that the demonstration makes. `wrong` names the one thing that is done wrongly."""

    def __init__(self, wrong: str = "") -> None:
        self.wrong = wrong
        self.accounts: dict[str, Holdings] = {}
        self.closed: list[str] = []
        self.stored: dict[str, bytes] = {}
        self.app = Flask("fake-suite")
        for method, path, view in (
            ("GET", "/livez", lambda: {"status": "ok"}),
            ("POST", "/v1/accounts", self._sign_up),
            ("POST", "/v1/sessions", self._sign_in),
            ("GET", "/v1/me", self._me),
            ("DELETE", "/v1/me", self._close),
            ("POST", "/v1/me/storage-credentials", self._credentials),
            ("GET", "/v1/todos", self._list),
            ("POST", "/v1/todos", self._write),
            ("GET", "/v1/todos/<todo_id>", self._read),
            ("PATCH", "/v1/todos/<todo_id>", self._change),
            ("POST", "/v1/uploads", self._ask),
            ("POST", "/bucket", self._take),
            ("GET", "/bucket", self._list_bucket),
            ("GET", "/v1/objects", self._objects),
            ("GET", "/v1/objects/<object_id>", self._object),
            ("GET", "/files/<owner>/<name>", self._file),
            ("POST", "/v1/me/exports", self._export),
            ("GET", "/v1/me/exports/<export_id>", self._exported),
        ):
            self.app.add_url_rule(path, f"{method} {path}", view, methods=[method])

    def session(self) -> requests.Session:
        """Return a requests session whose every call ends here."""
        session = requests.Session()
        session.mount("https://", _ToWsgi(self.app))
        return session

    def connect(self, _address: object, given: dict[str, Any]) -> FakeStorage:
        """Return storage for the account of the credentials."""
        return FakeStorage(self, given["access_key_id"])

    @property
    def _caller(self) -> str:
        return request.headers.get("Authorization", "").removeprefix("Bearer ")

    @property
    def _mine(self) -> Holdings:
        return self.accounts[self._caller]

    def _sign_up(self) -> Any:
        identifier = str(uuid.uuid4())
        self.accounts[identifier] = Holdings(request.json["email"])
        return {"id": identifier, "email": request.json["email"], "name": request.json["name"]}, 201

    def _sign_in(self) -> Any:
        return {"access_token": list(self.accounts)[-1], "expires_in": 600}, 201

    def _me(self) -> Any:
        return _problem(401) if self._caller in self.closed else {"id": self._caller}

    def _close(self) -> Any:
        self.closed.append(self._caller)
        if self.wrong != "nothing is erased":
            self.accounts[self._caller] = Holdings()
            kept = "/archive" if self.wrong == "archives are not erased" else "nothing"
            self.stored = {
                key: body
                for key, body in self.stored.items()
                if self._caller not in key or key.endswith(kept)
            }
        return {}, 202

    def _credentials(self) -> Any:
        return {
            "access_key_id": self._caller,
            "bucket": "bucket",
            "endpoint_url": "https://s3.fake.test",
            "prefix": f"users/{self._caller}/",
            "expires_at": "soon",
        }, 201

    def _list(self) -> Any:
        self._mine.reads += 1
        response = Response(json.dumps({"items": self._mine.todos, "next_cursor": None}))
        response.set_etag(str(hash(response.get_data())))
        hit = self._mine.reads > 1 and self.wrong != "the cache is cold"
        response.headers["X-Cache"] = "hit" if hit else "miss"
        return response.make_conditional(request)

    def _write(self) -> Any:
        key = request.headers.get("Idempotency-Key")
        if key in self._mine.by_key and self.wrong != "keys are ignored":
            return self._mine.by_key[key], 201
        todo = {"id": str(uuid.uuid4()), "title": request.json["title"], "done": False, "version": 1}
        self._mine.todos.append(todo)
        if key:
            self._mine.by_key[key] = todo
        return todo, 201

    def _todo(self, todo_id: str) -> dict[str, Any]:
        return next(todo for todo in self._mine.todos if todo["id"] == todo_id)

    def _read(self, todo_id: str) -> Any:
        todo = self._todo(todo_id)
        return todo, 200, {"ETag": f'"{todo["version"]}"'}

    def _change(self, todo_id: str) -> Any:
        todo = self._todo(todo_id)
        if request.headers["If-Match"] != f'"{todo["version"]}"' and self.wrong != "stale changes are taken":
            return _problem(412)
        todo.update(request.json, version=todo["version"] + 1)
        return todo

    def _ask(self) -> Any:
        key = f"users/{self._caller}/{request.json['filename']}"
        self.take(key)
        fields = {"url": "https://s3.fake.test/bucket", "fields": {"key": key}}
        return {"object_id": self._mine.objects[-1]["id"], "upload": fields}, 201

    def _take(self) -> Any:
        if self.wrong == "storage refuses":
            return Response("<Error>EntityTooLarge</Error>", 400, {"X-Request-Id": REQUEST_ID})
        self.stored[request.form["key"]] = request.files["file"].read()
        return "", 204

    def _list_bucket(self) -> Any:
        return ("<ListBucketResult/>", 200) if self.wrong == "folders are open" else _problem(403)

    def take(self, key: str) -> None:
        """List a file with three upright thumbnails."""
        owner = key.split("/")[1]
        thumbnails = []
        for number, name in enumerate(("small", "medium", "large"), start=1):
            self.stored[f"{owner}/{name}"] = self._thumbnail(30 * number, 40 * number)
            url = f"https://s3.fake.test/files/{owner}/{name}"
            size = {"width": 30 * number, "height": 40 * number}
            thumbnails.append({"name": name, "content_type": "image/jpeg", "url": url, **size})
        self.accounts[owner].objects.append(
            {
                "id": str(uuid.uuid4()),
                "filename": key.rpartition("/")[2],
                "status": "rejected" if self.wrong == "the photograph is rejected" else "ready",
                "reason": "too blue",
                "width": 300,
                "height": 400,
                "url": f"https://s3.fake.test/files/{owner}/small",
                "thumbnails": thumbnails[: 2 if self.wrong == "one thumbnail is missing" else 3],
            }
        )

    def _thumbnail(self, width: int, height: int) -> bytes:
        told = {"comment": b"taken at home"} if self.wrong == "thumbnails tell the place" else {}
        size = (height, width) if self.wrong == "thumbnails lie on their side" else (width, height)
        buffer = io.BytesIO()
        Image.new("RGB", size).save(buffer, "JPEG", **told)
        return buffer.getvalue()

    def _objects(self) -> Any:
        return {"items": self._mine.objects, "next_cursor": None}

    def _object(self, object_id: str) -> Any:
        return next(found for found in self._mine.objects if found["id"] == object_id)

    def _export(self) -> Any:
        return {"id": "export", "status": "pending"}, 202

    def _exported(self, export_id: str) -> Any:
        if self.wrong == "the export never ends":
            return {"id": export_id, "status": "pending"}
        if self.wrong == "the export fails":
            return {"id": export_id, "status": "failed"}
        self.stored[f"{self._caller}/archive"] = self._archive()
        url = f"https://s3.fake.test/files/{self._caller}/archive"
        return {"id": export_id, "status": "ready", "url": url}

    def _archive(self) -> bytes:
        if self.wrong == "the archive is a page":
            return b"<html>"
        email = "ben@example.com" if self.wrong == "the archive is another's" else self._mine.email
        todos = [] if self.wrong == "to-dos are not exported" else self._mine.todos
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("users.json", json.dumps({"profile": [{"email": email}]}))
            archive.writestr("todos.json", json.dumps({"todos": todos}))
            for key, body in self.stored.items():
                if key.startswith(f"users/{self._caller}/") and self.wrong != "files are not exported":
                    archive.writestr(f"media/{key}", body)
        return buffer.getvalue()

    def _file(self, owner: str, name: str) -> Any:
        body = self.stored.get(f"{owner}/{name}")
        return _problem(404) if body is None else Response(body, content_type="image/jpeg")


class FakeStorage:
    """S3 as one account sees it."""

    def __init__(self, suite: FakeSuite, owner: str) -> None:
        self._suite = suite
        self._owner = owner

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str = "") -> None:  # noqa: N803
        self._check(Key, "PutObject")
        self._suite.stored[Key] = Body
        if ContentType and self._suite.wrong != "put files do not appear":
            self._suite.take(Key)

    def get_object(self, *, Bucket: str, Key: str) -> None:  # noqa: N803
        self._check(Key, "GetObject")

    def delete_object(self, *, Bucket: str, Key: str) -> None:  # noqa: N803
        self._check(Key, "DeleteObject")

    def list_objects_v2(self, *, Bucket: str, Prefix: str) -> None:  # noqa: N803
        self._check(Prefix, "ListObjectsV2")

    def _check(self, key: str, operation: str) -> None:
        if not key.startswith(f"users/{self._owner}/") and self._suite.wrong != "folders are open":
            document: Any = {
                "Error": {"Code": "AccessDenied", "Message": "no"},
                "ResponseMetadata": {"HTTPStatusCode": 403},
            }
            raise ClientError(document, operation)


class _ToWsgi(BaseAdapter):
    """Hands requests to a WSGI application."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self._client = Client(app)

    def send(self, request: requests.PreparedRequest, **_options: Any) -> requests.Response:
        came = self._client.open(
            request.path_url,
            method=str(request.method),
            headers=dict(request.headers),
            data=request.body or b"",
        )
        response = requests.Response()
        response.status_code = came.status_code
        response.headers.update(dict(came.headers))
        response.raw = io.BytesIO(came.get_data())
        response.request, response.url = request, str(request.url)
        return response

    def close(self) -> None:
        """Nothing is open."""


def _problem(status: int) -> Any:
    return {"detail": "no", "status": status}, status, {"X-Request-Id": REQUEST_ID}
