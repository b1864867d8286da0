"""The suite in containers at work: the tour from outside and inside, the system tests, live reload."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.compose.compose import ROOT, Project, commands, docker, eventually, inspect, is_healthy
from tests.compose.running import slipway, system_tests, where
from tests.system.client import Client
from tests.system.environment import Environment

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1800)]


def test_the_demo_works_against_the_containers(project: Project, certificate: Path) -> None:
    done = slipway("demo", *where(project, certificate))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert "left out" in done.stdout or "403" in done.stdout


def test_the_demo_works_from_a_container_of_its_own(project: Project) -> None:
    printed = project.compose("run", "--rm", "-T", "demo")
    assert "steps passed" in printed


@pytest.mark.long
def test_the_system_tests_pass_against_the_containers(project: Project, certificate: Path) -> None:
    if not project.emulator_is_atomic():
        pytest.skip("this emulator loses writes that meet a failed transaction; they run against our own")
    system_tests(project, certificate)


def test_brought_up_again_everything_is_as_it_was(project: Project, certificate: Path) -> None:
    before = _starts(project)
    project.compose("up", "--detach")
    assert _starts(project) == before
    [gateway] = project.containers("gateway")
    assert docker("exec", gateway, "cat", "/edge/root.pem") == certificate.read_text()


def _starts(project: Project) -> dict[str, str]:
    """Return when each container that lasts was started."""
    label = f"label=com.docker.compose.project={project.name}"
    running = docker("ps", "--quiet", "--filter", label).split()
    return {container: inspect(container)["State"]["StartedAt"] for container in running}


@pytest.mark.parametrize("overlays", [(), ("compose/dev.yml",), ("compose/enforced.yml",)])
def test_every_compose_of_this_machine_reads_the_files(project: Project, overlays: tuple[str, ...]) -> None:
    for command in commands():
        Project(command, project.name, project.port).compose("config", "--quiet", overlays=overlays)


def test_a_shell_knows_the_service_and_its_stores(project: Project) -> None:
    printed = project.compose(
        *("run", "--rm", "-T", "--no-deps", "users", "shell"),
        typed="import os, psycopg2\n"
        "with psycopg2.connect(os.environ['DATABASE_URL']) as connection:\n"
        "    cursor = connection.cursor()\n"
        "    cursor.execute('SELECT count(*) >= 0 FROM accounts')\n"
        "    print('counted:', cursor.fetchone(), users.__name__)\n\n",
    )
    assert "counted: (True,) users" in printed


def test_an_edited_source_is_seen_without_a_new_image(project: Project, environment: Environment) -> None:
    source = ROOT / "services" / "todos" / "todos" / "schemas" / "todos.py"
    before, after = b"What is to be done.", b"What is to be done, edited."
    overlays = ("compose/dev.yml",)
    original = source.read_bytes()
    project.compose("up", "--detach", "--no-deps", "--no-build", "todos", overlays=overlays)
    try:
        with Client(environment) as client:
            assert eventually(lambda: before.decode() in _description(client))
            source.write_bytes(original.replace(before, after))
            assert eventually(lambda: after.decode() in _description(client))
    finally:
        source.write_bytes(original)
        project.compose("up", "--detach", "--no-deps", "--no-build", "todos")
    assert eventually(lambda: is_healthy(project.containers("todos")[0]))


def _description(client: Client) -> str:
    response = client.get("todos", "/openapi.json")
    return response.text if response.status_code == 200 else ""
