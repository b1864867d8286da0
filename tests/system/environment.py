"""Where the suite under test is, as the environment variables say.

`SLIPWAY_BASE_DOMAIN` (localhost), `SLIPWAY_PORT` (8443), `SLIPWAY_CA` (path of a root certificate;
the system's store when unset), `SLIPWAY_ADDRESS` (where every subdomain is; for `localhost`
127.0.0.1, otherwise the resolver is asked).
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

_resolve = socket.getaddrinfo


def _is_local(domain: str) -> bool:
    return domain == "localhost" or domain.endswith(".localhost")


@dataclass(frozen=True)
class Environment:
    """The address of a suite and what to trust there."""

    domain: str
    port: int
    ca: str | None
    address: str | None
    waits_out: frozenset[int] = frozenset({429})
    """Answers after which a patient call comes again."""

    @classmethod
    def from_variables(cls) -> Environment:
        """Read the variables; see the module's text."""
        domain = os.environ.get("SLIPWAY_BASE_DOMAIN", "localhost")
        return cls(
            domain=domain,
            port=int(os.environ.get("SLIPWAY_PORT", "8443")),
            ca=os.environ.get("SLIPWAY_CA") or ssl.get_default_verify_paths().cafile,
            address=os.environ.get("SLIPWAY_ADDRESS") or ("127.0.0.1" if _is_local(domain) else None),
        )

    @property
    def is_local(self) -> bool:
        """Whether this is a suite on somebody's own machine."""
        return _is_local(self.domain)

    def host(self, service: str) -> str:
        """Return the host name of a service's subdomain."""
        return f"{service}.{self.domain}"

    def origin(self, service: str) -> str:
        """Return `https://` origin of a subdomain, with the port where it is not 443."""
        port = "" if self.port == 443 else f":{self.port}"
        return f"https://{self.host(service)}{port}"

    @property
    def connect_address(self) -> str:
        """What to open a bare socket to."""
        return self.address or self.domain

    @contextmanager
    def resolving(self) -> Iterator[None]:
        """Send every name below the domain to the given address: Python does not resolve `*.localhost`."""
        if self.address is None:
            yield
            return

        def resolve(host: str | bytes | None, *arguments: Any, **options: Any) -> Any:
            name = host.decode() if isinstance(host, bytes) else host
            inside = name is not None and (name == self.domain or name.endswith(f".{self.domain}"))
            return _resolve(self.address if inside else host, *arguments, **options)

        with patch("socket.getaddrinfo", resolve):
            yield
