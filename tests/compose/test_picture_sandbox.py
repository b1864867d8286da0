"""What a decoder in a container could still do if a picture took it over, tried in one."""

from __future__ import annotations

import json

import pytest
from tests.compose.compose import Project, docker, eventually

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1800)]

# Runs in the worker's container: takes the decoder's place in the process where pictures are decoded.
PROBE = """
import json, os, socket
from pathlib import Path
from media.domain.scratch import scratch
from media.imaging import child, landlock

def tried(what):
    try:
        what()
    except OSError as error:
        return type(error).__name__
    return "done"

child.answer_to = lambda request: {
    "its own folder": tried(lambda: Path(request["folder"], "own").write_bytes(b"x")),
    "our code": tried(lambda: Path(child.__file__).read_bytes()),
    "the settings": tried(lambda: Path(os.environ["ENVIRONMENT_FILE"]).read_bytes()),
    "the worker's environment": tried(lambda: Path("/proc/1/environ").read_bytes()),
    "a file beside its folder": tried(lambda: Path("/tmp/beside").write_bytes(b"x")),
    "a connection": tried(lambda: socket.create_connection(("127.0.0.1", 9), 2)),
}
with scratch() as folder:
    print(json.dumps({"landlock": landlock.version(), **child.run({"folder": str(folder)})}))
"""


@pytest.fixture
def worker(project: Project) -> str:
    """The container in which pictures are decoded."""
    return project.containers("media-worker")[0]


def test_a_decoder_reaches_its_own_folder_and_nothing_else(worker: str) -> None:
    found = json.loads(docker("exec", worker, "python", "-c", PROBE))
    if not found["landlock"]:
        pytest.skip("the kernel has no Landlock")
    assert found["shut_in"] is True
    assert found["its own folder"] == "done"
    denied = ("our code", "the settings", "the worker's environment", "a file beside its folder")
    assert {found[what] for what in denied} == {"PermissionError"}
    if found["landlock"] >= 4:
        assert found["a connection"] == "PermissionError"


def test_a_worker_says_at_its_start_what_keeps_a_decoder_in(worker: str) -> None:
    def said() -> str:
        return docker("logs", worker) + docker("logs", worker, errors=True)

    assert eventually(lambda: '"shut_in": ' in said())
    for missing, warning in (("shut_in", "without Landlock"), ("isolated", "without namespaces")):
        assert (f'"{missing}": false' in said()) == (f"decoding {warning}" in said())
