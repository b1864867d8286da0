"""What can be said of the compose files without an engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from slipway.compose import files
from slipway.manifest import load_all

ROOT = Path(__file__).parents[2]
MANIFESTS = load_all(ROOT)
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
ROLES = {
    name if role == "api" else f"{name}-{role}": settings
    for name, manifest in MANIFESTS.items()
    for role, settings in manifest.roles.items()
}


def test_the_committed_files_are_what_the_manifests_say() -> None:
    assert files.differing(ROOT, MANIFESTS) == []


def test_every_role_of_every_service_has_a_container() -> None:
    assert set(ROLES) <= set(SERVICES)


@pytest.mark.parametrize("name", sorted(ROLES))
def test_a_role_has_the_memory_that_its_manifest_asks_for(name: str) -> None:
    assert SERVICES[name]["mem_limit"] == f"{ROLES[name].memory}m"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_container_can_gain_privileges_or_grow_without_bound(name: str) -> None:
    service = SERVICES[name]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert service["init"] is True


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"aws"}))
def test_every_container_but_the_emulators_is_locked_down(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"] is True
    assert service["user"] not in {"root", "0", "0:0"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_only_the_gateway_is_published_and_only_on_loopback(name: str) -> None:
    ports = SERVICES[name].get("ports", [])
    assert bool(ports) == (name == "gateway")
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_migrations_are_done_before_a_service_starts() -> None:
    for name, manifest in MANIFESTS.items():
        for role, settings in manifest.roles.items():
            if settings.kind == "task":
                needs = SERVICES[name]["depends_on"]
                assert needs[f"{name}-{role}"]["condition"] == "service_completed_successfully"


def test_no_two_dockerfiles_are_of_one_size() -> None:
    """BuildKit takes two of one size and time, as a fresh clone may have them, for the same file."""
    dockerfiles = {service["build"]["dockerfile"] for service in SERVICES.values() if "build" in service}
    sizes = {name: (ROOT / name).stat().st_size for name in dockerfiles}
    assert len(set(sizes.values())) == len(sizes), sizes


def test_no_image_is_built_by_two_services_or_pulled() -> None:
    """Builders side by side trip over one name, and in a registry our names may be somebody else's."""
    built = [service for service in SERVICES.values() if "build" in service]
    names = [service["image"] for service in built]
    assert sorted(set(names)) == sorted(names)
    assert {service["pull_policy"] for service in built} == {"never"}


def test_the_gateways_container_is_made_anew_when_its_configuration_is() -> None:
    """It reads it when it starts, and compose leaves a container alone whose own description is the same."""
    told = str(SERVICES["gateway"]["environment"])
    assert "SLIPWAY_AWS_ENDPOINT" in told
    users = MANIFESTS["users"]
    gateway = users.gateway.model_copy(update={"per_second": users.gateway.per_second + 1})
    calmer = {**MANIFESTS, "users": users.model_copy(update={"gateway": gateway})}
    changed = yaml.safe_load(files.render(calmer)["docker-compose.yml"])["services"]
    assert [name for name in SERVICES if changed[name] != SERVICES[name]] == ["gateway"]
