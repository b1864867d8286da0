"""The Atom feed and the sitemap."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from flask.testing import FlaskClient
from services.blog.tests.factories import Api

from chassis.testing import FakeClock

_ATOM = "{http://www.w3.org/2005/Atom}"
_SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def feed(reader: FlaskClient) -> ET.Element:
    answer = reader.get("/feed.atom")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/atom+xml"
    return ET.fromstring(answer.data)  # our own


def test_the_feed_has_the_newest_posts_whole(api: Api, reader: FlaskClient, clock: FakeClock) -> None:
    api.posted("First")
    clock.advance(60)
    api.posted("Über <&> \ufffe", markdown="*x* & <script>alert(1)</script>", tags=["a"], slug="second")
    api.drafted("Not yet")
    root = feed(reader)
    entries = root.findall(f"{_ATOM}entry")
    assert [entry.findtext(f"{_ATOM}title") for entry in entries] == ["Über <&> ", "First"]
    assert root.findtext(f"{_ATOM}updated") == "2026-01-31T12:01:00.000Z"
    content = entries[0].find(f"{_ATOM}content")
    assert content is not None
    assert (content.get("type"), content.text) == ("html", "<p><em>x</em> &amp; </p>\n")
    for name in ("id", "updated", "author"):  # RFC 4287, section 4.1.2
        assert entries[0].find(f"{_ATOM}{name}") is not None
    link = entries[0].find(f"{_ATOM}link")
    assert link is not None
    assert link.get("href") == "https://blog.localhost/v1/posts/second"


def test_a_feed_of_no_posts_is_a_feed(reader: FlaskClient) -> None:
    root = feed(reader)
    assert {child.tag.removeprefix(_ATOM) for child in root} == {"id", "title", "updated", "link"}


def test_the_sitemap_has_every_post(api: Api, reader: FlaskClient, clock: FakeClock) -> None:
    for at in range(3):
        clock.advance(1)
        api.posted(f"größe {at}")
    answer = reader.get("/sitemap.xml")
    assert answer.headers["Content-Type"] == "application/xml"
    root = ET.fromstring(answer.data)  # our own
    found = [url.findtext(f"{_SITEMAP}loc") for url in root.findall(f"{_SITEMAP}url")]
    assert found == [f"https://blog.localhost/v1/posts/gr%C3%B6sse-{at}" for at in (2, 1, 0)]


def test_who_has_the_newest_is_told_so(api: Api, reader: FlaskClient) -> None:
    api.posted()
    for path in ("/feed.atom", "/sitemap.xml"):
        etag = reader.get(path).headers["ETag"]
        assert reader.get(path, headers={"If-None-Match": etag}).status_code == 304
