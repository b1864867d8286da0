"""An account is handed everything that the services hold of it, as one archive, and nobody else is."""

import io
import json
import zipfile

import pytest
from tests.system.expect import answer, eventually, problem
from tests.system.manifests import MANIFESTS
from tests.system.pictures import photograph
from tests.system.uploading import settled, upload

REQUESTED = "users.export.requested.v1"
HEARING = {
    name
    for name, one in MANIFESTS.items()
    for queue in one.get("queues", ())
    for subscription in queue.get("subscribes", ())
    if REQUESTED in subscription.get("types", ())
}


def exported(account, asked):
    """Return the export once it is done."""

    def look():
        found = answer(account.client.get("users", f"/v1/me/exports/{asked['id']}"))
        return found if found["status"] != "pending" else None

    return eventually(look, "the export is done")


@pytest.mark.timeout(700)
def test_everything_is_handed_over_and_goes_with_the_account(anna, ben, anyone):
    todo = anna.todo("Hand me over")
    ben.todo("Keep me out of it")
    picture = photograph()
    identifier = settled(anna, upload(anna, picture, filename="gräfin.jpg"))["id"]
    asked = answer(anna.client.post("users", "/v1/me/exports"), 202)
    assert asked == {"id": asked["id"], "status": "pending"}
    problem(anna.client.post("users", "/v1/me/exports", patient=False), 409)
    problem(ben.client.get("users", f"/v1/me/exports/{asked['id']}"), 404)
    ready = exported(anna, asked)
    assert ready["status"] == "ready", ready
    downloaded = anyone.fetch(ready["url"])
    assert downloaded.status_code == 200
    assert downloaded.headers["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(downloaded.content)) as archive:
        assert archive.testzip() is None
        entries = {name: archive.read(name) for name in archive.namelist()}
    assert {name for name in entries if "/" not in name} == {f"{one}.json" for one in HEARING | {"users"}}
    assert json.loads(entries["users.json"])["profile"][0]["email"] == anna.email
    assert [one["id"] for one in json.loads(entries["todos.json"])["todos"]] == [todo["id"]]
    assert [one["id"] for one in json.loads(entries["media.json"])["objects"]] == [identifier]
    assert entries[f"media/{identifier}/gräfin.jpg"] == picture
    text = b"".join(entries[name] for name in entries if name.endswith(".json")).decode()
    assert not [word for word in ("X-Amz-Signature", "argon2", anna.session["refresh_token"]) if word in text]
    assert anyone.fetch(ready["url"].partition("?")[0]).status_code == 403
    anna.close_account()
    eventually(lambda: anyone.fetch(ready["url"]).status_code in {403, 404}, "the archive is gone")
