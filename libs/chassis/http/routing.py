"""Routes: a class per noun, a decorated method per call; each says who may call it.

A method parses nothing: it receives what it declares (`caller`, `body`, `query` and the
path's parameters), calls one thing, and returns a View or an Answer.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

from flask import Flask, Response, request
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from chassis.accounts import AccountGate
from chassis.errors import FieldError, Invalid, Malformed, NotFound, Problem, Unauthenticated
from chassis.http import etags
from chassis.http.fast_path import FastPath, FoundRoute
from chassis.idempotency.keys import Keys
from chassis.identity.auth import Access, Caller, TokenVerifier, check_access
from chassis.jsonpointer import MOST_ERRORS, invalid, pointer
from chassis.schemas import Body, Query
from chassis.turns import Turns

Handler = TypeVar("Handler", bound=Callable[..., Any])

_FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
_CHARSETS = {"utf-8", "utf8", "us-ascii"}

LONGEST_NAME = 200
"""Most characters of a text in a path: no resource has a longer name, and stores refuse long keys."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is more than a 200 with a view.

    `body` is a view, ready-made bytes, or None for no content; `etag` includes its quotes.
    """

    body: BaseModel | bytes | None = None
    status: int = 200
    etag: str | None = None
    location: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The declaration of one call; read by the dispatcher, OpenAPI and the structure tests."""

    method: str
    path: str
    access: Access
    query: type[Query] | None
    body: type[Body] | None
    body_required: bool
    takes_forms: bool
    answer: type[BaseModel] | None
    status: int
    idempotent: bool
    raises: tuple[type[Problem], ...]
    cache_control: str
    media_type: str = "application/json"
    cached: Callable[..., str] | None = None
    checks_account: bool = False
    name: str = ""
    summary: str = ""
    tag: str = ""


class Routes:
    """Base of a noun's routes; `tag` groups them in the API's documentation."""

    tag = ""


def route(
    method: str,
    path: str,
    *,
    access: Access,
    query: type[Query] | None = None,
    body: type[Body] | None = None,
    body_required: bool = True,
    takes_forms: bool = False,
    answer: type[BaseModel] | None = None,
    status: int = 200,
    idempotent: bool | None = None,
    raises: Sequence[type[Problem]] = (),
    cache_control: str | None = None,
    media_type: str = "application/json",
    cached: Callable[..., str] | None = None,
    checks_account: bool = False,
) -> Callable[[Handler], Handler]:
    """Declare that the decorated method answers `method path`.

    `path` is Flask's (`/v1/todos/<uuid:todo_id>`). A POST honours `Idempotency-Key`
    unless `idempotent=False`. `status` is the documented success status. Where the body is
    not required, a request without one is taken for an empty object; so is a form where `takes_forms`, for
    programs that send a form by their own standard and say everything in the address.

    A `media_type` other than JSON is for an answer whose body is bytes.

    `cached` is for a GET that is answered from the caller's part of the service's cache: it is given what
    the method is given, except the caller, and returns the field under which `cached.pack` has put the
    answer there. The answer has an `X-Cache` header; repeats are served before Flask (fast_path.py).

    `checks_account` is for a method that answers only once its store has proven that the caller's account is
    not erased, and raises AccountErased else: the account is then asked about only where the call fails.
    """
    if cached is not None and (method != "GET" or access.public):
        raise ValueError(f"{method} {path}: only what a GET answers to a known caller can be `cached`")
    declared = Route(
        method=method,
        path=path,
        access=access,
        query=query,
        body=body,
        body_required=body_required,
        takes_forms=takes_forms,
        answer=answer,
        status=status,
        idempotent=method == "POST" if idempotent is None else idempotent,
        raises=tuple(raises),
        media_type=media_type,
        cache_control=cache_control or ("no-cache" if access.public else "private, no-cache"),
        cached=cached,
        checks_account=checks_account,
    )

    def declare(handler: Handler) -> Handler:
        handler.__route__ = declared  # type: ignore[attr-defined]  # functions have attributes
        return handler

    return declare


def declared_routes(routes: Routes) -> list[tuple[Route, Callable[..., Any]]]:
    """Return each route of `routes` with its bound method, in the order they are written."""
    found = []
    for name in vars(type(routes)):
        handler = getattr(routes, name)
        declared = getattr(handler, "__route__", None)
        if isinstance(declared, Route):
            summary = (inspect.getdoc(handler) or name).split("\n", 1)[0].rstrip(".")
            values = {key: getattr(declared, key) for key in declared.__slots__}
            values.update(name=name, summary=summary, tag=routes.tag)
            found.append((Route(**values), handler))
    return found


class Dispatcher:
    """Registers routes on an app, and does for each call what every call needs."""

    def __init__(
        self,
        app: Flask,
        verifier: TokenVerifier,
        keys: Keys | None,
        gate: AccountGate | None = None,
        fast_path: FastPath | None = None,
        changes: Turns | None = None,
        may_change: Callable[[str], None] | None = None,
    ) -> None:
        """One account's `changes` are done in turns, so that they cannot take every thread.

        `may_change` raises TooMany for an account that has changed too much of late.
        """
        self._app = app
        self._verifier = verifier
        self._keys = keys
        self._gate = gate
        self._fast_path = fast_path
        self._changes = changes
        self._may_change = may_change
        self.routes: list[Route] = []

    def add(self, *groups: Routes) -> None:
        """Register every declared route of `groups`."""
        for group in groups:
            for declared, handler in declared_routes(group):
                self.routes.append(declared)
                self._app.add_url_rule(
                    declared.path,
                    endpoint=f"{group.tag}.{declared.name}",
                    view_func=self._view(declared, handler),
                    methods=[declared.method],
                )

    def _view(self, declared: Route, handler: Callable[..., Any]) -> Callable[..., Response]:
        work = self._work(declared, handler)

        def view(**arguments: Any) -> Response:
            caller = self._caller(declared.access)
            if caller is None:
                return work(None, arguments)
            with self._in_turn(declared, caller), self._let_in(declared, caller):
                check_access(declared.access, caller)
                return work(caller, arguments)

        return view

    def _work(
        self, declared: Route, handler: Callable[..., Any]
    ) -> Callable[[Caller | None, dict[str, Any]], Response]:
        """Return what reads a request whose caller is let in, and has the handler answer it."""
        wants = set(inspect.signature(handler).parameters)

        def work(caller: Caller | None, arguments: dict[str, Any]) -> Response:
            if any(isinstance(value, str) and len(value) > LONGEST_NAME for value in arguments.values()):
                raise NotFound("Nothing has so long a name.")
            if "caller" in wants:
                arguments["caller"] = caller
            query = parse_query(declared.query or Query)
            if declared.query is not None:
                arguments["query"] = query
            if declared.body is not None:
                arguments["body"] = _body_of(declared, declared.body)

            def answer() -> Response:
                return respond(declared, handler(**arguments))

            if declared.cached is not None:
                return self._cached(declared, arguments, answer)
            return self._once(declared, caller, answer)

        return work

    def _once(self, declared: Route, caller: Caller | None, answer: Callable[[], Response]) -> Response:
        if self._keys is None or not declared.idempotent:
            return answer()
        return self._keys.once(caller.subject if caller else None, answer)

    def _cached(
        self, declared: Route, arguments: Mapping[str, Any], answer: Callable[[], Response]
    ) -> Response:
        """Return `answer()`, and let the fast path know of a request that went well."""
        response = answer()
        if self._fast_path is not None and declared.cached is not None:
            asked = {name: value for name, value in arguments.items() if name != "caller"}
            target = FoundRoute(
                declared.path, request.path, declared.cached(**asked), declared.access, declared.cache_control
            )
            self._fast_path.learn(request.environ, target)
        return response

    def _caller(self, access: Access) -> Caller | None:
        authorization = request.headers.get("Authorization")
        if access.public:
            return None
        if authorization is None:
            raise Unauthenticated("Send an access token as `Authorization: Bearer <token>`.")
        return self._verifier.caller(authorization)

    def _in_turn(self, declared: Route, caller: Caller) -> AbstractContextManager[None]:
        """Refuse an account that changes too much before anything is read: refusals are to cost little."""
        if declared.method == "GET":
            return nullcontext()
        if self._may_change is not None:
            self._may_change(caller.subject)
        return nullcontext() if self._changes is None else self._changes.turn(caller.subject)

    def _let_in(self, declared: Route, caller: Caller) -> AbstractContextManager[None]:
        """Refuse an account that is erased: before the work, or once it has failed where it does so itself.

        A call with an `Idempotency-Key` leaves a record before its work begins.
        """
        if self._gate is None:
            return nullcontext()
        leaves_record = declared.idempotent and "Idempotency-Key" in request.headers
        if declared.checks_account and not leaves_record:
            return self._gate.leaving_it_to_the_work(caller.subject)
        self._gate.check(caller.subject)
        return nullcontext()


Q = TypeVar("Q", bound=Query)
B = TypeVar("B", bound=Body)


def parse_query(kind: type[Q]) -> Q:
    """Return the query string as `kind`; raise Invalid naming each wrong or repeated parameter.

    Raises Malformed for bytes that are no UTF-8.
    """
    _refuse_other_than_utf8(request.query_string)
    repeated = [name for name in request.args if len(request.args.getlist(name)) > 1]
    if repeated:
        fields = [FieldError(pointer([name]), "is given more than once") for name in repeated[:MOST_ERRORS]]
        raise Invalid("A parameter is repeated; see `errors`.", fields)
    try:
        return kind.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise invalid(error) from error


def _body_of(declared: Route, kind: type[B]) -> B:
    if declared.takes_forms and request.mimetype in _FORMS:
        return kind.model_validate({})
    return parse_body(kind, required=declared.body_required)


def parse_body(kind: type[B], *, required: bool = True) -> B:
    """Return the JSON body as `kind`; none at all is an empty object unless `required`.

    Raises UnsupportedMediaType (415) for another content type, Malformed for what is not
    JSON or gives a name twice, Invalid for wrong fields, RequestEntityTooLarge (413) for too much of it.
    """
    if not required and request.mimetype in {"", "application/json"} and not request.get_data(cache=True):
        return kind.model_validate({})
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Send the body as `Content-Type: application/json`.")
    if request.mimetype_params.get("charset", "utf-8").lower() not in _CHARSETS:
        raise UnsupportedMediaType("Send the body in UTF-8.")
    raw = _read_body()
    try:
        body = kind.model_validate_json(raw or b"null")
    except ValidationError as error:
        if error.errors(include_url=False, include_input=False)[0]["type"] == "json_invalid":
            raise Malformed("The body is not well-formed JSON in UTF-8.") from error
        raise invalid(error, from_json(raw or b"null")) from error
    json.loads(raw, object_pairs_hook=_each_name_once)
    return body


def _each_name_once(members: list[tuple[str, Any]]) -> None:
    """Raise Malformed where an object has two members of one name: readers disagree on which one counts."""
    names: set[str] = set()
    for name, _ in members:
        if name in names:
            raise Malformed(f"The body gives {json.dumps(name)} more than once in one object.")
        names.add(name)


def _refuse_other_than_utf8(query: bytes) -> None:
    if b"%" not in query and query.isascii():
        return
    try:
        unquote_to_bytes(query).decode()
    except UnicodeDecodeError as error:
        raise Malformed("The query string is not UTF-8, percent-encoded.") from error


def _read_body() -> bytes:
    raw = request.get_data(cache=True)
    limit = request.max_content_length
    # A body of unknown length is cut at the limit without a word.
    if request.content_length is None and limit is not None and len(raw) >= limit:
        raise RequestEntityTooLarge
    return raw


def respond(declared: Route, result: Any) -> Response:
    """Turn what a handler returned into a response; a GET with a current ETag becomes 304."""
    if isinstance(result, Response):
        return result
    answer = result if isinstance(result, Answer) else Answer(result, declared.status)
    body = answer.body.model_dump_json().encode() if isinstance(answer.body, BaseModel) else answer.body
    response = Response(body or b"", status=answer.status)
    if body is None:
        del response.headers["Content-Type"]
    else:
        response.headers["Content-Type"] = declared.media_type
    _add_headers(response, declared, answer, body)
    if declared.method == "GET" and answer.status == 200:
        etag = response.headers.setdefault("ETag", etags.of_bytes(body or b""))
        if etags.is_current(etag, request.headers.get("If-None-Match")):
            response.status_code = 304
            response.set_data(b"")
            response.headers.pop("Content-Type", None)
            response.headers.pop("Content-Length", None)
    return response


def _add_headers(response: Response, declared: Route, answer: Answer, body: bytes | None) -> None:
    response.headers["Cache-Control"] = declared.cache_control if declared.method == "GET" else "no-store"
    if not declared.access.public:
        response.headers["Vary"] = "Authorization"
    if answer.etag and body is not None:
        response.headers["ETag"] = answer.etag
    if answer.location:
        response.headers["Location"] = answer.location
    response.headers.update(answer.headers)
