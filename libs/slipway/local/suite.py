"""A suite: one set of parts with one state folder, made from the manifests of a checkout."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path

from slipway import __version__
from slipway.gateway import EdgeOrigins, load_origins
from slipway.gateway.origins import FILE as ORIGINS_FILE
from slipway.gateway.origins import OriginsError
from slipway.manifest import Manifest, ManifestError, issuer_of, load_all, subscribers_of
from slipway.parts import dynamo
from slipway.parts.cache import RedisServer
from slipway.parts.dynamo import Dynamo
from slipway.parts.emulator import Emulator
from slipway.parts.gateway import Gateway
from slipway.parts.mail import MailServer
from slipway.parts.one_off import OneOff
from slipway.parts.postgres import Postgres
from slipway.parts.service import Compute, ServiceWorker, WebService
from slipway.provision.access_keys import AccessKeys
from slipway.provision.naming import EDGE_USER
from slipway.settings import cache_users, edge
from slipway.settings.variables import Addresses, origin, service_environment
from slipway.state.credentials import GeneratedSecrets
from slipway.state.layout import Layout, write_private
from slipway.state.ports import Ports
from slipway.supervision.daemon import Daemon
from slipway.supervision.program import Part, Task
from slipway.terminal.problems import Problem

DEFAULT_PORT = 8443
DEFAULT_DOMAIN = "localhost"


@dataclass(frozen=True)
class SuiteSettings:
    """What `up` was asked for; remembered, so that later commands need not be told again."""

    port: int = DEFAULT_PORT
    domain: str = DEFAULT_DOMAIN
    browser_origins: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    """Services that run as Lambda functions."""

    service_settings: tuple[str, ...] = ()
    """What services are told besides, each as `SERVICE.NAME=VALUE`."""

    def settings_of(self, service: str) -> dict[str, str]:
        """Return the variables that `service` is told besides those that the suite makes."""
        start = f"{service}."
        own = (one.removeprefix(start) for one in self.service_settings if one.startswith(start))
        return dict(one.split("=", 1) for one in own)

    def __str__(self) -> str:
        others = f", open to pages of {' and '.join(self.browser_origins)}" if self.browser_origins else ""
        functions = f", {' and '.join(self.functions)} as functions" if self.functions else ""
        told = f", with {' and '.join(self.service_settings)}" if self.service_settings else ""
        return f"{self.domain} on port {self.port}{others}{functions}{told}"


@dataclass(frozen=True)
class Suite:
    """The parts of the checkout `root`, with their state below `state`.

    Several suites of one checkout run side by side with different state folders and ports.
    """

    root: Path
    state: Path
    settings: SuiteSettings = SuiteSettings()

    @cached_property
    def layout(self) -> Layout:
        return Layout(self.root, self.state)

    @cached_property
    def manifests(self) -> dict[str, Manifest]:
        try:
            return load_all(self.root)
        except ManifestError as error:
            raise Problem(
                str(error), next_step="correct the manifest; `./slipway manifest check` tells"
            ) from error

    @cached_property
    def issuer(self) -> Manifest:
        """The service that issues the suite's access tokens."""
        try:
            return issuer_of(self.manifests)
        except ManifestError as error:
            raise Problem(str(error), next_step="say `issuer: true` in that service's manifest") from error

    @cached_property
    def ports(self) -> Ports:
        return Ports(self.state / "ports.json")

    @cached_property
    def credentials(self) -> GeneratedSecrets:
        return GeneratedSecrets(self.layout.secrets)

    @cached_property
    def daemon(self) -> Daemon:
        password = self.credentials.password("supervisor")
        return Daemon(self.layout, port=self.ports["supervisor"], password=password)

    @cached_property
    def postgres(self) -> Postgres:
        stores = [manifest.stores.postgres for manifest in self.manifests.values()]
        databases = {
            store.database: self.credentials.password(f"postgres-{store.database}")
            for store in stores
            if store
        }
        return Postgres(self.layout, self.ports["postgres"], self.credentials.password("postgres"), databases)

    @cached_property
    def cache(self) -> RedisServer:
        users = cache_users.passwords(self.manifests, self.credentials)
        return RedisServer(self.layout, self.ports["cache"], self.credentials.password("cache"), users)

    @cached_property
    def emulator(self) -> Emulator:
        def tables() -> str:
            return dynamo.upstream(self.layout, self.ports["dynamo"])

        key = self.credentials.access_key("emulator")
        return Emulator(
            self.layout, self.ports["emulator"], key, tables, smtp=self.mail.address, needs=(self.mail.name,)
        )

    @cached_property
    def mail(self) -> MailServer:
        return MailServer(self.layout, self.ports["mail"])

    @cached_property
    def backing(self) -> list[Part | Task]:
        """The stores, the mailbox and the emulated AWS: what tests of adapters need."""
        steps: list[Part | Task] = [self.postgres, self.cache]
        if dynamo.is_separate(self.layout):
            steps.append(Dynamo(self.layout, self.ports["dynamo"]))
        return [*steps, self.mail, self.emulator]

    @cached_property
    def resources(self) -> Task:
        """Making tables, buckets, queues, topics and the services' AWS users."""
        stores = tuple(step.name for step in self.backing if step.name in {"dynamo", "emulator"})
        return Task("resources", stores, self._make_resources)

    @cached_property
    def services(self) -> list[Part | Task]:
        """Every role of every service, its one-off tasks first."""
        return [step for manifest in self.manifests.values() for step in self._roles(manifest)]

    @cached_property
    def gateway(self) -> Gateway:
        webs = {name: f"127.0.0.1:{self.ports[name]}" for name in self.manifests}
        return Gateway(
            self.layout,
            self.settings.port,
            self.manifests,
            upstreams=webs,
            s3=self.emulator.address,
            domain=self.settings.domain,
            origins_file=self._origins_file,
            key_groups=edge.trusted(self.credentials, self.state / "edge-keys"),
            purges=f"127.0.0.1:{self.ports['purges']}",
            purge_token=edge.purge_token(self.credentials),
            edge_key=lambda: AccessKeys(self.layout.secrets / "aws").read(EDGE_USER),
            browser_origins=self.settings.browser_origins,
            needs=(*(step.name for step in self.backing), self.resources.name, *webs),
        )

    @property
    def _origins_file(self) -> EdgeOrigins:
        try:
            return load_origins(self.root)
        except OriginsError as error:
            raise Problem(str(error), next_step=f"correct {ORIGINS_FILE}") from error

    @cached_property
    def steps(self) -> list[Part | Task]:
        """Everything `up` brings up."""
        return [*self.backing, self.resources, *self.services, self.gateway]

    @property
    def parts(self) -> list[Part]:
        """The supervised processes among the steps."""
        return parts_of(self.steps)

    def origins(self) -> dict[str, str]:
        """Return the public `https://` origin of each service."""
        return {
            name: origin(manifest.subdomain, self._addresses) for name, manifest in self.manifests.items()
        }

    def environment(self, manifest: Manifest) -> dict[str, str]:
        """Return the environment of a service's processes; provisioning must have been done before."""
        store = manifest.stores.postgres
        cache = self.cache.url_of(manifest.name) if manifest.stores.redis else ""
        made = service_environment(
            manifest,
            replace(self._addresses, redis_url=cache),
            self.credentials,
            database_url=self.postgres.url(store.database) if store else None,
            resources=self._resources().get(manifest.name, {}),
            root=self.root,
        )
        return made | self.settings.settings_of(manifest.name)

    def _make_resources(self) -> str:
        # The AWS SDK takes a third of a second to import, and no other step or command needs it.
        from slipway.local import resources  # noqa: PLC0415

        made = resources.make(
            self.manifests,
            self.emulator,
            self.layout.secrets / "aws",
            domain=self.settings.domain,
            port=self.settings.port,
            browser_origins=self.settings.browser_origins,
        )
        write_private(self.state / "resources.json", json.dumps(made, indent=2))
        return ""

    def _resources(self) -> dict[str, dict[str, str]]:
        path = self.state / "resources.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def _roles(self, manifest: Manifest) -> list[Part | Task]:
        def environment() -> dict[str, str]:
            return self.environment(manifest)

        stores = (*(step.name for step in self.backing), self.resources.name)
        tasks: list[Part | Task] = []
        for role, settings in manifest.roles.items():
            if settings.kind == "task":
                one_off = OneOff(self.layout, manifest, role, environment)
                tasks.append(Task(one_off.name, stores, one_off))
        needs = (*stores, *(task.name for task in tasks))
        compute: Compute = "lambda" if manifest.name in self.settings.functions else "processes"
        parts: list[Part | Task] = []
        for role, settings in manifest.roles.items():
            if settings.kind == "web":
                parts.append(
                    WebService(
                        self.layout, self.ports[manifest.name], manifest, environment, compute, needs=needs
                    )
                )
            elif settings.kind == "worker":
                parts.append(ServiceWorker(self.layout, manifest, role, environment, compute, needs=needs))
        return [*tasks, *parts]

    @cached_property
    def _addresses(self) -> Addresses:
        urls = {name: f"http://127.0.0.1:{self.ports[name]}" for name in self.manifests}
        return Addresses(
            domain=self.settings.domain,
            port=self.settings.port,
            issuer=self.issuer.subdomain,
            issuer_url=urls[self.issuer.name],
            emulator_url=f"http://127.0.0.1:{self.ports['emulator']}",
            redis_url="",
            version=__version__,
            commit=_commit(self.root),
            purges_url=f"http://127.0.0.1:{self.ports['purges']}/v1/purges",
            browser_origins=self.settings.browser_origins,
            service_urls=urls,
            subscribers=subscribers_of(self.manifests),
        )


def parts_of(steps: Sequence[Part | Task]) -> list[Part]:
    """Return the supervised processes among `steps`, in their order."""
    return [step for step in steps if not isinstance(step, Task)]


def load_settings(state: Path) -> SuiteSettings | None:
    """Return the settings of the suite in `state`, None when it was never started."""
    path = Layout(state, state).settings
    if not path.exists():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    lists = ("browser_origins", "functions", "service_settings")
    return SuiteSettings(**{**found, **{name: tuple(found.get(name, ())) for name in lists}})


def save_settings(suite: Suite) -> None:
    """Keep the suite's settings for later commands."""
    write_private(suite.layout.settings, json.dumps(asdict(suite.settings)))


def _commit(root: Path) -> str:
    command = ["git", "-C", str(root), "rev-parse", "--short=12", "HEAD"]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    except OSError:  # there is no git here
        return "unknown"
    return done.stdout.strip() or "unknown"
