"""Makes the suite's resources when the containers start, and again when the emulator has forgotten them."""

from __future__ import annotations

import json
import logging
import os
import time
from dataclasses import asdict
from pathlib import Path

import boto3
import psycopg2
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from slipway.compose.settings import EDGE_CREDENTIALS, PURGES_PORT, ROOT, SETTINGS, STATE, ComposeSettings
from slipway.manifest import Manifest, issuer_of, load_all, subscribers_of
from slipway.provision.access_keys import AccessKeys
from slipway.provision.accounts import ProvisionTarget
from slipway.provision.naming import EDGE_USER
from slipway.provision.run import ProvisionError, provision
from slipway.settings import cache_users
from slipway.settings.databases import ensure_databases
from slipway.settings.variables import REGION, Addresses, service_settings
from slipway.state.credentials import GeneratedSecrets
from slipway.state.layout import write_private

log = logging.getLogger(__name__)

_READY = Path("/tmp/ready")  # noqa: S108  # the container's own memory file system
_LOOK_SECONDS = 3.0


class Bootstrap:
    """Provisions one suite of containers."""

    def __init__(self, settings: ComposeSettings) -> None:
        self._settings = settings
        self._manifests = load_all(ROOT)
        self._credentials = GeneratedSecrets(STATE / "secrets")
        self._first_table = next(
            table.name for manifest in self._manifests.values() for table in manifest.stores.tables
        )
        self._tables = boto3.client(
            "dynamodb",
            endpoint_url=settings.aws_endpoint,
            region_name=REGION,
            config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1}),
        )

    def run(self) -> None:
        """Make everything, say so, and watch for ever; what fails is tried again."""
        while True:
            try:
                if not _READY.exists() or self._is_forgotten():
                    # Interrupted half-way it is not ready: the table asked for may be there already.
                    _READY.unlink(missing_ok=True)
                    self.make()
                    _READY.touch()
                    log.info("resources made")
            except (ProvisionError, psycopg2.Error, BotoCoreError, ClientError, ResponseParserError) as error:
                log.warning("resources not made: %s", str(error).strip())
            time.sleep(_LOOK_SECONDS)

    def make(self) -> None:
        """Make databases, AWS resources, and each service's settings."""
        databases = {
            manifest.stores.postgres.database: self._password(manifest)
            for manifest in self._manifests.values()
            if manifest.stores.postgres
        }
        superuser = f"postgresql://postgres:{self._credentials.password('postgres')}@postgres:5432/postgres"
        ensure_databases(superuser, databases)
        resources = provision(
            self._manifests,
            self._target(),
            keys=STATE / "aws",
            domain=self._settings.domain,
            port=self._settings.port,
            browser_origins=self._settings.browser_origins,
        )
        key = AccessKeys(STATE / "aws").read(EDGE_USER)
        write_private(EDGE_CREDENTIALS, json.dumps(asdict(key) if key else {}))
        for name, manifest in self._manifests.items():
            told = service_settings(
                manifest,
                self._addresses(manifest),
                self._credentials,
                database_url=self._database_url(manifest),
                resources=resources[name],
            )
            write_private(SETTINGS / name / "environment.json", json.dumps(told, indent=2))

    def _is_forgotten(self) -> bool:
        try:
            self._tables.describe_table(TableName=self._first_table)
        except ClientError as error:
            return error.response.get("Error", {}).get("Code") == "ResourceNotFoundException"
        return False

    def _target(self) -> ProvisionTarget:
        keys = (os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
        identity = boto3.client("sts", endpoint_url=self._settings.aws_endpoint, region_name=REGION)
        account = identity.get_caller_identity()["Account"]
        return ProvisionTarget(self._settings.aws_endpoint, *keys, region=REGION, account=account)

    def _addresses(self, manifest: Manifest) -> Addresses:
        issuer = issuer_of(self._manifests)
        return Addresses(
            domain=self._settings.domain,
            port=self._settings.port,
            issuer=issuer.subdomain,
            issuer_url=_inside(issuer),
            emulator_url=self._settings.aws_endpoint,
            redis_url=self._redis_url(manifest),
            version=self._settings.version,
            commit=self._settings.commit,
            purges_url=f"http://gateway:{PURGES_PORT}/v1/purges",
            browser_origins=self._settings.browser_origins,
            service_urls={name: _inside(one) for name, one in self._manifests.items()},
            subscribers=subscribers_of(self._manifests),
        )

    def _redis_url(self, manifest: Manifest) -> str:
        password = cache_users.passwords(self._manifests, self._credentials).get(manifest.name)
        return f"redis://{manifest.name}:{password}@redis:6379/0" if password else ""

    def _password(self, manifest: Manifest) -> str:
        return self._credentials.password(f"postgres-{manifest.name}")

    def _database_url(self, manifest: Manifest) -> str | None:
        store = manifest.stores.postgres
        if store is None:
            return None
        return f"postgresql://{store.database}:{self._password(manifest)}@postgres:5432/{store.database}"


def _inside(manifest: Manifest) -> str:
    """Return where a service is found in the containers' network."""
    return f"http://{manifest.name}:{manifest.port}"
