"""The calls that services document, read from the committed files and not by code of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from tests.system.manifests import SERVICES

_SERVICES = Path(__file__).parents[2] / "services"
_METHODS = {"get", "post", "put", "patch", "delete"}
NOBODYS = "01a1fbf7-312a-762e-b593-a12690369b44"
"""An id that nothing has."""


@dataclass(frozen=True)
class Call:
    """One call of a service, with everything in its path filled in; `scopes` is None where it is public."""

    service: str
    method: str
    path: str
    has_body: bool
    scopes: frozenset[str] | None

    @property
    def body(self) -> dict[str, Any] | None:
        """What can be sent: an empty body where there is one at all."""
        return {} if self.has_body else None


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and description of every call in a document."""
    for path, described in document["paths"].items():
        for method, operation in described.items():
            if method in _METHODS:
                yield method, path, operation


def _call(service: str, method: str, path: str, operation: Mapping[str, Any]) -> Call:
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            value = "1" if parameter["schema"]["type"] == "integer" else NOBODYS
            path = path.replace("{" + parameter["name"] + "}", value)
    [*needed] = operation["security"]
    scopes = frozenset(needed[0]["access_token"]) if needed else None
    return Call(service, method.upper(), path, "requestBody" in operation, scopes)


CALLS = [
    _call(service, *described)
    for service in SERVICES
    for described in operations(
        yaml.safe_load((_SERVICES / service / "openapi.yaml").read_text(encoding="utf-8"))
    )
]
PRIVATE = [call for call in CALLS if call.scopes is not None]
PRIVATE_READS = {
    call.service: call for call in reversed(PRIVATE) if call.method == "GET" and NOBODYS not in call.path
}
"""Of each service a call that only reads, and needs a token."""
