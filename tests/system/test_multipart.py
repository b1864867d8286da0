"""Files above 64 MiB come in parts."""

import hashlib

import pytest
import requests
from tests.system.expect import answer, empty, is_time, problem
from tests.system.uploading import look, settled

SIZE = 65 * 2**20
MADE_UP = {"parts": [{"number": 1, "etag": '"' + "0" * 32 + '"'}]}


def begin(account, **fields):
    body = {"filename": "film.mp4", "content_type": "video/mp4", "size": SIZE, **fields}
    return answer(account.client.post("media", "/v1/uploads", body), 201)


def send(account, upload, content):
    """Put every part to its address; return what completes the upload."""
    parts = []
    for part in upload["parts"]:
        start = (part["number"] - 1) * upload["part_size"]
        piece = content[start : start + upload["part_size"]]
        verify = account.client.environment.ca or True
        response = requests.put(part["url"], data=piece, verify=verify, timeout=60)
        assert response.status_code == 200, response.text
        parts.append({"number": part["number"], "etag": response.headers["ETag"]})
    return {"parts": parts}


class BrokenOff:
    """A body that announces all its bytes and breaks off in the middle."""

    def __init__(self, size):
        self._size, self._left = size, size // 2

    def __len__(self):
        return self._size

    def read(self, most=-1):
        if not self._left:
            raise ConnectionResetError("the connection is lost")
        taken = min(self._left, most if most > 0 else self._left)
        self._left -= taken
        return bytes(taken)


@pytest.mark.timeout(180)
def test_a_large_file_is_put_together_from_its_parts(anna):
    content = bytes(range(256)) * (SIZE // 256)
    asked = begin(anna, sha256=hashlib.sha256(content).hexdigest())
    upload, path = asked["upload"], f"/v1/uploads/{asked['object_id']}"
    assert upload["kind"] == "multipart"
    numbers = [part["number"] for part in upload["parts"]]
    assert numbers == list(range(1, -(-SIZE // upload["part_size"]) + 1))
    assert is_time(upload.get("expires_at", "2030-01-01T00:00:00Z"))
    answer(anna.client.post("media", f"{path}/complete", send(anna, upload, content)))
    ready = settled(anna, asked["object_id"], seconds=120)
    assert (ready["status"], ready["size"]) == ("ready", SIZE), ready
    anna.client.delete("media", f"/v1/objects/{asked['object_id']}")


@pytest.mark.timeout(180)
def test_an_upload_whose_connection_was_lost_goes_on_with_the_parts_that_are_missing(anna):
    content = bytes(range(256)) * (SIZE // 256)
    asked = begin(anna, sha256=hashlib.sha256(content).hexdigest())
    path = f"/v1/uploads/{asked['object_id']}"
    upload = asked["upload"]
    send(anna, {**upload, "parts": upload["parts"][:2]}, content)
    lost = upload["parts"][2]
    body = BrokenOff(upload["part_size"])
    with pytest.raises(OSError, match="lost"):
        requests.put(lost["url"], data=body, verify=anna.client.environment.ca or True, timeout=60)
    shown = answer(anna.client.get("media", path))
    assert [part["number"] for part in shown["arrived"]] == [1, 2]
    rest = send(anna, {"part_size": shown["part_size"], "parts": shown["missing"]}, content)["parts"]
    known = [{"number": part["number"], "etag": part["etag"]} for part in shown["arrived"]]
    answer(anna.client.post("media", f"{path}/complete", {"parts": known + rest}))
    ready = settled(anna, asked["object_id"], seconds=120)
    assert (ready["status"], ready["sha256"]) == ("ready", hashlib.sha256(content).hexdigest())


def test_a_given_up_upload_is_gone(anna):
    asked = begin(anna)
    path = f"/v1/uploads/{asked['object_id']}"
    empty(anna.client.post("media", f"{path}/abort"))
    problem(anna.client.get("media", f"/v1/objects/{asked['object_id']}"), 404)
    response = anna.client.post("media", f"{path}/complete", MADE_UP)
    assert response.status_code in {404, 409}
    problem(response, response.status_code)


def test_parts_that_never_came_are_not_put_together(anna):
    asked = begin(anna)
    response = anna.client.post("media", f"/v1/uploads/{asked['object_id']}/complete", MADE_UP)
    assert response.status_code in {409, 422}
    problem(response, response.status_code)
    assert look(anna, asked["object_id"])["status"] == "pending"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"parts": []},
        {"parts": [{"number": 0, "etag": "x"}]},
        {"parts": [{"number": 1}]},
        {"parts": "all"},
    ],
)
def test_a_wrong_list_of_parts_is_refused(anna, body):
    asked = begin(anna)
    problem(anna.client.post("media", f"/v1/uploads/{asked['object_id']}/complete", body), 422)


@pytest.mark.parametrize("verb", ["complete", "abort"])
def test_nobody_ends_somebody_elses_upload(anna, ben, verb):
    asked = begin(ben)
    body = MADE_UP if verb == "complete" else None
    problem(anna.client.post("media", f"/v1/uploads/{asked['object_id']}/{verb}", body), 404)
    assert look(ben, asked["object_id"])["status"] == "pending"


def test_a_small_file_comes_in_one_piece(anna):
    assert begin(anna, size=64 * 2**20)["upload"]["kind"] == "post"
