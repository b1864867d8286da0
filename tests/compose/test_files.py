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


@pytest.mark.parametrize("name", sorted(MANIFESTS))
def test_dockerfiles_are_alike_but_for_the_services_name(name: str) -> None:
    def shape(service: str) -> str:
        return (ROOT / "services" / service / "Dockerfile").read_text().replace(service, "NAME")

    assert shape(name) == shape(next(iter(MANIFESTS)))
