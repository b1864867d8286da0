"""The blog from outside, over HTTPS: imports nothing of it."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
import requests
from tests.system.client import Account, Client
from tests.system.expect import answer, empty, eventually, problem

_PATH = "/v1/posts"


def written(writer: Account, title: str = "", **fields: Any) -> str:
    """Write a draft under a title of its own and return its slug."""
    body = {"title": title or f"Hello {uuid4()}", "markdown": "The *first* one.", **fields}
    return str(answer(writer.client.post("blog", _PATH, json=body), 201)["slug"])


def publish(writer: Account, slug: str) -> Any:
    return answer(writer.client.call("PUT", "blog", f"{_PATH}/{quote(slug)}/published"))


def posted(writer: Account, title: str = "", **fields: Any) -> str:
    slug = written(writer, title, **fields)
    publish(writer, slug)
    return slug


def test_a_post_is_written_published_read_listed_and_taken_back(writer: Account, anyone: Client) -> None:
    title = f"Über Größe {uuid4()}"
    slug = written(writer, title, tags=["Größe"])
    path = f"{_PATH}/{quote(slug)}"
    problem(anyone.get("blog", path), 404)
    publish(writer, slug)
    post = answer(anyone.get("blog", path))
    assert (post["html"], post["author"]) == (
        "<p>The <em>first</em> one.</p>\n",
        {"id": writer.id, "name": "Wanda Writer"},
    )
    listed = answer(anyone.get("blog", f"{_PATH}?author={writer.id}&tag={quote('größe')}"))["items"]
    assert [one["slug"] for one in listed] == [slug]
    empty(writer.client.delete("blog", f"{path}/published"))
    problem(anyone.get("blog", path), 404)
    assert answer(anyone.get("blog", f"{_PATH}?author={writer.id}"))["items"] == []


def test_what_is_planned_becomes_public_by_itself(writer: Account, anyone: Client) -> None:
    slug = written(writer, publish_at=(datetime.now(UTC) + timedelta(seconds=2)).isoformat())
    path = f"{_PATH}/{slug}"
    publish(writer, slug)
    problem(anyone.get("blog", path), 404)
    eventually(lambda: anyone.get("blog", path).status_code == 200, "the post is public")


def test_writing_needs_the_scope(anna: Account) -> None:
    problem(anna.client.post("blog", _PATH, json={"title": "Mine", "markdown": ""}), 403)
    problem(anna.client.get("blog", "/v1/drafts"), 403)


def test_posts_go_with_their_author(writer: Account, anyone: Client) -> None:
    slug = posted(writer)
    writer.close_account()
    eventually(lambda: anyone.get("blog", f"{_PATH}/{slug}").status_code == 404, "the post is gone")


def test_repeats_are_answered_at_the_edge_and_private_ones_never(writer: Account, anyone: Client) -> None:
    path = f"{_PATH}/{posted(writer)}"
    marks = [anyone.get("blog", path).headers["X-Edge-Cache"] for _ in range(3)]
    assert marks[1:] == ["HIT", "HIT"]
    assert writer.client.get("blog", path).headers["X-Edge-Cache"] == "BYPASS"
    assert "X-Edge-Cache" not in writer.client.get("blog", "/v1/drafts").headers


def requests_answered(operator: Callable[..., subprocess.CompletedProcess[str]]) -> float:
    """Return how many requests for one post the service's own processes have answered so far."""
    parts = json.loads(operator("status", "--json").stdout)["parts"]
    [address] = [part["address"] for part in parts if part["name"] == "blog"]
    text = requests.get(f"http://{address.rpartition('//')[2]}/metrics", timeout=120).text
    route = 'route="/v1/posts/<slug>"'
    counts = [line for line in text.splitlines() if "requests_total" in line and route in line]
    return sum(float(line.rsplit(" ", 1)[1]) for line in counts)


@pytest.mark.disruptive  # in the sense that nobody else may read meanwhile
def test_a_hit_at_the_edge_costs_no_python(
    writer: Account, anyone: Client, operator: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    path = f"{_PATH}/{posted(writer)}"

    def only_hits() -> bool:
        before = requests_answered(operator)
        marks = {anyone.get("blog", path).headers["X-Edge-Cache"] for _ in range(50)}
        return marks == {"HIT"} and requests_answered(operator) == before > 0

    # Shortly after a change the worker tells the edge of it a second time.
    eventually(only_hits, "fifty reads are answered without the service")


def test_no_reader_sees_what_is_older_than_a_second_after_its_2xx(writer: Account, anyone: Client) -> None:
    slug = posted(writer)
    shown: list[tuple[float, int]] = []  # when the answer came, and its version
    done = threading.Event()

    def change() -> None:
        for at in range(15):
            body = {"title": f"Edition {at}"}
            answer(writer.client.patch("blog", f"/v1/drafts/{slug}", json=body))
            version = publish(writer, slug)["version"]
            shown.append((time.monotonic(), version))
        done.set()

    def read(_number: int) -> list[tuple[float, int]]:
        client, seen = anyone.again(), []
        while not done.is_set():
            asked = time.monotonic()
            seen.append((asked, answer(client.get("blog", f"{_PATH}/{slug}"))["version"]))
        return seen

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read, number) for number in range(3)]
        pool.submit(change).result()
    for asked, version in (one for reader in readers for one in reader.result()):
        newest = max((one for at, one in shown if at < asked - 1), default=0)
        assert version >= newest


def test_racing_likes_count_each_account_once(
    writer: Account, anna: Account, ben: Account, anyone: Client
) -> None:
    slug = posted(writer)

    def like(number: int) -> int:
        client = (writer, anna, ben)[number % 3].again()
        return client.call("PUT", "blog", f"{_PATH}/{slug}/like").status_code

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(like, range(60))) == {204}
    assert answer(anyone.get("blog", f"{_PATH}/{slug}"))["likes"] == 3
    empty(ben.client.delete("blog", f"{_PATH}/{slug}/like"))
    assert answer(anyone.get("blog", f"{_PATH}/{slug}"))["likes"] == 2


def test_what_an_erased_account_left_goes_and_the_thread_stays(
    writer: Account, anna: Account, ben: Account, anyone: Client
) -> None:
    slug = posted(writer)
    path = f"{_PATH}/{slug}/comments"
    first = answer(anna.client.post("blog", path, json={"text": "Mine alone"}), 201)
    assert first["author"] == {"id": anna.id, "name": anna.name}
    answer(ben.client.post("blog", path, json={"text": "An answer", "parent_id": first["id"]}), 201)
    empty(anna.client.call("PUT", "blog", f"{_PATH}/{slug}/like"))
    anna.close_account()
    eventually(lambda: "Mine alone" not in anyone.get("blog", path).text, "the comment is gone")
    shown = answer(anyone.get("blog", path))["items"]
    assert [(one["deleted"], one["parent_id"]) for one in shown] == [(True, None), (False, first["id"])]
    eventually(lambda: answer(anyone.get("blog", f"{_PATH}/{slug}"))["likes"] == 0, "the like is gone")


def test_programs_find_posts_by_feed_and_sitemap(writer: Account, anyone: Client) -> None:
    slug = posted(writer)
    for path in ("/feed.atom", "/sitemap.xml"):
        assert f"/v1/posts/{slug}" in anyone.get("blog", path).text
    empty(writer.client.delete("blog", f"{_PATH}/{slug}/published"))
    for path in ("/feed.atom", "/sitemap.xml"):
        assert f"/v1/posts/{slug}" not in anyone.get("blog", path).text
