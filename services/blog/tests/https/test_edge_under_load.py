"""Posts that a crowd reads through the edge while they change, by ApacheBench from many addresses.

`pytest -m long` has 100,000 reads of 1,000 posts; the short form does the same with fewer.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from services.blog.tests.https.test_blog import posted, publish
from tests.system.client import Account, Client
from tests.system.environment import Environment
from tests.system.expect import answer

_PATH = "/v1/posts"
_READS = 100  # of each post: as many as the gateway lets one address burst
_LATEST = 1.0  # seconds from a change's 2xx until everybody sees it
_PAUSE = 0.2


@dataclass
class Changes:
    """What was changed: by slug, versions with the moment of their 2xx; `at`, how many within a second."""

    made: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    at: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seen: int = 0

    def change(self, writer: Account, slug: str) -> None:
        """Change a post and note from when on it counts."""
        text = {"markdown": f"Changed {time.time()}"}
        begun = int(time.time())
        answer(writer.client.patch("blog", f"/v1/drafts/{slug}", text))
        version = publish(writer, slug)["version"]
        self.at.update((slug, second) for second in range(begun, int(time.time()) + 1))
        self.made.setdefault(slug, []).append((time.monotonic(), version))

    def look(self, reader: Client) -> None:
        """Read a post that has changed, and note if that is older than it may be."""
        if not self.made:
            return
        slug = random.choice(list(self.made))
        asked = time.monotonic()
        version = answer(reader.get("blog", f"{_PATH}/{slug}"))["version"]
        due = [number for at, number in list(self.made[slug]) if at + _LATEST < asked]
        self.seen += 1
        if due and version < max(due):
            self.wrong.append(f"{slug}: version {version}, not {max(due)}")


@contextmanager
def again_and_again(act: Callable[[], None]) -> Iterator[None]:
    """Do something beside the body, with pauses, until that is over; raise what it raises."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(_PAUSE):
            act()

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(work)
        try:
            yield
        finally:
            over.set()
        done.result()


def read_by_crowd(environment: Environment, number: int, slug: str) -> int:
    """Read a post often from an address of its own; return how many answers were right."""
    address = f"127.9.{number // 250}.{number % 250 + 1}"
    port = environment.origin("blog").rpartition(":")[2]
    host = environment.origin("blog").removeprefix("https://")
    command = ["ab", "-q", "-k", "-n", str(_READS), "-c", "4", "-B", address, "-H", f"Host: {host}"]
    done = subprocess.run(
        [*command, f"https://127.0.0.1:{port}{_PATH}/{slug}"], capture_output=True, text=True, check=True
    )
    counts = {
        name: int(count)
        for name, count in re.findall(r"^(.+ requests|.+ responses): +(\d+)", done.stdout, re.MULTILINE)
    }
    return counts["Complete requests"] - counts.get("Failed requests", 0) - counts.get("Non-2xx responses", 0)


def asked_of_the_service(operator: Callable[..., Any], slugs: set[str]) -> Counter[tuple[str, int]]:
    """Return how often the service was asked for each post within each second, by its own log.

    The edge's log, with a line for each read, has lost the first of many; the service's is short and whole.
    """
    found: Counter[tuple[str, int]] = Counter()
    for line in operator("logs", "blog", "--lines", "1000000").stdout.splitlines():
        slug = re.search(r'"path": "/v1/posts/([^"/]+)"', line)
        if slug is None or slug.group(1) not in slugs:
            continue
        entry = json.loads(line[line.index("{") :])
        if entry["message"] == "request" and entry["method"] == "GET":
            found[(slug.group(1), int(datetime.fromisoformat(entry["time"]).timestamp()))] += 1
    return found


@pytest.mark.skipif(
    shutil.which("ab") is None or sys.platform != "linux",
    reason="needs ApacheBench (Debian: apache2-utils) and Linux's many loopback addresses",
)
@pytest.mark.parametrize(
    "posts", [20, pytest.param(1_000, marks=[pytest.mark.long, pytest.mark.timeout(1800)])]
)
def test_while_posts_change_the_crowd_sees_no_old_one_and_the_service_hardly_anybody(
    environment: Environment,
    writer: Account,
    anyone: Client,
    operator: Callable[..., subprocess.CompletedProcess[str]],
    posts: int,
) -> None:
    with ThreadPoolExecutor(4) as pool:
        slugs = list(pool.map(lambda _: posted(writer), range(posts)))
    hot, changes = slugs[: max(5, posts // 50)], Changes()
    turn = iter(hot * 100_000)
    started = time.monotonic()
    with (
        again_and_again(lambda: changes.change(writer, next(turn))),
        again_and_again(lambda: changes.look(anyone)),
        ThreadPoolExecutor(4) as pool,
    ):
        right = sum(pool.map(lambda one: read_by_crowd(environment, *one), enumerate(slugs)))
    seconds = time.monotonic() - started
    asked = asked_of_the_service(operator, set(slugs))
    made = sum(map(len, changes.made.values()))
    print(
        f"{right} reads of {posts} posts in {seconds:.0f} s, {made} changes: the service was asked"
        f" {asked.total()} times, for one post in one second at most {max(asked.values())} times;"
        f" {changes.seen} looks at changed posts, {len(changes.wrong)} older than {_LATEST:.0f} s"
    )
    assert changes.wrong == []
    often = {
        (slug, second): times
        for (slug, second), times in asked.items()
        # One for each change, and one because nothing was kept (any more).
        if times > 1 + sum(changes.at[slug, second + before] for before in (-1, 0))
    }
    assert {slug for slug, _ in asked} == set(slugs), "the log has lost the first readers' questions"
    assert often == {}
    assert asked.total() <= posts + made + posts * seconds / 60
    assert right == posts * _READS
