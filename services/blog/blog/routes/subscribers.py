"""/v1/subscribers"""

from __future__ import annotations

from flask import request

from blog.domain.subscriptions import Subscriptions
from blog.errors import TokenMissing
from blog.schemas.subscribers import (
    ConfirmationBody,
    SubscriberBody,
    UnsubscriptionBody,
    UnsubscriptionQuery,
)
from chassis.errors import NotFound, TooMany
from chassis.http.routing import Answer, Routes, route
from chassis.identity.auth import PUBLIC
from chassis.networks import network


class SubscriberRoutes(Routes):
    """Who hears of new posts by mail."""

    tag = "subscribers"

    def __init__(self, subscriptions: Subscriptions) -> None:
        self._subscriptions = subscriptions

    @route(
        "POST",
        "/v1/subscribers",
        access=PUBLIC,
        body=SubscriberBody,
        status=202,
        idempotent=False,
        raises=[TooMany],
    )
    def subscribe(self, body: SubscriberBody) -> Answer:
        """Ask for a mail for each new post.

        The answer is the same whether the address is new or known; a new one gets a mail with a link, and
        hears of posts once that is followed.
        """
        self._subscriptions.ask(body.email, network(request.remote_addr or ""))
        return Answer(status=202)

    @route(
        "POST",
        "/v1/subscribers/confirm",
        access=PUBLIC,
        body=ConfirmationBody,
        status=204,
        idempotent=False,
        raises=[NotFound],
    )
    def confirm_subscription(self, body: ConfirmationBody) -> Answer:
        """Confirm a subscription by the token in the mail's link."""
        self._subscriptions.confirm(body.token)
        return Answer(status=204)

    @route(
        "POST",
        "/v1/subscribers/unsubscribe",
        access=PUBLIC,
        query=UnsubscriptionQuery,
        body=UnsubscriptionBody,
        body_required=False,
        takes_forms=True,
        status=204,
        idempotent=False,
    )
    def unsubscribe(self, query: UnsubscriptionQuery, body: UnsubscriptionBody) -> Answer:
        """Unsubscribe by the token in a mail; the address is forgotten.

        Mail programs send `List-Unsubscribe=One-Click` as a form, with the token in the address (RFC 8058).
        """
        token = body.token or query.token
        if token is None:
            raise TokenMissing
        self._subscriptions.end(token)
        return Answer(status=204)
