"""Mails to subscribers, over every point at which a worker can die."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from services.blog.tests.factories import new_draft, new_subscriber, published

from blog.domain.consequences import Announce, Welcome
from blog.domain.events import PostEvents
from blog.domain.post import Draft
from blog.domain.subscriber import WAIT, Subscriber
from blog.store.memory import MemoryPostStore
from blog.store.memory_subscribers import MemorySubscriberStore
from blog.subscriber_mails import SubscriberMails
from chassis.errors import Transient
from chassis.messages.mail import Mail
from chassis.messages.mail_log import OnceMailer
from chassis.messages.mail_suppression import SuppressingMailer
from chassis.testing import FakeClock
from chassis.testing.mail import FakeMailer, MemoryMailLog, MemorySuppressions

_ORIGIN = "https://blog.example"
_SETTLE = timedelta(minutes=2)
_AT_ONCE = 10


class Killed(BaseException):
    """The worker's process is killed."""


class DyingMailer(FakeMailer):
    """Kills its worker right before a mail is sent, or right behind it."""

    def __init__(self, *, sends: bool) -> None:
        super().__init__()
        self._sends = sends

    def send(self, mail: Mail) -> str:
        if self._sends:
            super().send(mail)
        raise Killed


class Blog:
    """A blog whose workers share everything but their mailer."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.subscribers = MemorySubscriberStore()
        self.posts = MemoryPostStore()
        self.log = MemoryMailLog()
        self.suppressions = MemorySuppressions()

    def worker(self, mailer: FakeMailer) -> SubscriberMails:
        once = OnceMailer(SuppressingMailer(mailer, self.suppressions), self.log, self.clock, _SETTLE)
        return SubscriberMails(self.subscribers, self.posts, once, _ORIGIN, self.clock, _AT_ONCE)

    def subscribed(self) -> Subscriber:
        new = new_subscriber()
        self.subscribers.add(new, self.clock(), self.clock() + WAIT)
        return new

    def confirmed(self) -> Subscriber:
        found = self.subscribed().confirmed(self.clock())
        self.subscribers.confirm(found)
        return found

    def publish(self, owner: str) -> Draft:
        draft = self.posts.create(new_draft(owner, title="Grüße & <b>", slug="grüße"), 10)
        after, post = published(draft)
        self.posts.publish(draft, after, post, PostEvents(_ORIGIN, self.clock).published(post))
        return after


def announced(post: Draft) -> Announce:
    return Announce(post.slug, post.id, post.version)


def through(blog: Blog, mailer: FakeMailer, due: Announce) -> int:
    """Announce a post page by page, as the stream tells of each; return how many pages there were."""
    pages, told = 0, [due]
    while told:
        pages += 1
        blog.subscribers.announced.clear()
        blog.worker(mailer).send(told)
        told = list(blog.subscribers.announced)
    return pages


@pytest.fixture
def blog(clock: FakeClock) -> Blog:
    return Blog(clock)


@pytest.fixture
def mailer() -> FakeMailer:
    return FakeMailer()


def test_a_new_subscriber_gets_one_mail_with_both_links_however_often_it_is_told(
    blog: Blog, mailer: FakeMailer
) -> None:
    new = blog.subscribed()
    for _ in range(3):
        blog.worker(mailer).send([Welcome(new.key, new.id)])
    [mail] = mailer.sent
    assert mail.to == new.email
    assert f"{_ORIGIN}/confirm#token={new.token}" in mail.text
    assert f"{_ORIGIN}/confirm#token={new.token}" in mail.html
    assert f"{_ORIGIN}/unsubscribe#token={new.token}" in mail.text
    assert mail.unsubscribe_url == f"{_ORIGIN}/v1/subscribers/unsubscribe?token={new.token}"


def test_who_has_gone_or_confirmed_meanwhile_is_not_welcomed(blog: Blog, mailer: FakeMailer) -> None:
    gone, settled = blog.subscribed(), blog.confirmed()
    blog.subscribers.remove(gone)
    blog.worker(mailer).send([Welcome(one.key, one.id) for one in (gone, settled)])
    assert mailer.sent == []


def test_a_post_goes_to_everybody_who_has_confirmed_once(blog: Blog, mailer: FakeMailer, owner: str) -> None:
    wanted = {blog.confirmed().email for _ in range(3)}
    blog.subscribed()
    post = blog.publish(owner)
    for _ in range(2):
        blog.worker(mailer).send([announced(post)])
    assert sorted(mail.to for mail in mailer.sent) == sorted(wanted)
    assert len({mail.key for mail in mailer.sent}) == 3
    assert mailer.sent[0].subject == "Grüße & <b>"
    assert "Grüße &amp; &lt;b&gt;" in mailer.sent[0].html
    assert f"{_ORIGIN}/v1/posts/gr%C3%BC%C3%9Fe" in mailer.sent[0].text


def test_a_thousand_subscribers_are_mailed_once_each_in_pages(
    blog: Blog, mailer: FakeMailer, owner: str
) -> None:
    wanted = {blog.confirmed().email for _ in range(1_000)}
    assert through(blog, mailer, announced(blog.publish(owner))) == 1_000 // _AT_ONCE + 1
    assert len(mailer.sent) == 1_000
    assert {mail.to for mail in mailer.sent} == wanted


def test_a_page_that_broke_off_goes_on_where_it_was_and_a_repeated_one_sends_nothing(
    blog: Blog, mailer: FakeMailer, clock: FakeClock, owner: str
) -> None:
    wanted = {blog.confirmed().email for _ in range(35)}
    due = announced(blog.publish(owner))
    blog.worker(mailer).send([due])
    [second] = blog.subscribers.announced
    with pytest.raises(Killed):
        blog.worker(DyingMailer(sends=False)).send([second])
    assert len(mailer.sent) == _AT_ONCE
    blog.worker(mailer).send([due])  # the stream tells of it again
    assert blog.subscribers.announced == [second]
    clock.advance(_SETTLE.total_seconds() + 1)
    through(blog, mailer, second)
    assert sorted(mail.to for mail in mailer.sent) == sorted(wanted)


def test_a_post_that_is_published_again_goes_to_those_who_came_meanwhile_wherever_they_stand(
    blog: Blog, mailer: FakeMailer, owner: str
) -> None:
    for _ in range(25):
        blog.confirmed()
    due = announced(blog.publish(owner))
    through(blog, mailer, due)
    later = {blog.confirmed().email for _ in range(25)}
    through(blog, mailer, replace(due, version=due.version + 2))
    assert len(mailer.sent) == 50
    assert {mail.to for mail in mailer.sent[25:]} == later


def test_an_address_that_is_suppressed_gets_no_mail_and_holds_up_nobody(
    blog: Blog, mailer: FakeMailer, owner: str
) -> None:
    gone, reader = blog.confirmed(), blog.confirmed()
    blog.suppressions.add(gone.email, "bounce", blog.clock())
    blog.worker(mailer).send([announced(blog.publish(owner))])
    assert [mail.to for mail in mailer.sent] == [reader.email]


def test_a_post_that_is_withdrawn_or_another_by_now_is_not_announced(
    blog: Blog, mailer: FakeMailer, owner: str
) -> None:
    reader, post = blog.confirmed(), blog.publish(owner)
    blog.worker(mailer).send([Announce("none", post.id, 2), Announce(post.slug, reader.id, 2)])
    assert mailer.sent == []


def test_two_workers_that_are_told_at_once_send_one_mail(blog: Blog, mailer: FakeMailer) -> None:
    new = blog.subscribed()

    def tell(_number: int) -> None:
        try:
            blog.worker(mailer).send([Welcome(new.key, new.id)])
        except Transient:  # the other one is at it
            return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(tell, range(8)))
    assert len(mailer.sent) == 1


@pytest.mark.parametrize("sends", [False, True])
def test_after_a_kill_the_mail_is_uncertain_until_it_has_settled_and_keeps_its_key(
    blog: Blog, mailer: FakeMailer, clock: FakeClock, *, sends: bool
) -> None:
    new = blog.subscribed()
    due = [Welcome(new.key, new.id)]
    killed = DyingMailer(sends=sends)
    with pytest.raises(Killed):
        blog.worker(killed).send(due)
    with pytest.raises(Transient):
        blog.worker(mailer).send(due)
    assert mailer.sent == []
    clock.advance(_SETTLE.total_seconds() + 1)
    blog.worker(mailer).send(due)
    [mail] = mailer.sent
    assert [one.key for one in killed.sent] in ([], [mail.key])


def test_a_mail_that_is_noted_after_a_kill_is_not_sent_again(
    blog: Blog, mailer: FakeMailer, clock: FakeClock
) -> None:
    new = blog.subscribed()
    killed = DyingMailer(sends=True)
    with pytest.raises(Killed):
        blog.worker(killed).send([Welcome(new.key, new.id)])
    blog.log.sent(killed.sent[0].key, clock())
    clock.advance(_SETTLE.total_seconds() + 1)
    blog.worker(mailer).send([Welcome(new.key, new.id)])
    assert mailer.sent == []


def test_a_mail_that_has_to_wait_holds_up_no_other(
    blog: Blog, mailer: FakeMailer, clock: FakeClock, owner: str
) -> None:
    readers = [blog.confirmed() for _ in range(3)]
    post = blog.publish(owner)
    blog.log.claim(f"blog-post-{post.id}-{readers[0].id}", clock(), _SETTLE)
    with pytest.raises(Transient):
        blog.worker(mailer).send([announced(post)])
    assert {mail.to for mail in mailer.sent} == {one.email for one in readers[1:]}


def test_while_mail_is_away_nothing_is_lost(blog: Blog, mailer: FakeMailer) -> None:
    new, mailer.away = blog.subscribed(), True
    with pytest.raises(Transient):
        blog.worker(mailer).send([Welcome(new.key, new.id)])
    mailer.away = False
    blog.worker(mailer).send([Welcome(new.key, new.id)])
    assert len(mailer.sent) == 1
