"""Uploads by a form straight to storage: size and type are enforced there."""

import hashlib

import pytest
from tests.system.expect import answer, is_id, is_time, problem, refused
from tests.system.pictures import photograph
from tests.system.uploading import ask, look, settled, upload

PHOTO = photograph(1, 640, 480)


def submit(account, asked, content, **changes):
    fields = {**asked["upload"]["fields"], **changes}
    return account.client.submit(asked["upload"]["url"], fields, content)


def test_an_upload_is_answered_with_a_form(anna):
    asked = ask(anna, PHOTO, "photo.jpg", "image/jpeg")
    assert is_id(asked["object_id"])
    assert asked["upload"]["kind"] == "post"
    assert asked["upload"]["url"].startswith("https://")
    assert is_time(asked["upload"]["expires_at"])


def test_an_asked_for_upload_is_pending(anna):
    asked = ask(anna, PHOTO, "photo.jpg", "image/jpeg")
    pending = look(anna, asked["object_id"])
    assert (pending["status"], pending["filename"], pending["thumbnails"]) == ("pending", "photo.jpg", [])


def test_an_uploaded_file_is_ready_in_the_end_as_it_was_sent(anna, anyone):
    ready = settled(anna, upload(anna, PHOTO))
    assert ready["status"] == "ready", ready
    assert (ready["filename"], ready["content_type"], ready["size"]) == (
        "photo.jpg",
        "image/jpeg",
        len(PHOTO),
    )
    assert ready["sha256"] == hashlib.sha256(PHOTO).hexdigest()
    assert is_time(ready["created_at"])
    fetched = anyone.fetch(ready["url"])
    assert fetched.status_code == 200
    assert fetched.content == PHOTO
    assert fetched.headers["Content-Type"] == "image/jpeg"


def test_a_ready_file_is_listed(anna):
    identifier = upload(anna, PHOTO)
    settled(anna, identifier)
    assert [found["id"] for found in anna.objects()] == [identifier]


@pytest.mark.needs_enforcement
@pytest.mark.parametrize("change", [-1, 1, 1000])
def test_another_size_than_announced_is_refused_by_storage(anna, change):
    asked = ask(anna, PHOTO, "photo.jpg", "image/jpeg")
    content = PHOTO[:change] if change < 0 else PHOTO + bytes(change)
    assert submit(anna, asked, content).status_code in {400, 403}
    assert look(anna, asked["object_id"])["status"] == "pending"


@pytest.mark.needs_enforcement
def test_an_empty_file_is_refused_by_storage(anna):
    assert submit(anna, ask(anna, PHOTO, "photo.jpg", "image/jpeg"), b"").status_code in {400, 403}


@pytest.mark.needs_enforcement
def test_another_type_than_announced_is_refused_by_storage(anna):
    asked = ask(anna, PHOTO, "photo.jpg", "image/jpeg")
    assert submit(anna, asked, PHOTO, **{"Content-Type": "text/html"}).status_code in {400, 403}


@pytest.mark.needs_enforcement
def test_another_key_than_given_is_refused_by_storage(anna, ben):
    asked = ask(anna, PHOTO, "photo.jpg", "image/jpeg")
    for key in (f"users/{ben.id}/photo.jpg", "photo.jpg", asked["upload"]["fields"]["key"] + "x"):
        assert submit(anna, asked, PHOTO, key=key).status_code in {400, 403}


@pytest.mark.needs_enforcement
def test_a_forged_form_is_refused_by_storage(anna):
    asked = ask(anna, PHOTO, "photo.jpg", "image/jpeg")
    fields = asked["upload"]["fields"]
    signature = next(name for name in fields if name.lower() == "x-amz-signature")
    assert submit(anna, asked, PHOTO, **{signature: "0" * 64}).status_code in {400, 403}
    fields.pop(signature)
    assert submit(anna, asked, PHOTO).status_code in {400, 403}


@pytest.mark.needs_enforcement
def test_a_form_adds_no_other_powers(anna):
    asked = ask(anna, PHOTO, "photo.jpg", "image/jpeg")
    assert submit(anna, asked, PHOTO, acl="public-read").status_code in {400, 403}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"filename": ""}, "/filename"),
        ({"filename": "a\0.jpg"}, "/filename"),
        ({"filename": "a\nb.jpg"}, "/filename"),
        ({"filename": "x" * 5000}, "/filename"),
        ({"filename": 5}, "/filename"),
        ({"content_type": ""}, "/content_type"),
        ({"content_type": "image"}, "/content_type"),
        ({"content_type": "image/jpeg\r\nX: y"}, "/content_type"),
        ({"size": 0}, "/size"),
        ({"size": -1}, "/size"),
        ({"size": "1000"}, "/size"),
        ({"size": 1.5}, "/size"),
        ({"size": 10**30}, "/size"),
        ({"size": None}, "/size"),
        ({"sha256": "x"}, "/sha256"),
        ({"sha256": "g" * 64}, "/sha256"),
        ({"key": "users/x"}, "/key"),
    ],
)
def test_a_wrong_request_is_refused_naming_the_place(anna, change, pointer):
    body = {"filename": "a.jpg", "content_type": "image/jpeg", "size": 1000, **change}
    problem(anna.client.post("media", "/v1/uploads", body), 422, pointer=pointer)
    assert anna.objects() == []


@pytest.mark.parametrize("missing", ["filename", "content_type", "size"])
def test_every_field_but_the_checksum_is_needed(anna, missing):
    body = {"filename": "a.jpg", "content_type": "image/jpeg", "size": 1000}
    del body[missing]
    problem(anna.client.post("media", "/v1/uploads", body), 422, pointer=f"/{missing}")


@pytest.mark.parametrize("name", ["ünïcödé 日本.jpg", "a b (1).jpg", 'quo"te.jpg', "x;y=z.jpg", "%2e%2e.jpg"])
def test_a_file_keeps_its_name_in_any_language(anna, anyone, name):
    ready = settled(anna, upload(anna, PHOTO, filename=name))
    assert (ready["status"], ready["filename"]) == ("ready", name)
    assert anyone.fetch(ready["url"]).content == PHOTO


def test_a_file_that_is_not_what_was_announced_is_rejected(anna):
    asked = ask(anna, PHOTO, "photo.jpg", "image/jpeg", sha256=hashlib.sha256(b"other").hexdigest())
    sent = submit(anna, asked, PHOTO)
    if sent.status_code >= 400:
        return
    rejected = settled(anna, asked["object_id"])
    assert rejected["status"] == "rejected"
    assert rejected["reason"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_somebody_elses_file_is_not_found(anna, ben, method):
    identifier = upload(ben, PHOTO)
    settled(ben, identifier)
    problem(anna.client.call(method, "media", f"/v1/objects/{identifier}"), 404)
    assert look(ben, identifier)["status"] == "ready"
    assert anna.objects() == []


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(
    "identifier", ["01890000-0000-7000-8000-00000000dead", "x", "..%2f", "%00", "a" * 3000]
)
def test_a_file_that_never_was_is_not_found(anna, method, identifier):
    assert refused(anna.client.call(method, "media", f"/v1/objects/{identifier}"))["status"] in {400, 404}


def test_files_are_listed_in_pages(anna):
    made = {ask(anna, PHOTO, f"{number}.jpg", "image/jpeg")["object_id"] for number in range(7)}
    seen = [found["id"] for found in anna.pages("media", "/v1/objects", limit=2)]
    assert len(seen) == 7
    assert set(seen) == made


@pytest.mark.parametrize(
    ("name", "value"), [("limit", "0"), ("limit", "201"), ("cursor", "x"), ("colour", "red")]
)
def test_a_wrong_parameter_is_refused(anna, name, value):
    problem(anna.client.get("media", "/v1/objects", params={name: value}), 422, pointer=f"/{name}")


def test_an_unchanged_file_is_not_sent_again(anna):
    identifier = upload(anna, PHOTO)
    settled(anna, identifier)
    path = f"/v1/objects/{identifier}"
    first = anna.client.get("media", path)
    assert first.headers["ETag"].startswith('"')
    again = anna.client.get("media", path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["a/b.jpg", "../../x.jpg", "C:\\photos\\x.jpg", "..", "."])
def test_a_name_with_folders_in_it_is_refused_or_stripped_of_them(anna, name):
    body = {"filename": name, "content_type": "image/jpeg", "size": 1000}
    response = anna.client.post("media", "/v1/uploads", body)
    if response.status_code == 422:
        problem(response, 422, pointer="/filename")
        return
    key = answer(response, 201)["upload"]["fields"]["key"]
    assert key.startswith(f"users/{anna.id}/")
    assert ".." not in key.split("/")
    assert anna.objects()[0]["filename"] in {"b.jpg", "x.jpg"}
