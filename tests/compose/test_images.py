"""The containers and images from outside: what they may do, what is in them, how large they are."""

from __future__ import annotations

import os
from typing import Any

import pytest
from tests.compose.compose import Project, docker

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1800)]

OURS = (
    *("users", "todos", "media", "users-worker", "todos-worker", "media-worker", "users-migrate"),
    *("gateway", "bootstrap", "prepare"),
)
IMAGES = ("users", "todos", "media", "gateway", "tools")
MOST_OWN_MEGABYTES = 80
_FORBIDDEN = "pip pip3 easy_install gcc cc g++ make ld as curl wget git"


@pytest.mark.parametrize("service", [*OURS, "postgres", "redis"])
def test_a_container_runs_without_root_capabilities_or_a_writable_root(
    project: Project, service: str
) -> None:
    found = project.inspect(service)
    host: dict[str, Any] = found["HostConfig"]
    assert found["Config"]["User"] not in {"", "root", "0"}
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert host["Privileged"] is False
    assert host["ReadonlyRootfs"] is True
    assert host["Memory"] > 0
    assert host["PidsLimit"] > 0
    assert any(option.startswith("no-new-privileges") for option in host["SecurityOpt"])
    assert host["Init"] is True


@pytest.mark.parametrize("service", ["users", "todos-worker", "gateway", "postgres", "redis", "bootstrap"])
def test_the_kernel_agrees(project: Project, service: str) -> None:
    container = project.containers(service)[0]
    status = dict(
        line.split(":\t", 1)
        for line in docker("exec", container, "cat", "/proc/1/status").splitlines()
        if ":\t" in line
    )
    assert "0" not in status["Uid"].split()
    assert {status[name].strip("0") for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {""}
    assert status["NoNewPrivs"] == "1"
    tried = docker("exec", container, "sh", "-c", "touch /etc/x /opt/x /usr/x 2>&1; true")
    assert tried.count("Read-only file system") + tried.count("No such file or directory") == 3, tried


def test_only_the_gateway_is_reachable_from_outside_and_only_on_loopback(project: Project) -> None:
    for service in (*OURS, "postgres", "redis", "aws"):
        bound = project.inspect(service)["HostConfig"]["PortBindings"] or {}
        addresses = {one["HostIp"] for ones in bound.values() for one in ones}
        assert addresses == ({"127.0.0.1"} if service == "gateway" else set())


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_holds_no_compiler_no_installer_and_no_tests(project: Project, name: str) -> None:
    script = (
        f"for name in {_FORBIDDEN}; do command -v $name; done; "
        "find / -xdev \\( -path '/opt/app/*/tests' -o -path '/opt/app/*/test_*.py' -o -path '/opt/app/*.pem' "
        "-o -name 'pip' -path '*-packages*' -o -name '.git' -o -name '.env' \\) 2>/dev/null; true"
    )
    found = docker(
        "run", "--rm", "--network", "none", "--entrypoint", "sh", _image(project, name), "-c", script
    )
    assert found.strip() == ""


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_says_its_version_and_commit_and_stays_small(project: Project, name: str) -> None:
    image = _image(project, name)
    labels = docker("inspect", "--format", "{{json .Config.Labels}}", image)
    assert '"org.opencontainers.image.revision":"tested"' in labels
    assert '"org.opencontainers.image.version"' in labels
    own = _own_megabytes(image, name)
    print(f"slipway/{name}: {own:.0f} MB above its base")
    if name != "tools":  # it starts the others and leaves
        assert own <= MOST_OWN_MEGABYTES


def _image(project: Project, name: str) -> str:
    image: str = project.inspect({"tools": "prepare"}.get(name, name))["Image"]
    return image


def _own_megabytes(image: str, name: str) -> float:
    """Return the size of what our Dockerfile added: the layers since the last one of the base."""
    base = (
        os.environ.get("SLIPWAY_DEBIAN_IMAGE", "debian:bookworm-slim")
        if name == "gateway"
        else os.environ.get("SLIPWAY_PYTHON_IMAGE", "python:3.11-slim-bookworm")
    )
    sizes = [int(docker("inspect", "--format", "{{.Size}}", each)) for each in (image, base)]
    return (sizes[0] - sizes[1]) / 1_000_000
