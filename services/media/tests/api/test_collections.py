"""/v1/collections, their objects, grants and access."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from services.media.tests.factories import EDGE_KEY_ID, World, a_picture, an_owner

from chassis.ids import new_id
from media.errors import BucketAway


class Person:
    """Somebody who calls the API."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.id = an_owner()

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.world.client.open(
            f"/v1/collections{path}", method=method, json=body, headers=self.world.headers(self.id) | headers
        )

    def collection(self, name: str = "Film") -> str:
        made = self.call("POST", "", {"name": name})
        assert made.status_code == 201, made.text
        return str(made.json["id"])

    def put(self, collection: str, object_id: str, **body: Any) -> Any:
        return self.call("PUT", f"/{collection}/objects/{object_id}", body or None)

    def grant(self, collection: str, reader: Person, **body: Any) -> Any:
        return self.call("PUT", f"/{collection}/grants/{reader.id}", body or None)

    def access(self, collection: str, delivery: str = "urls", **body: Any) -> Any:
        return self.call("POST", f"/{collection}/access", {"delivery": delivery} | body)

    def picture(self, **changes: Any) -> str:
        return self.world.upload(self.id, a_picture(), **changes)


@pytest.fixture
def anna(world: World) -> Person:
    return Person(world)


@pytest.fixture
def ben(world: World) -> Person:
    return Person(world)


@pytest.fixture
def full(anna: Person) -> tuple[str, str]:
    """A collection of Anna's, and the picture in it."""
    collection, picture = anna.collection(), anna.picture()
    assert anna.put(collection, picture).status_code == 200
    return collection, picture


def test_a_collection_is_made_shown_changed_and_deleted(anna: Person) -> None:
    made = anna.call("POST", "", {"name": "Film", "description": "Ünd"})
    assert made.status_code == 201
    assert made.headers["Location"] == f"/v1/collections/{made.json['id']}"
    one = f"/{made.json['id']}"
    shown = anna.call("GET", one)
    assert shown.json == made.json
    assert shown.json["objects"] == 0
    changed = anna.call("PATCH", one, {"name": "Films"}, **{"If-Match": shown.headers["ETag"]})
    assert (changed.json["name"], changed.json["description"], changed.json["version"]) == ("Films", "Ünd", 2)
    assert anna.call("DELETE", one, **{"If-Match": shown.headers["ETag"]}).status_code == 412
    assert anna.call("PATCH", one, {"name": "F"}, **{"If-Match": shown.headers["ETag"]}).status_code == 412
    assert anna.call("DELETE", one, **{"If-Match": changed.headers["ETag"]}).status_code == 204
    assert anna.call("GET", one).status_code == 404


def test_the_same_key_makes_one_collection(anna: Person) -> None:
    made = [anna.call("POST", "", {"name": "A"}, **{"Idempotency-Key": "k"}).json["id"] for _ in range(2)]
    assert made[0] == made[1]
    assert len(anna.call("GET", "").json["items"]) == 1


def test_collections_come_page_by_page_newest_first(anna: Person, ben: Person) -> None:
    made = [anna.collection(f"{number}") for number in range(3)]
    ben.collection()
    first = anna.call("GET", "?limit=2").json
    second = anna.call("GET", f"?limit=2&cursor={first['next_cursor']}").json
    assert [one["id"] for one in first["items"] + second["items"]] == made[::-1]
    assert second["next_cursor"] is None


def test_a_stranger_finds_nothing(anna: Person, ben: Person, full: tuple[str, str]) -> None:
    collection, picture = full
    assert anna.grant(collection, ben).status_code == 200
    for method, path, body in [
        ("GET", "", None),
        ("PATCH", "", {"name": "Mine"}),
        ("DELETE", "", None),
        ("GET", "/objects", None),
        ("PUT", f"/objects/{picture}", None),
        ("DELETE", f"/objects/{picture}", None),
        ("GET", "/grants", None),
        ("PUT", f"/grants/{ben.id}", None),
        ("DELETE", f"/grants/{ben.id}", None),
    ]:
        assert ben.call(method, f"/{collection}{path}", body).status_code == 404
    assert ben.call("GET", "").json["items"] == []


def test_an_object_is_copied_to_where_the_edge_delivers(
    world: World, anna: Person, full: tuple[str, str]
) -> None:
    collection, picture = full
    assert world.files.keys("private/") == [f"private/{collection}/cat.jpg"]
    assert world.files.body(f"private/{collection}/cat.jpg") == a_picture()
    (item,) = anna.call("GET", f"/{collection}/objects").json["items"]
    assert (item["object_id"], item["path"], item["ready"]) == (picture, "cat.jpg", True)
    assert anna.call("GET", f"/{collection}").json["objects"] == 1
    assert anna.put(collection, picture).json == item


def test_what_is_taken_out_is_readable_no_more(world: World, anna: Person, full: tuple[str, str]) -> None:
    collection, picture = full
    path = f"/{collection}/objects/{picture}"
    assert anna.call("DELETE", path).status_code == 204
    assert world.files.keys("private/") == []
    assert world.edge.purged == [f"/private/{collection}/cat.jpg"]
    assert anna.call("DELETE", path).status_code == 404
    assert world.show(anna.id, picture)["status"] == "ready"


def test_a_deleted_object_leaves_every_collection(world: World, anna: Person, full: tuple[str, str]) -> None:
    collection, picture = full
    other = anna.collection()
    assert anna.put(other, picture, path="a/b.jpg").status_code == 200
    url = f"/v1/objects/{picture}"
    assert world.client.delete(url, headers=world.headers(anna.id)).status_code == 204
    assert world.files.keys("private/") == []
    assert sorted(world.edge.purged) == sorted(
        [f"/private/{collection}/cat.jpg", f"/private/{other}/a/b.jpg"]
    )
    assert anna.call("GET", f"/{collection}").json["objects"] == 0
    assert anna.put(collection, picture).status_code == 404


def test_a_deleted_collection_takes_its_copies_and_grants_with_it(
    world: World, anna: Person, ben: Person, full: tuple[str, str]
) -> None:
    collection, picture = full
    anna.grant(collection, ben)
    assert anna.call("DELETE", f"/{collection}").status_code == 204
    assert world.files.keys("private/") == []
    assert world.edge.purged == [f"/private/{collection}/*"]
    assert ben.access(collection).status_code == 404
    assert world.records.usage(anna.id).bytes == len(a_picture())
    assert world.show(anna.id, picture)["status"] == "ready"


def test_a_deletion_that_is_cut_short_is_finished_by_the_sweep(
    world: World, anna: Person, full: tuple[str, str]
) -> None:
    collection, _ = full
    world.edge.away = True
    assert anna.call("DELETE", f"/{collection}").status_code == 204
    assert anna.access(collection).status_code == 404
    assert world.stores.collections.find(new_id()) is None
    world.edge.away = False
    world.clock.now += timedelta(seconds=2)
    world.work.collections.run()
    assert world.edge.purged == [f"/private/{collection}/*"]
    assert list(world.stores.collections.owned(anna.id)) == []


def test_a_copy_that_failed_is_made_by_the_next_try(
    world: World, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_short(*_: object) -> None:
        raise BucketAway

    collection, picture = anna.collection(), anna.picture()
    with monkeypatch.context() as patch:
        patch.setattr(world.files, "share", cut_short)
        assert anna.put(collection, picture).status_code == 503
    assert anna.call("GET", f"/{collection}/objects").json["items"][0]["ready"] is False
    assert anna.access(collection).json["items"] == []
    assert anna.put(collection, picture).json["ready"] is True
    assert world.files.keys("private/") == [f"private/{collection}/cat.jpg"]


def test_a_copy_that_comes_too_late_is_deleted(
    world: World, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection, picture = anna.collection(), anna.picture()
    share = world.files.share

    def overtaken(*arguments: Any) -> None:
        with ThreadPoolExecutor(1) as another:  # a request of its own, as a server's thread has one
            taken_out = another.submit(anna.call, "DELETE", f"/{collection}/objects/{picture}")
        assert taken_out.result().status_code == 204
        share(*arguments)

    monkeypatch.setattr(world.files, "share", overtaken)
    assert anna.put(collection, picture).status_code == 412
    assert world.files.keys("private/") == []


def test_an_object_moves_to_another_path(world: World, anna: Person, full: tuple[str, str]) -> None:
    collection, picture = full
    assert anna.put(collection, picture, path="film/1.jpg").json["path"] == "film/1.jpg"
    assert world.files.keys("private/") == [f"private/{collection}/film/1.jpg"]
    assert anna.call("GET", f"/{collection}").json["objects"] == 1


def test_two_objects_of_one_name_need_two_paths(anna: Person, full: tuple[str, str]) -> None:
    collection, _ = full
    other = anna.picture()
    refused = anna.put(collection, other)
    assert refused.status_code == 409
    assert "another `path`" in refused.json["detail"]
    assert anna.put(collection, other, path="cat-2.jpg").status_code == 200


@pytest.mark.parametrize(
    "path", ["", "/a", "a/", "a//b", "../a", "a/../b", ".a", "a b", "a*", "ä", "a" * 101]
)
def test_a_path_that_is_none_is_refused(anna: Person, full: tuple[str, str], path: str) -> None:
    refused = anna.call("PUT", f"/{full[0]}/objects/{full[1]}", {"path": path})
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json["errors"]] == ["/path"]


def test_only_what_is_ready_can_be_given(world: World, anna: Person, ben: Person) -> None:
    collection = anna.collection()
    begun = world.begin(anna.id, a_picture())["object_id"]
    assert anna.put(collection, begun).status_code == 409
    assert anna.put(collection, ben.picture()).status_code == 404
    assert anna.put(str(new_id()), anna.picture()).status_code == 404


def test_an_owner_and_a_reader_get_signed_addresses(
    world: World, anna: Person, ben: Person, full: tuple[str, str]
) -> None:
    collection, picture = full
    anna.grant(collection, ben)
    for person in (anna, ben):
        access = person.access(collection)
        assert access.status_code == 200
        assert access.headers["Cache-Control"] == "no-store"
        (file,) = access.json["items"]
        assert file["object_id"] == picture
        address, _, query = file["url"].partition("?")
        assert address == f"https://cdn.localhost/private/{collection}/cat.jpg"
        signed = parse_qs(query)
        assert signed["Key-Pair-Id"] == [EDGE_KEY_ID]
        assert int(signed["Expires"][0]) == int(world.clock.now.timestamp()) + 3600
        assert access.json["expires_at"] == "2026-01-31T13:00:00.000Z"


def test_cookies_open_everything_below_the_collection(anna: Person, full: tuple[str, str]) -> None:
    collection, _ = full
    access = anna.access(collection, "cookies", seconds=60)
    assert access.json["base_url"] == f"https://cdn.localhost/private/{collection}/"
    assert urlsplit(access.json["items"][0]["url"]).query == ""
    cookies = access.headers.getlist("Set-Cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == [
        "CloudFront-Policy",
        "CloudFront-Signature",
        "CloudFront-Key-Pair-Id",
    ]
    for cookie in cookies:
        attributes = set(cookie.split("; ")[1:])
        assert {f"Path=/private/{collection}/", "Secure", "HttpOnly", "Domain=localhost"} < attributes


def test_who_has_no_grant_is_refused(anna: Person, ben: Person, full: tuple[str, str]) -> None:
    collection, _ = full
    assert ben.access(collection).status_code == 403
    anna.grant(collection, ben)
    assert ben.access(collection).status_code == 200
    assert anna.call("DELETE", f"/{collection}/grants/{ben.id}").status_code == 204
    assert ben.access(collection).status_code == 403
    assert anna.call("DELETE", f"/{collection}/grants/{ben.id}").status_code == 404
    assert ben.access(str(new_id())).status_code == 404


def test_a_grant_ends_at_its_time_and_access_with_it(
    world: World, anna: Person, ben: Person, full: tuple[str, str]
) -> None:
    collection, _ = full
    granted = anna.grant(collection, ben, expires_at="2026-01-31T12:10:00Z")
    assert granted.json["expires_at"] == "2026-01-31T12:10:00.000Z"
    assert ben.access(collection).json["expires_at"] == "2026-01-31T12:10:00.000Z"
    assert anna.access(collection).json["expires_at"] == "2026-01-31T13:00:00.000Z"
    world.clock.now += timedelta(minutes=10)
    assert ben.access(collection).status_code == 403
    assert anna.grant(collection, ben, expires_at="2026-01-31T12:10:00Z").status_code == 422


def test_a_reader_asks_for_no_more_time_than_there_is(anna: Person, full: tuple[str, str]) -> None:
    assert anna.access(full[0], seconds=86_400).status_code == 200
    for seconds in (0, 86_401, 10**17):
        refused = anna.access(full[0], seconds=seconds)
        assert refused.status_code == 422
        assert [error["pointer"] for error in refused.json["errors"]] == ["/seconds"]


def test_access_comes_page_by_page(anna: Person) -> None:
    collection = anna.collection()
    added = [anna.picture() for _ in range(3)]
    for number, picture in enumerate(added):
        anna.put(collection, picture, path=f"{number}.jpg")
    first = anna.call("POST", f"/{collection}/access?limit=2", {"delivery": "urls"}).json
    more = f"/{collection}/access?limit=2&cursor={first['next_cursor']}"
    second = anna.call("POST", more, {"delivery": "urls"}).json
    assert [one["object_id"] for one in first["items"] + second["items"]] == added


def test_without_a_key_access_says_what_to_set(full: tuple[str, str]) -> None:
    del full
    world = World(settings={"edge_key_pair_id": None, "edge_private_key": None})
    anna = Person(world)
    collection = anna.collection()
    refused = anna.access(collection, "cookies")
    assert refused.status_code == 503
    assert "EDGE_PRIVATE_KEY" in refused.json["detail"]


def test_an_erased_account_leaves_no_collection_and_no_grant(
    world: World, anna: Person, ben: Person, full: tuple[str, str]
) -> None:
    collection, _ = full
    anna.grant(collection, ben)
    bens = ben.collection()
    ben.grant(bens, anna)
    world.erase(anna.id)
    assert world.files.keys("private/") == []
    assert list(world.stores.collections.owned(anna.id)) == []
    assert list(world.stores.grants.held(ben.id)) == []
    assert ben.call("GET", f"/{bens}/grants").json["items"] == []
    assert ben.grant(bens, anna).status_code == 404
    assert world.records.usage(anna.id).bytes == 0
