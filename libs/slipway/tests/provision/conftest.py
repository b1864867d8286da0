"""Two small services, provisioned in the test run's emulator under names of their own."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from slipway.manifest import Manifest
from slipway.provision.accounts import ProvisionTarget
from slipway.provision.naming import Names
from slipway.provision.run import provision
from slipway.testing.backing import Backing

SELLER = {
    "name": "seller",
    "description": "Publishes events and keeps files.",
    "subdomain": "seller",
    "roles": {"api": {"kind": "web"}, "worker": {"kind": "worker"}},
    "stores": {
        "tables": [
            {
                "name": "wares",
                "env": "WARES_TABLE",
                "partition": "pk",
                "sort": "sk",
                "ttl": "expires_at",
                "indexes": [{"name": "by_owner", "partition": "owner"}],
            }
        ],
        "buckets": [
            {
                "name": "pictures",
                "env": "PICTURES_BUCKET",
                "notify_topic": "pictures",
                "notify_prefix": "users/",
                "browser_uploads": True,
            }
        ],
    },
    "publishes": {"topic": "sales", "types": ["seller.sale.made.v1", "seller.sale.undone.v1"]},
    "queues": [
        {
            "name": "pictures",
            "env": "PICTURES_QUEUE_URL",
            "consumer": "worker",
            "max_receives": 2,
            "subscribes": [{"topic": "pictures"}],
        }
    ],
    "permissions": [
        {"allow": ["dynamodb:GetItem", "dynamodb:PutItem"], "on": ["table/wares"]},
        {"allow": ["dynamodb:Query"], "on": ["table/wares/index/by_owner"]},
        {"allow": ["s3:GetObject", "s3:PutObject"], "on": ["bucket/pictures/thumbnails/*"]},
        {"allow": ["sns:Publish"], "on": ["topic/sales"]},
        {"allow": ["sts:AssumeRole", "sts:TagSession"], "on": ["role/visitor"]},
        {
            "allow": ["ses:SendEmail", "ses:SendRawEmail"],
            "on": ["mail/identity", "mail/configuration-set"],
        },
    ],
    "assumed_roles": [
        {
            "name": "visitor",
            "env": "VISITOR_ROLE_ARN",
            "permissions": [
                {
                    "allow": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
                    "on": ["bucket/pictures/users/*"],
                },
                {
                    "allow": ["s3:ListBucket"],
                    "on": ["bucket/pictures"],
                    "when": {"StringLike": {"s3:prefix": "users/*"}},
                },
            ],
        }
    ],
}
BUYER = {
    "name": "buyer",
    "description": "Listens to the seller's events.",
    "subdomain": "buyer",
    "roles": {"api": {"kind": "web"}, "worker": {"kind": "worker"}},
    "queues": [
        {
            "name": "purchases",
            "env": "PURCHASES_QUEUE_URL",
            "consumer": "worker",
            "subscribes": [{"topic": "sales", "types": ["seller.sale.made.v1"]}],
        }
    ],
    "shares": {"PICTURES": "bucket/pictures", "SALES": "topic/sales", "WORK": "queue/pictures"},
}


def manifests(**changes: dict[str, Any]) -> dict[str, Manifest]:
    """Both manifests, with keys of one replaced."""
    plain = {"seller": SELLER, "buyer": BUYER}
    return {name: Manifest.model_validate({**one, **changes.get(name, {})}) for name, one in plain.items()}


class Account:
    """The emulator's account and one provisioned copy of the two services in it."""

    def __init__(self, backing: Backing, keys: Path) -> None:
        key, secret = backing.emulator.root_key
        self.target = ProvisionTarget(backing.emulator.url, key, secret)
        self.prefix = f"p{secrets.token_hex(4)}-"
        self.names = Names(self.target.region, self.target.account, self.prefix)
        self.keys = keys
        self._session = boto3.Session()
        self.env: Mapping[str, Mapping[str, str]] = {}
        self.provision()

    def provision(self, **changes: dict[str, Any]) -> Mapping[str, Mapping[str, str]]:
        self.env = provision(manifests(**changes), self.target, keys=self.keys, prefix=self.prefix)
        return self.env

    def root(self, service: str) -> Any:
        return self.client(service, self.target.access_key_id, self.target.secret_access_key)

    def of(self, name: str, service: str) -> Any:
        """A client with the credentials of one of our services."""
        mine = self.env[name]
        return self.client(service, mine["AWS_ACCESS_KEY_ID"], mine["AWS_SECRET_ACCESS_KEY"])

    def client(self, service: str, key: str, secret: str, token: str | None = None) -> Any:
        return self._session.client(
            service,
            endpoint_url=self.target.endpoint_url,
            region_name=self.target.region,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )


@pytest.fixture(scope="module")
def account(backing: Backing, tmp_path_factory: pytest.TempPathFactory) -> Account:
    return Account(backing, tmp_path_factory.mktemp("keys"))


@pytest.fixture
def fresh(backing: Backing, tmp_path: Path) -> Account:
    """A copy that a test may change."""
    return Account(backing, tmp_path / "keys")
