"""The emulated AWS as tests use it: as its root user, or as one of the services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
from botocore.config import Config

from slipway.local import resources
from slipway.manifest import load_all
from slipway.parts.emulator import Emulator
from slipway.provision.access_keys import AccessKey, AccessKeys
from slipway.provision.naming import EDGE_USER
from slipway.settings.variables import REGION

_IMAGES = "NEW_AND_OLD_IMAGES"


@dataclass(frozen=True)
class EmulatedAws:
    """A running emulator with the resources of all services. `environments` are the services' variables."""

    endpoint_url: str
    root_key: tuple[str, str]
    environments: Mapping[str, Mapping[str, str]]
    edge_key: AccessKey | None = None
    region: str = REGION

    @classmethod
    def provisioned(cls, emulator: Emulator, root: Path, *, prefix: str) -> EmulatedAws:
        """Make every manifest's resources with names that begin with `prefix`.

        Tables keep what has expired: tests have clocks of their own, by which it has not.
        """
        keys = emulator.layout.state / "keys" / prefix
        manifests = load_all(root)
        made = resources.make(manifests, emulator, keys, domain="localhost", port=8443, prefix=prefix)
        aws = cls(emulator.url, emulator.root_key, made, AccessKeys(keys).read(prefix + EDGE_USER))
        for name, manifest in manifests.items():
            for table in manifest.stores.tables:
                if table.ttl:
                    aws._keep_what_has_expired(made[name][table.env], table.ttl)
        return aws

    def client(self, service: str) -> Any:
        """Return a boto3 client that may do everything."""
        return self._client(service, *self.root_key)

    def environment(self, name: str) -> dict[str, str]:
        """Return the AWS variables that service `name` gets: its resources' names and its credentials."""
        return dict(self.environments[name])

    def service_client(self, name: str, service: str) -> Any:
        """Return a boto3 client for AWS `service` with only the permissions of our service `name`."""
        mine = self.environments[name]
        return self._client(service, mine["AWS_ACCESS_KEY_ID"], mine["AWS_SECRET_ACCESS_KEY"])

    @contextmanager
    def table(self, *, stream: bool = False) -> Iterator[str]:
        """Make a table with the keys `pk` and `sk` for the time of the block; gives its name."""
        client, name = self.client("dynamodb"), f"test-{uuid4().hex[:12]}"
        keys = {"pk": "HASH", "sk": "RANGE"}
        client.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys.items()],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            StreamSpecification={"StreamEnabled": stream, **({"StreamViewType": _IMAGES} if stream else {})},
        )
        yield name
        client.delete_table(TableName=name)

    def _keep_what_has_expired(self, table: str, ttl: str) -> None:
        self.client("dynamodb").update_time_to_live(
            TableName=table, TimeToLiveSpecification={"Enabled": False, "AttributeName": ttl}
        )

    def _client(self, service: str, key_id: str, secret: str) -> Any:
        make: Any = boto3.client
        return make(
            service,
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id=key_id,
            aws_secret_access_key=secret,
            config=Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"}, proxies={}),
        )
