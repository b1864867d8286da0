"""Subscribing by mail from outside: imports nothing of the blog."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect
from services.blog.tests.https.conftest import Mails
from services.blog.tests.https.test_blog import posted
from tests.system.browser import NAMES, Visit, program, visiting
from tests.system.client import Account, Client
from tests.system.environment import Environment
from tests.system.expect import empty, eventually, problem

_PATH = "/v1/subscribers"


@pytest.fixture
def email() -> str:
    return f"{uuid4()}@example.com"


@pytest.fixture
def visit(environment: Environment) -> Iterator[Visit]:
    executable = program()
    if executable is None:
        pytest.skip(f"no browser on this machine: install one of {', '.join(NAMES)}")
    with visiting(environment, executable) as visit:
        yield visit


def subscribe(anyone: Client, email: str) -> None:
    assert anyone.post("blog", _PATH, {"email": email}).status_code == 202


def link(mail: dict[str, Any], page: str) -> str:
    """Return the mail's link to a page of the blog."""
    return next(str(one) for one in mail["links"] if f"/{page}#token=" in one)


def welcomed(mails: Mails, email: str) -> dict[str, Any]:
    """Return the mail that asks an address for confirmation, once it has come."""
    found: list[dict[str, Any]] = eventually(lambda: mails(email), f"a mail to {email}")
    return found[0]


def test_a_reader_subscribes_hears_of_a_post_and_leaves_by_the_mail_alone(
    environment: Environment, anyone: Client, writer: Account, email: str, mails: Mails
) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: subscribe(anyone, email), range(8)))
    token = link(welcomed(mails, email), "confirm").partition("#token=")[2]
    empty(anyone.post("blog", f"{_PATH}/confirm", {"token": token}))
    title = f"Hello {uuid4()}"
    slug = posted(writer, title)
    # Others publish side by side: their posts come, too.
    [news] = eventually(lambda: [one for one in mails(email) if one["subject"] == title], "its mail")
    assert news["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert len([one for one in mails(email) if "/confirm#" in one["text"]]) == 1
    one_click = news["headers"]["List-Unsubscribe"].strip("<>")
    path = one_click.removeprefix(environment.origin("blog"))
    empty(anyone.post("blog", path, data={"List-Unsubscribe": "One-Click"}))
    assert slug in news["text"]
    problem(anyone.post("blog", f"{_PATH}/confirm", {"token": token}), 404)


def test_the_pages_behind_the_links_confirm_and_end_a_subscription_without_a_complaint(
    anyone: Client, email: str, mails: Mails, visit: Visit
) -> None:
    subscribe(anyone, email)
    mail = welcomed(mails, email)
    for page, said in (("confirm", "You get a mail for each new post"), ("unsubscribe", "no more mails")):
        visit.page.goto(link(mail, page))
        visit.page.get_by_role("button").click()
        expect(visit.page.get_by_role("status")).to_contain_text(said)
        expect(visit.page.get_by_role("button")).to_be_disabled()
    assert visit.complaints == []
    visit.page.goto("about:blank")
    visit.page.goto(link(mail, "confirm"))
    visit.page.get_by_role("button").click()
    expect(visit.page.get_by_role("status")).to_contain_text("not good any more")


def test_the_account_of_an_address_takes_its_subscription_along(
    anyone: Client, anna: Account, mails: Mails
) -> None:
    subscribe(anyone, anna.email)
    mail = eventually(
        lambda: next((one for one in mails(anna.email) if "/confirm#" in one["text"]), None), "its mail"
    )
    token = link(mail, "confirm").partition("#token=")[2]
    empty(anyone.post("blog", f"{_PATH}/confirm", {"token": token}))
    anna.close_account()
    eventually(
        lambda: anyone.post("blog", f"{_PATH}/confirm", {"token": token}).status_code == 404, "it is gone"
    )
