from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.compose.compose import Project, commands, docker, eventually
from tests.compose.running import demo_works, told_anew
from tests.system.environment import Environment

ENFORCED = ("compose/enforced.yml",)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def project() -> Iterator[Project]:
    """The whole suite, built and healthy; taken down with its volumes in the end."""
    found = commands()
    if not found:
        pytest.skip("no container engine with compose answers here: the suite in containers is not tested")
    port = _free_port()
    project = Project(found[0], os.environ.get("SLIPWAY_TEST_PROJECT", f"slipwaytest{port}"), port)
    try:
        project.compose("build")
        project.compose("up", "--detach")
        yield project
    finally:
        project.compose("down", "--volumes", "--remove-orphans", "--timeout", "10", overlays=ENFORCED)


@pytest.fixture(scope="session")
def swapped(project: Project, certificate: Path) -> Project:
    """The suite with our own emulator, put there while it runs; the tour proves that it isolates.

    Everything was made there by itself, and the services were told their new keys. It stays: what asks
    for the usual emulator runs before.
    """
    project.compose("build", "aws", overlays=ENFORCED)
    with told_anew(project):
        project.compose("up", "--detach", "--no-deps", "aws", overlays=ENFORCED)
    assert eventually(lambda: demo_works(project, certificate, "--enforces-iam"))
    return project


@pytest.fixture(scope="session")
def sturdy(project: Project, request: pytest.FixtureRequest) -> Project:
    """The suite with an emulator that loses nothing by itself: the usual one or else our own."""
    if project.emulator_is_atomic():
        return project
    found: Project = request.getfixturevalue("swapped")
    return found


@pytest.fixture(scope="session")
def certificate(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate to trust, taken out of the running suite as the documentation says."""
    path = tmp_path_factory.mktemp("ca") / "root.pem"
    path.write_text(docker("exec", project.containers("gateway")[0], "cat", "/edge/root.pem"))
    return path


@pytest.fixture
def environment(project: Project, certificate: Path) -> Iterator[Environment]:
    """Where the suite is, for the client of the system tests; its names are found while the test runs."""
    found = Environment("localhost", project.port, str(certificate), "127.0.0.1")
    with found.resolving():
        yield found
