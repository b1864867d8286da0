"""The containers and images from outside: what they may do, what is in them, how large they are."""

from __future__ import annotations

import json
import os
import re
import subprocess
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.compose.compose import Project, docker
from tests.system.manifests import SERVICES, TASKS, WORKERS, stores_of

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1800)]

OURS = (*SERVICES, *WORKERS, *TASKS, "gateway", "bootstrap", "prepare")
ALL = (*OURS, "postgres", "redis", "aws")
IMAGES = (*SERVICES, "gateway", "tools")
MOST_OWN_MEGABYTES = 100  # of media, whose pictures need decoders for HEIC and AVIF
_PROGRAMS = (
    "find /bin /sbin /usr/bin /usr/sbin /usr/local/bin /usr/local/sbin ! -type d -perm /111 2>/dev/null"
)
_FORBIDDEN = "pip pip3 easy_install wheel gcc cc g++ clang make ld as curl wget git"
_UNWANTED = (
    *("-path '/opt/app/*/tests'", "-path '/opt/app/*/testing'", "-path '/opt/app/*/test_*.py'"),
    *("-name .git", "-name .env", "-path '/opt/app/*.pem'"),
    *(f"-name {name} -path '*-packages*'" for name in ("pip", "setuptools", "pkg_resources", "wheel")),
    *("-name ensurepip", "-name 'pip-*.whl'", "-name 'setuptools-*.whl'"),
)
_SECRET = re.compile(r"PASSWORD|SECRET|ENCRYPTION_KEY|DATABASE_URL|REDIS_URL")


@pytest.mark.parametrize("service", ALL)
def test_a_container_cannot_gain_privileges_or_take_the_whole_machine(project: Project, service: str) -> None:
    host: dict[str, Any] = project.inspect(service)["HostConfig"]
    assert host["Privileged"] is False
    assert host["CapDrop"] == ["ALL"]
    assert any(option.startswith("no-new-privileges") for option in host["SecurityOpt"])
    assert 0 < host["Memory"] <= 2048 << 20
    assert 0 < host["PidsLimit"] <= 512
    assert host["Init"] is True
    assert not [mount for mount in host["Binds"] or () if mount.startswith("/")]


@pytest.mark.parametrize("service", sorted(set(ALL) - {"aws"}))
def test_a_container_runs_without_root_capabilities_or_a_writable_root(
    project: Project, service: str
) -> None:
    found = project.inspect(service)
    assert found["Config"]["User"] not in {"", "root", "0", "0:0"}
    assert not found["HostConfig"]["CapAdd"]
    assert found["HostConfig"]["ReadonlyRootfs"] is True


@pytest.mark.parametrize(
    "service", sorted(set(ALL) - {"aws", "prepare", *TASKS})
)  # those that are still there
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
    assert tried.count("Read-only file system") == 3, tried


def test_only_the_gateway_is_reachable_from_outside_and_only_on_loopback(project: Project) -> None:
    for service in ALL:
        bound = project.inspect(service)["HostConfig"]["PortBindings"] or {}
        addresses = {one["HostIp"] for ones in bound.values() for one in ones}
        assert addresses == ({"127.0.0.1"} if service == "gateway" else set())


STORES = {"postgres": 5432, "redis": 6379}
REACHED = {name: stores_of(name) for name in (*SERVICES, *WORKERS)} | {"bootstrap": {"postgres"}}
_PROBE = """
import socket, sys
for place in sys.argv[1:]:
    name, address, port = place.split(":")
    try:
        socket.create_connection((address, int(port)), 3).close()
        print(name)
    except OSError:
        pass
"""


@pytest.mark.parametrize("service", sorted(REACHED))
def test_a_container_reaches_its_own_store_and_no_other(project: Project, service: str) -> None:
    places = [f"{store}:{_address(project, store)}:{port}" for store, port in STORES.items()]
    found = docker("exec", project.containers(service)[0], "python", "-c", _PROBE, *places)
    assert set(found.split()) == REACHED[service]


def _address(project: Project, store: str) -> str:
    [network] = project.inspect(store)["NetworkSettings"]["Networks"].values()
    return str(network["IPAddress"])


def test_redis_obeys_a_service_about_its_own_keys_and_nobody_else(project: Project) -> None:
    told = docker("exec", project.containers("todos")[0], "cat", "/run/slipway/environment.json")
    password = urlsplit(json.loads(told)["REDIS_URL"]).password
    [container] = project.containers("redis")
    anybody = partial(docker, "exec", container, "redis-cli")
    todos = partial(
        docker, "exec", "--env", f"REDISCLI_AUTH={password}", container, "redis-cli", "--user", "todos"
    )
    assert anybody("ping").strip() == "PONG"
    assert todos("set", "todos:x", "1", "px", "1").strip() == "OK"
    for command in (("get", "users:x"), ("flushall",), ("config", "get", "*"), ("acl", "list")):
        assert todos(*command).startswith("NOPERM")
        assert anybody(*command).startswith("NOPERM")
    assert anybody("get", "todos:x").startswith("NOPERM")


def test_no_network_but_the_gateways_has_a_way_out(project: Project) -> None:
    open_to = {
        service
        for service in ALL
        for network in project.inspect(service)["NetworkSettings"]["Networks"]
        if docker("network", "inspect", "--format", "{{.Internal}}", network).strip() != "true"
    }
    assert open_to == {"gateway"}


def test_no_secret_is_seen_in_containers_images_or_logs(project: Project) -> None:
    secrets = _secrets(project)
    assert len(secrets) >= 6
    for service in ALL:
        container = project.containers(service)[0]
        told = project.inspect(service)
        shown = {
            "inspect": json.dumps(told),
            "history": docker("history", "--no-trunc", told["Image"]),
            "logs": docker("logs", container),
        }
        assert [(service, name) for name, text in shown.items() if any(one in text for one in secrets)] == []


def _secrets(project: Project) -> set[str]:
    """Return the secrets of all services, out of the volumes where they are kept."""
    found = set()
    for service in SERVICES:
        text = docker("exec", project.containers(service)[0], "cat", "/run/slipway/environment.json")
        told = {name: value for name, value in json.loads(text).items() if _SECRET.search(name)}
        assert told
        found |= {re.sub(r".*:(.*)@.*", r"\1", value) for value in told.values()}
    return found | {
        docker("exec", project.containers("postgres")[0], "cat", "/run/secrets-of-postgres/password")
    }


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_holds_no_compiler_no_installer_no_cache_and_no_tests(project: Project, name: str) -> None:
    script = (
        f"for name in {_FORBIDDEN}; do command -v $name; done; "
        f"find / -xdev \\( {' -o '.join(_UNWANTED)} \\) -print; "
        "find /var/lib/apt/lists /var/cache/apt ~/.cache /tmp -type f -size +0 2>/dev/null; true"
    )
    assert _shell(_image(project, name), script) == set()


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_adds_no_program_to_its_base_but_its_own(project: Project, name: str) -> None:
    added = _shell(_image(project, name), _PROGRAMS) - _shell(_base(name), _PROGRAMS)
    assert added == ({"/usr/local/bin/nginx"} if name == "gateway" else set())


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_says_its_version_and_commit_and_stays_small(
    project: Project, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    image = _image(project, name)
    config = json.loads(docker("inspect", "--format", "{{json .Config}}", image))
    assert config["Labels"]["org.opencontainers.image.revision"] == "tested"
    assert config["Labels"]["org.opencontainers.image.version"]
    assert config["Labels"]["org.opencontainers.image.title"] == f"slipway-{name}"
    assert config["User"] == "10001:10001"
    assert isinstance(config["Entrypoint"], list)
    sizes = [int(docker("inspect", "--format", "{{.Size}}", each)) for each in (image, _base(name))]
    own = (sizes[0] - sizes[1]) / 1_000_000
    with capsys.disabled():
        print(f"\nslipway/{name}: {own:.0f} MB above its base")
    assert own <= MOST_OWN_MEGABYTES


@pytest.mark.parametrize("name", [*SERVICES, "gateway"])
def test_an_image_that_lasts_looks_after_its_own_health(project: Project, name: str) -> None:
    config = json.loads(docker("inspect", "--format", "{{json .Config}}", _image(project, name)))
    assert config["Healthcheck"]["Test"][0] == "CMD"
    assert config["StopSignal"] == ("SIGQUIT" if name == "gateway" else "SIGTERM")


def test_a_role_that_a_service_has_not_is_refused_and_nothing_to_migrate_is_no_fault(
    project: Project,
) -> None:
    image = _image(project, "todos")
    assert "nothing to migrate" in docker("run", "--rm", image, "migrate", errors=True)
    with pytest.raises(AssertionError, match="has no role 'wrker'"):
        docker("run", "--rm", image, "wrker")


def _image(project: Project, name: str) -> str:
    image: str = project.inspect({"tools": "prepare"}.get(name, name))["Image"]
    return image


def _base(name: str) -> str:
    """Return the image that a Dockerfile of ours ends on. BuildKit does not keep it under its name."""
    names = {"gateway": os.environ.get("SLIPWAY_DEBIAN_IMAGE", "debian:bookworm-slim")}
    base = names.get(name, os.environ.get("SLIPWAY_PYTHON_IMAGE", "python:3.11-slim-bookworm"))
    if subprocess.run(["docker", "image", "inspect", base], capture_output=True).returncode:
        docker("pull", "--quiet", base)
    return base


def _shell(image: str, script: str) -> set[str]:
    """Return the lines that a script prints in a container of an image."""
    printed = docker("run", "--rm", "--user=0", "--network=none", "--entrypoint=sh", image, "-c", script)
    return set(printed.splitlines())
