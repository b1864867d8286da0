"""Signing in, renewing, listing and ending sessions."""

from __future__ import annotations

from uuid import UUID

from flask import request

from chassis.clock import Clock
from chassis.http.pagination import Page, PageQuery, decode_cursor, encode_cursor, id_in
from chassis.http.routing import Answer, Routes, route
from chassis.identity.auth import PUBLIC, SIGNED_IN, Caller
from chassis.ids import new_id
from users.authentication import whoami
from users.domain.sessions import Sessions, SignIn, TokenGrant
from users.errors import (
    ForeignOrigin,
    RefreshRefused,
    SessionNotFound,
    TooManyAttempts,
    WrongCredentials,
)
from users.routes import cookies
from users.routes.device import client_device
from users.schemas.sessions import Credentials, Renewal, SessionView, TokensView


class SessionRoutes(Routes):
    """Sessions: one per signed-in device."""

    tag = "sessions"

    def __init__(
        self, sign_in: SignIn, sessions: Sessions, own_pages: cookies.TrustedOrigins, clock: Clock
    ) -> None:
        self._sign_in = sign_in
        self._sessions = sessions
        self._own_pages = own_pages
        self._clock = clock

    @route(
        "POST",
        "/v1/sessions",
        access=PUBLIC,
        body=Credentials,
        answer=TokensView,
        status=201,
        # Nothing that hands out credentials is kept to be given again, to whoever knows the key.
        idempotent=False,
        raises=[WrongCredentials, TooManyAttempts, ForeignOrigin],
    )
    def create_session(self, body: Credentials) -> Answer:
        """Sign in.

        With `transport: cookie` the refresh token is set as a cookie for `/v1/sessions`, not answered.
        """
        if body.transport == "cookie":
            self._own_pages.check(request)
        granted = self._sign_in.sign_in(body.email, body.password, client_device(request), new_id())
        return self._answer(granted, 201, by_cookie=body.transport == "cookie")

    @route(
        "POST",
        "/v1/sessions/refresh",
        access=PUBLIC,
        body=Renewal,
        body_required=False,
        answer=TokensView,
        idempotent=False,
        raises=[RefreshRefused, ForeignOrigin],
    )
    def refresh_session(self, body: Renewal) -> Answer:
        """Exchange a refresh token for a new pair.

        Each token is good once. Sent again within ten seconds, by a client that did not see the answer, it
        gets the same successor; later it counts as stolen and ends the session.
        """
        cookie = None if body.refresh_token else cookies.token_in(request)
        if cookie:
            self._own_pages.check(request)
        token = body.refresh_token or cookie
        if not token:
            raise RefreshRefused
        granted = self._sessions.refresh(token, client_device(request))
        return self._answer(granted, 200, by_cookie=cookie is not None)

    @route("GET", "/v1/sessions", access=SIGNED_IN, query=PageQuery, answer=Page[SessionView])
    def list_sessions(self, caller: Caller, query: PageQuery) -> Page[SessionView]:
        """List one's signed-in devices, newest first."""
        me = whoami(caller)
        before = id_in(decode_cursor(query.cursor, query.fingerprint()), "before")
        found = self._sessions.page(me.account_id, query.limit, before)
        items = [SessionView.of(session, me.session_id) for session in found.items]
        return Page(items=items, next_cursor=encode_cursor(found.position, query.fingerprint()))

    @route("DELETE", "/v1/sessions/current", access=SIGNED_IN, status=204)
    def end_current_session(self, caller: Caller) -> Answer:
        """Sign out."""
        me = whoami(caller)
        self._sessions.end(me.account_id, me.session_id)
        return Answer(status=204, headers={"Set-Cookie": cookies.clear_header()})

    @route("DELETE", "/v1/sessions/<uuid:session_id>", access=SIGNED_IN, status=204, raises=[SessionNotFound])
    def end_session(self, caller: Caller, session_id: UUID) -> Answer:
        """Sign another device out."""
        self._sessions.end(whoami(caller).account_id, session_id)
        return Answer(status=204)

    def _answer(self, granted: TokenGrant, status: int, *, by_cookie: bool) -> Answer:
        view = TokensView.of(granted, with_refresh_token=not by_cookie)
        if not by_cookie:
            return Answer(view, status=status)
        cookie = cookies.set_header(granted.refresh_token, self._clock(), granted.expires_at)
        return Answer(view, status=status, headers={"Set-Cookie": cookie})
