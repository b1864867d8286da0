"""The gateway: nginx, configured from the manifests, the only part that clients talk to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from slipway.gateway import Edge, EdgeOrigins, Tls, ensure_authority, hosts, write
from slipway.gateway.keys import KeyGroups
from slipway.gateway.rendering import TOLD
from slipway.manifest import Manifest
from slipway.parts.base import Listening
from slipway.parts.binaries import nginx
from slipway.parts.probe import https_answers
from slipway.provision.access_keys import AccessKey
from slipway.state.layout import write_private
from slipway.supervision.program import Program, StopSignal, base_environment

_CREDENTIALS = "origin.json"


@dataclass(frozen=True)
class Gateway(Listening):
    """nginx on the public port. `upstreams` are the services' `host:port`, `s3` the emulator's.

    `edge_key` returns the key that delivered files are read with, once it is made.
    """

    manifests: Mapping[str, Manifest]
    upstreams: Mapping[str, str]
    s3: str
    domain: str
    origins_file: EdgeOrigins
    key_groups: KeyGroups
    purges: str
    purge_token: str
    edge_key: Callable[[], AccessKey | None]
    browser_origins: tuple[str, ...] = ()
    name: str = "gateway"

    @property
    def stop_signal(self) -> StopSignal:
        return "QUIT"

    @property
    def stop_seconds(self) -> int:
        return 5

    def prepare(self) -> Program:
        binary, _ = nginx()
        names = hosts(self.manifests, self.domain, self.origins_file)
        tls = ensure_authority(self.layout.authority, self.domain, names)
        folder = self.layout.part(self.name)
        folder.mkdir(parents=True, exist_ok=True)
        write_private(folder / _CREDENTIALS, json.dumps(asdict(key) if (key := self.edge_key()) else {}))
        config = write(self._edge(tls, folder))
        return Program(
            # Relative to its working folder: in whole paths nginx would take `$` for a variable.
            argv=(str(binary), "-p", "./", "-e", "stderr", "-c", config.name),
            env=base_environment(),
            cwd=folder,
            version=_digest(*_read_by_nginx(folder), config, tls.certificate),
            reload_signal="HUP",
        )

    def check(self) -> None:
        https_answers(self.port, f"{self._first_subdomain}.{self.domain}", "/livez", self._root)

    @property
    def _root(self) -> Path:
        return self.layout.authority / "root.pem"

    @property
    def _first_subdomain(self) -> str:
        return next((manifest.subdomain for manifest in self.manifests.values()), "app")

    def _edge(self, tls: Tls, folder: Path) -> Edge:
        return Edge(
            manifests=self.manifests,
            upstreams=self.upstreams,
            s3_upstream=self.s3,
            certificate=tls.certificate,
            key=tls.key,
            folder=folder,
            domain=self.domain,
            port=self.port,
            kept=self.layout.data / "edge",
            credentials=folder / _CREDENTIALS,
            origins_file=self.origins_file,
            key_groups=self.key_groups,
            purges=self.purges,
            purge_token=self.purge_token,
            browser_origins=self.browser_origins,
        )


def _read_by_nginx(folder: Path) -> list[Path]:
    """Return the scripts and what they are told; the launch specification beside them holds the digest."""
    return [*sorted(folder.glob("*.js")), folder / TOLD, folder / _CREDENTIALS]


def _digest(*files: Path) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()
