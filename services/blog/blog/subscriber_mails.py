"""Sends the mails to subscribers: one that welcomes each, and one for each post.

Every mail has a key of its own, so `OnceMailer` sends it once however often a change is told.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

from blog.domain.consequences import Announce, DueMail, Welcome
from blog.domain.ports import PostStore, SubscriberStore
from blog.domain.post import Post
from blog.domain.subscriber import WAIT, Subscriber
from chassis.clock import Clock
from chassis.errors import Transient
from chassis.messages.mail import Mail, MailRefused, MailTemplates
from chassis.messages.mail_log import OnceMailer

log = logging.getLogger(__name__)

KEYS = "blog-"
"""Begins the key of each mail: what SES announces about others is not for this service."""
_TEMPLATES = Path(__file__).with_name("templates")


class SubscriberMails:
    """Writes mails and sends them; `origin` is the blog's own address."""

    def __init__(
        self,
        subscribers: SubscriberStore,
        posts: PostStore,
        mailer: OnceMailer,
        origin: str,
        clock: Clock,
        at_once: int,
    ) -> None:
        self._subscribers = subscribers
        self._posts = posts
        self._mailer = mailer
        self._origin = origin
        self._clock = clock
        self._at_once = at_once
        self._templates = MailTemplates(_TEMPLATES)

    def send(self, due: Iterable[DueMail]) -> None:
        """Send what is due and still wanted. Raises Transient: all of it is tried again, and sent once."""
        for one in due:
            if isinstance(one, Welcome):
                self._welcome(one)
            else:
                self._announce(one)

    def _welcome(self, due: Welcome) -> None:
        found = self._subscribers.subscriber(due.key, self._clock())
        if found is not None and found.id == due.subscriber_id and found.confirmed_at is None:
            link = f"{self._origin}/confirm#token={found.token}"
            self._mail("welcome", found, found.id, {"days": WAIT.days, "confirm_url": link})

    def _announce(self, due: Announce) -> None:
        """Mail the post to a page of subscribers; a mail that has to wait holds up no other of the page."""
        waiting: Transient | None = None
        found = self._posts.published(due.slug)
        if found is None or found.post.id != due.post_id:
            return
        keys = self._subscribers.confirmed(due.after, self._at_once)
        for key in keys:
            try:
                self._announce_to(key, found.post)
            except Transient as error:
                waiting = error
        if waiting is not None:
            raise waiting
        if len(keys) == self._at_once:
            self._subscribers.go_on(replace(due, after=keys[-1]), self._clock())

    def _announce_to(self, key: str, post: Post) -> None:
        subscriber = self._subscribers.subscriber(key, self._clock())
        if subscriber is None or subscriber.confirmed_at is None:
            return
        values = {
            "title": post.title,
            "author": post.author.name,
            "summary": post.summary,
            "post_url": f"{self._origin}/v1/posts/{quote(post.slug, safe='')}",
        }
        self._mail("post", subscriber, post.id, values)

    def _mail(self, template: str, to: Subscriber, about: UUID, values: Mapping[str, object]) -> None:
        key = f"{KEYS}{template}-{about}-{to.id}"

        def write() -> Mail:
            unsubscribe = f"{self._origin}/unsubscribe#token={to.token}"
            written = self._templates.write(template, {**values, "unsubscribe_url": unsubscribe})
            one_click = f"{self._origin}/v1/subscribers/unsubscribe?token={to.token}"
            return Mail(key, to.email, written.subject, written.text, written.html, one_click)

        try:
            self._mailer.send(key, write)
        except MailRefused:  # its text may name the address, which no log is to hold
            log.warning("mail refused", extra={"mail": key})
