from __future__ import annotations

import json
import os

import pytest

from emulator.actions import touched_by
from emulator.repair import repair_objects
from emulator.settings import EmulatorSettings, EmulatorSettingsError

ENV = {
    "EMULATOR_PORT": "4000",
    "EMULATOR_STATE_DIR": "/somewhere",
    "EMULATOR_ROOT_ACCESS_KEY_ID": "AKIA",
    "EMULATOR_ROOT_SECRET_ACCESS_KEY": "secret",
}


@pytest.mark.parametrize("name", ENV)
def test_every_required_variable_is_named_when_it_is_missing(name):
    with pytest.raises(EmulatorSettingsError, match=name):
        EmulatorSettings.read({key: value for key, value in ENV.items() if key != name})


@pytest.mark.parametrize("port", ["x", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(EmulatorSettingsError, match="EMULATOR_PORT"):
        EmulatorSettings.read({**ENV, "EMULATOR_PORT": port})


def test_iam_is_enforced_and_only_loopback_listens():
    told = EmulatorSettings.read({**ENV, "SMTP_HOST": "127.0.0.1:25"}).for_ministack()
    assert told["AUTH"] == "true"
    assert told["BIND_HOST"] == "127.0.0.1"
    assert told["S3_PERSIST"] == "1"
    assert told["SMTP_HOST"] == "127.0.0.1:25"


def touched(service, action, *, method="POST", path="/", query=None, form=False):
    headers = {} if form else {"x-amz-target": f"X.{action}"}
    body = f"Action={action}&Version=1".encode() if form else b"{}"
    return set(touched_by(service, method, path, headers, body, query or {}))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (touched("sqs", "SendMessage"), {"messages"}),
        (touched("sqs", "ReceiveMessage"), {"messages"}),
        (touched("sqs", "GetQueueAttributes"), set()),
        (touched("sqs", "SetQueueAttributes"), {"sqs", "messages"}),
        (touched("sns", "Publish", form=True), {"sns", "messages"}),
        (touched("sns", "ListTopics", form=True), set()),
        (touched("iam", "CreateUser", form=True), {"iam", "messages"}),
        (touched("iam", "", query={"Action": ["DeleteUser"]}), {"iam", "messages"}),
        (touched("sts", "AssumeRole", form=True), {"sessions"}),
        (touched("sts", "GetSessionToken", form=True), {"sessions"}),
        (touched("s3", "", method="GET", path="/b/k"), set()),
        (touched("s3", "", method="PUT", path="/b/k"), {"messages"}),
        (touched("s3", "", method="PUT", path="/b"), {"s3", "messages"}),
        (touched("s3", "", method="POST", path="/b/k", query={"uploads": [""]}), {"messages", "uploads"}),
        (touched("s3", "", method="PUT", path="/b/k", query={"uploadId": ["u"]}), {"messages", "uploads"}),
    ],
)
def test_a_call_names_what_it_may_have_changed(found, expected):
    assert found >= expected
    assert bool(found) == bool(expected)


@pytest.fixture
def objects(tmp_path):
    content, sidecar = tmp_path / "a", tmp_path / "a.meta.json"
    content.write_bytes(b"newer and longer")
    sidecar.write_text(json.dumps({"size": 3, "etag": '"old"', "content_type": "image/png"}))
    return tmp_path, content, sidecar


def test_a_description_older_than_its_content_is_made_to_fit(objects):
    folder, _, sidecar = objects
    os.utime(sidecar, (1, 1))
    assert repair_objects(folder) == 1
    found = json.loads(sidecar.read_text())
    assert (found["size"], found["content_type"]) == (16, "image/png")
    assert found["etag"] != '"old"'


def test_a_description_written_after_its_content_is_believed(objects):
    folder, content, _ = objects
    os.utime(content, (1, 1))
    assert repair_objects(folder) == 0


def test_a_marker_of_deletion_is_left_alone(objects):
    folder, _, sidecar = objects
    sidecar.write_text(json.dumps({"is_delete_marker": True}))
    os.utime(sidecar, (1, 1))
    assert repair_objects(folder) == 0
