"""The key that paid content is signed with is changed while it is read."""

from __future__ import annotations

import json
import threading
from collections import Counter
from contextlib import contextmanager

import pytest
from tests.system.client import sign_up
from tests.system.expect import problem
from tests.system.films import Film, play
from tests.system.signatures import parameter

INDEX = "hd/index.m3u8"


@contextmanager
def reading(client, url):
    """Fetch `url` again and again while the body runs; give the answers' statuses."""
    statuses, over = Counter(), threading.Event()

    def read():
        while not over.wait(0.05):
            statuses[client.fetch(url).status_code] += 1

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield statuses
    finally:
        over.set()
        reader.join()


@pytest.mark.timeout(400)
def test_a_key_is_changed_without_a_link_that_ends_early(healthy, environment, anna):
    film = Film.made_by(anna)
    ben = sign_up(environment)
    film.grant(ben)
    url, (address, cookies) = film.urls(ben)[INDEX], film.cookies(ben)
    before = parameter(url, "Key-Pair-Id")
    with reading(anna.again(), url) as statuses:
        healthy.command("edge-key", "rotate")
    assert set(statuses) == {200}

    fresh = film.urls(ben)[INDEX]
    now = parameter(fresh, "Key-Pair-Id")
    assert now != before
    for link in (url, fresh):
        assert anna.client.fetch(link).status_code == 200
    assert all(one.ok for one in play(anna.client, address, cookies).values())
    listed = json.loads(healthy.command("edge-key", "list", "--json"))
    assert [(key["id"], key["signs"]) for key in listed if key["id"] in {before, now}] == sorted(
        [(before, False), (now, True)]
    )

    with reading(anna.again(), fresh) as statuses:
        healthy.command("edge-key", "retire", before)
    assert set(statuses) == {200}
    problem(anna.client.fetch(url), 403)
    for refused in play(anna.client, address, cookies).values():
        problem(refused, 403)
