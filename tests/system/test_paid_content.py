"""Paid content: who has a grant opens it at `cdn.` by signed addresses or cookies, and nobody else does."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError
from tests.system.client import sign_up
from tests.system.expect import answer, eventually, problem
from tests.system.films import CONTENT, PLAYLIST_TYPE, SEGMENT_TYPE, SEGMENTS, Film, play
from tests.system.signatures import Key, parameter, replaced, with_flipped_bit
from tests.system.uploading import credentials, look, storage

INDEX = "hd/index.m3u8"


@pytest.fixture(scope="module")
def makers(environment):
    """Somebody with a film, and somebody who may read it."""
    accounts = [sign_up(environment, name) for name in ("Anna Öz", "Ben Åström")]
    yield accounts
    for account in accounts:
        account.close_account()
        account.client.close()


@pytest.fixture(scope="module")
def film(makers):
    owner, reader = makers
    film = Film.made_by(owner)
    film.grant(reader)
    return film


@pytest.fixture(scope="module")
def reader(makers):
    return makers[1]


@pytest.fixture
def url(film, reader):
    return film.urls(reader)[INDEX]


@pytest.fixture
def key(url):
    """The key that the suite signs with, where that is on this machine."""
    if "SLIPWAY_STATE" not in os.environ:
        pytest.skip("SLIPWAY_STATE does not name the state folder of the suite under test")
    return Key(parameter(url, "Key-Pair-Id"), Path(os.environ["SLIPWAY_STATE"]) / "secrets/edge-signing.pem")


def plain(url):
    return url.partition("?")[0]


def test_signed_addresses_open_every_file_for_anybody_who_holds_them(film, reader, anyone):
    urls = film.urls(reader)
    assert set(urls) == {f"hd/{name}" for name in CONTENT}
    for path, url in urls.items():
        got = anyone.fetch(url)
        assert (got.status_code, got.content) == (200, CONTENT[path.removeprefix("hd/")])
        assert got.headers["Cache-Control"].startswith("private")
    assert anyone.fetch(urls[INDEX]).headers["Content-Type"] == PLAYLIST_TYPE


def test_a_playlist_plays_with_cookies_and_not_without(film, reader, anyone):
    address, cookies = film.cookies(reader)
    played = play(anyone, address, cookies)
    assert [one.status_code for one in played.values()] == [200] * (1 + len(SEGMENTS))
    assert [one.content for one in played.values()] == list(CONTENT.values())
    assert list(played.values())[1].headers["Content-Type"] == SEGMENT_TYPE
    for refused in play(anyone, address, {}).values():
        problem(refused, 403)


@pytest.mark.parametrize("missing", ["Policy", "Signature", "Key-Pair-Id"])
def test_two_of_the_three_cookies_open_nothing(film, reader, anyone, missing):
    address, cookies = film.cookies(reader)
    del cookies[f"CloudFront-{missing}"]
    for refused in play(anyone, address, cookies).values():
        problem(refused, 403)


def test_cookies_of_one_collection_open_no_other(film, reader, anyone, makers):
    address, cookies = film.cookies(reader)
    other = Film(makers[0], "01a1fc35-54d1-7608-b163-8325d72a338c", {})
    for refused in play(anyone, address.replace(film.id, other.id), cookies).values():
        problem(refused, 403)


def test_cookies_are_for_the_collection_and_hidden_from_scripts(film, reader):
    lines = film.access(reader, "cookies").raw.headers.getlist("Set-Cookie")
    assert len(lines) == 3
    for line in lines:
        attributes = {part.strip().partition("=")[0]: part.partition("=")[2] for part in line.split(";")[1:]}
        assert attributes["Path"] == f"/private/{film.id}/"
        assert {"Secure", "HttpOnly", "Expires", "Domain"} <= attributes.keys()


def test_one_copy_serves_all_signatures(film, reader, anyone):
    urls = [film.urls(reader, seconds=seconds)[INDEX] for seconds in (60, 90, 120)]
    assert len(set(urls)) == 3
    assert [anyone.fetch(one).headers["X-Edge-Cache"] for one in urls][1:] == ["HIT"] * 2


def test_a_part_of_a_paid_file_is_sent(url, anyone):
    part = anyone.fetch(url, headers={"Range": "bytes=1-6"})
    assert (part.status_code, part.content) == (206, b"EXTM3U")


def test_a_url_of_botocores_signer_opens(key, url, anyone):
    assert anyone.fetch(key.botocore(plain(url))).content == CONTENT["index.m3u8"]


@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_a_signature_of_openssls_command_line_opens(key, url, anyone, digest):
    assert anyone.fetch(key.openssl(plain(url), digest=digest)).content == CONTENT["index.m3u8"]


@pytest.mark.parametrize("bit", [0, 7, 1000, 2047])
def test_one_flipped_bit_of_a_signature_does_not_open(url, anyone, bit):
    spoil = replaced("Signature", lambda text: with_flipped_bit(text, bit))
    problem(anyone.fetch(spoil(url)), 403)
    assert anyone.fetch(url).status_code == 200


@pytest.mark.parametrize("bit", [8, 200, 500])
def test_one_flipped_bit_of_a_policy_does_not_open(film, reader, anyone, bit):
    address, cookies = film.cookies(reader)
    cookies["CloudFront-Policy"] = with_flipped_bit(cookies["CloudFront-Policy"], bit)
    problem(play(anyone, address, cookies)[address], 403)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda url: url.replace("index.m3u8", "index.m3u9"),
        lambda url: url.replace("/hd/index.m3u8", f"/hd/{SEGMENTS[0]}"),
        lambda url: url.replace("/private/", "/Private/"),
        replaced("Expires", lambda moment: str(int(moment) + 1)),
        replaced("Signature", lambda text: text[:-4]),
        replaced("Signature", lambda _: "x"),
        replaced("Key-Pair-Id", lambda _: "KUNKNOWN"),
        lambda url: url.partition("&")[0],
        lambda url: f"{url}&other=1",
        plain,
    ],
    ids=[
        "a bit of the path", "another file", "another prefix", "a later time", "truncated", "no base64",
        "another key", "cut off", "another query", "unsigned",
    ],
)  # fmt: skip
def test_an_address_that_is_not_the_one_that_was_signed_does_not_open(url, anyone, spoil):
    refused = anyone.fetch(spoil(url))
    assert refused.status_code in ({403, 404} if "/Private/" in spoil(url) else {403}), refused.text


def test_another_key_opens_nothing_under_the_name_of_ours(key, url, anyone, tmp_path):
    forger = Key.fresh(key.id, tmp_path)
    for forged in (forger.botocore(plain(url)), forger.openssl(plain(url))):
        problem(anyone.fetch(forged), 403)


def test_an_expired_signature_does_not_open(key, url, anyone):
    problem(anyone.fetch(key.openssl(plain(url), seconds=-1)), 403)


def test_a_policy_for_a_network_opens_there_and_nowhere_else(key, url, anyone):
    assert anyone.fetch(key.botocore(plain(url), ip="127.0.0.0/8")).status_code == 200
    problem(anyone.fetch(key.botocore(plain(url), ip="192.0.2.0/24")), 403)


def test_who_has_no_grant_gets_no_access(film, anyone, ben):
    problem(film.access(ben, "urls"), 403)
    problem(film.access(ben, "cookies"), 403)


def test_a_revoked_grant_ends_new_access_at_once_and_old_links_in_their_time(film, anyone, ben):
    film.grant(ben)
    given = answer(film.access(ben, "urls", seconds=5))
    url = given["items"][0]["url"]
    address, cookies = film.cookies(ben, seconds=5)
    assert anyone.fetch(url).status_code == 200
    assert play(anyone, address, cookies)[address].status_code == 200
    film.revoke(ben)
    problem(film.access(ben, "urls"), 403)
    problem(film.access(ben, "cookies"), 403)
    eventually(lambda: anyone.fetch(url).status_code == 403, f"{url} ends at {given['expires_at']}", 20)
    eventually(lambda: play(anyone, address, cookies)[address].status_code == 403, "cookies end", 20)


@pytest.mark.needs_enforcement
def test_storage_itself_lets_nobody_read_what_is_sold(environment, film, reader, url, anyone):
    own = look(film.owner, film.objects["index.m3u8"])["url"].partition("/users/")[0]
    path, query = urlsplit(url).path, urlsplit(url).query
    assert anyone.fetch(f"{own}{path}").status_code == 403
    assert anyone.fetch(f"{own}{path}?{query}").status_code in {400, 403}  # signed for the edge, not for S3
    given = credentials(reader)
    with pytest.raises(ClientError, match=r"AccessDenied|403"):
        storage(environment, given).get_object(Bucket=given["bucket"], Key=path.removeprefix("/"))


def test_what_is_taken_out_opens_no_longer(film, reader, anyone):
    name = SEGMENTS[-1]
    url = film.urls(reader)[f"hd/{name}"]
    assert anyone.fetch(url).status_code == 200
    path = f"/v1/collections/{film.id}/objects/{film.objects[name]}"
    try:
        assert film.owner.client.delete("media", path).status_code == 204
        eventually(lambda: anyone.fetch(url).status_code in {403, 404}, "the copy is gone from the edge", 20)
    finally:
        answer(film.owner.client.call("PUT", "media", path, json={"path": f"hd/{name}"}))
