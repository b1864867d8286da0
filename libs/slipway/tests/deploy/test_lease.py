"""One deployment at a time: who has the lease, when it is free, and what becomes of one that is lost."""

import json
import os
import socket
import subprocess
import time
from typing import Any

import psutil
import pytest
from libs.slipway.tests.deploy.fakes import Bucket, refused

from slipway.deploy import lease
from slipway.deploy.backend import Backend
from slipway.terminal.problems import BUSY, Problem

BACKEND = Backend("states", "shop/production/terraform.tfstate", "eu-central-1", ())


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


def holder(**changes: Any) -> bytes:
    present: dict[str, Any] = {
        "who": "ben",
        "host": "another-machine",
        "process": 1,
        "began": 1.0,
        "until": time.time() + 100,
    }
    return json.dumps({**present, **changes}).encode()


def test_it_is_held_while_the_body_runs_and_given_back(bucket: Bucket) -> None:
    with lease.held(bucket.aws(), BACKEND, "anna"):
        assert bucket.content
        assert json.loads(bucket.content)["who"] == "anna"
    assert bucket.content is None


def test_it_is_given_back_when_the_body_fails(bucket: Bucket) -> None:
    with pytest.raises(ValueError, match="no"), lease.held(bucket.aws(), BACKEND, "anna"):
        raise ValueError("no")
    assert bucket.content is None


def test_it_lies_beside_the_state(bucket: Bucket) -> None:
    aws = bucket.aws()
    with lease.held(aws, BACKEND, "anna"):
        assert aws.asked_for("put_object")[0]["Key"] == "shop/production/deployment.lock"
    assert lease.key_of(Backend("states", "terraform.tfstate", "eu-central-1", ())) == "deployment.lock"


def test_who_has_it_is_named_with_the_time_when_it_ends(bucket: Bucket) -> None:
    bucket.put(holder())
    with pytest.raises(Problem, match=r"ben is deploying here \(process 1 on another-machine\)") as caught:
        lease.held(bucket.aws(), BACKEND, "anna").__enter__()
    assert caught.value.code == BUSY
    assert "UTC" in caught.value.next_step


def test_one_that_has_run_out_is_taken_over(bucket: Bucket) -> None:
    bucket.put(holder(until=time.time() - 1))
    with lease.held(bucket.aws(), BACKEND, "anna"):
        assert b"anna" in (bucket.content or b"")


def test_one_of_a_process_of_this_machine_that_has_ended_is_free_at_once(bucket: Bucket) -> None:
    with subprocess.Popen(["/bin/true"]) as ended:
        ended.wait()
    bucket.put(holder(host=socket.gethostname(), process=ended.pid, began=time.time()))
    with lease.held(bucket.aws(), BACKEND, "anna"):
        assert b"anna" in (bucket.content or b"")


def test_one_of_a_process_of_this_machine_that_lives_is_respected(bucket: Bucket) -> None:
    began = psutil.Process().create_time()
    bucket.put(holder(host=socket.gethostname(), process=os.getpid(), began=began))
    with pytest.raises(Problem, match="ben is deploying"):
        lease.held(bucket.aws(), BACKEND, "anna").__enter__()


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"who": "ben"}', b"\xff"])
def test_one_that_cannot_be_read_is_taken_over(bucket: Bucket, content: bytes) -> None:
    bucket.put(content)
    with lease.held(bucket.aws(), BACKEND, "anna"):
        assert b"anna" in (bucket.content or b"")


def test_of_two_that_take_over_at_once_one_is_told(bucket: Bucket) -> None:
    bucket.put(holder(until=0))
    writes = []

    def faster() -> None:
        writes.append(1)
        if len(writes) == 2:
            bucket.put(holder())

    bucket.before_write = faster
    with pytest.raises(Problem, match="another deployment was faster") as caught:
        lease.held(bucket.aws(), BACKEND, "anna").__enter__()
    assert caught.value.code == BUSY


def test_another_refusal_is_not_taken_for_a_holder(bucket: Bucket) -> None:
    def deny() -> None:
        raise refused("AccessDenied")

    bucket.before_write = deny
    with pytest.raises(Problem, match="AccessDenied"):
        lease.held(bucket.aws(), BACKEND, "anna").__enter__()


def test_a_lost_lease_stops_the_deployment_and_stays_with_the_new_holder(bucket: Bucket) -> None:
    with lease.held(bucket.aws(), BACKEND, "anna") as mine:
        mine.check()
        bucket.put(holder())
        with pytest.raises(Problem, match="the lease of this deployment was lost") as caught:
            mine.check()
        assert "who deploys now" in caught.value.next_step
    assert b"ben" in (bucket.content or b"")


def test_a_network_that_is_away_for_a_moment_loses_nothing(bucket: Bucket) -> None:
    def away() -> None:
        raise Problem("no route to host")

    with lease.held(bucket.aws(), BACKEND, "anna") as mine:
        bucket.before_write = away
        mine.check()


def test_a_network_that_is_away_for_longer_than_the_lease_loses_it(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise Problem("no route to host")

    with lease.held(bucket.aws(), BACKEND, "anna") as mine:
        bucket.before_write = away
        monkeypatch.setattr(lease, "_SECONDS", -1)
        with pytest.raises(Problem, match="was lost: no route to host"):
            mine.check()


def test_it_is_renewed_by_itself(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "_RENEWAL", 0.01)
    aws = bucket.aws()
    with lease.held(aws, BACKEND, "anna"):
        deadline = time.monotonic() + 120
        while len(aws.asked_for("put_object")) < 4:
            assert time.monotonic() < deadline
            time.sleep(0.01)
