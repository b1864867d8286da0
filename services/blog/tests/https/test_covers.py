"""Covers from outside: a picture that media has is seen by everybody, and goes when it goes."""

from __future__ import annotations

from urllib.parse import urlsplit

from services.blog.tests.https.test_blog import posted
from tests.system.client import Account, Client
from tests.system.expect import answer, empty, eventually, problem
from tests.system.pictures import photograph
from tests.system.uploading import settled, upload


def test_a_cover_is_seen_by_everybody_until_its_picture_is_deleted(writer: Account, anyone: Client) -> None:
    picture = settled(writer, upload(writer, photograph()))["id"]
    path = f"/v1/posts/{posted(writer, cover_object_id=picture, cover_alt='A field')}"
    cover = answer(anyone.get("blog", path))["cover"]
    assert (cover["alt"], max(cover["width"], cover["height"])) == ("A field", 1024)
    addresses = [urlsplit(one["url"]).path for one in cover["pictures"]]
    assert urlsplit(cover["url"]).path in addresses
    for address in addresses:
        shown = anyone.get("cdn", address)
        assert (shown.status_code, shown.headers["Content-Type"][:6]) == (200, "image/")
    empty(writer.client.delete("media", f"/v1/objects/{picture}"))
    eventually(lambda: answer(anyone.get("blog", path))["cover"] is None, "the post has no cover")
    for address in addresses:
        assert anyone.get("cdn", address).status_code in {403, 404}


def test_nobody_elses_picture_becomes_a_cover(writer: Account, anna: Account) -> None:
    theirs = upload(anna, photograph())
    settled(anna, theirs)
    body = {"title": "Mine", "markdown": "", "cover_object_id": theirs}
    refused = problem(writer.client.post("blog", "/v1/posts", json=body), 422)
    assert refused["errors"][0]["pointer"] == "/cover_object_id"


def test_a_cover_goes_with_the_account_that_has_the_picture(writer: Account, anyone: Client) -> None:
    picture = settled(writer, upload(writer, photograph()))["id"]
    slug = posted(writer, cover_object_id=picture)
    cover = answer(anyone.get("blog", f"/v1/posts/{slug}"))["cover"]
    writer.close_account()
    address = urlsplit(cover["url"]).path
    eventually(lambda: anyone.get("cdn", address).status_code in {403, 404}, "the picture is gone")
