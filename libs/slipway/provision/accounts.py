"""The AWS account, here an emulator's, in which a suite's resources are made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class ProvisionTarget:
    """Where to provision, and with whose (all-powerful) credentials."""

    endpoint_url: str
    access_key_id: str
    secret_access_key: str
    region: str = "us-east-1"
    account: str = "000000000000"


class Clients:
    """SDK clients for one target, each made when it is first needed."""

    def __init__(self, target: ProvisionTarget) -> None:
        self._options: dict[str, Any] = {
            "endpoint_url": target.endpoint_url,
            "region_name": target.region,
            "aws_access_key_id": target.access_key_id,
            "aws_secret_access_key": target.secret_access_key,
        }
        self._session = boto3.Session()
        self._config = Config(
            retries={"mode": "standard", "total_max_attempts": 4},
            connect_timeout=3,
            read_timeout=20,
            proxies={},
            s3={"addressing_style": "path"},
        )

    @cached_property
    def sqs(self) -> SQSClient:
        client: SQSClient = self._make("sqs")
        return client

    @cached_property
    def sns(self) -> SNSClient:
        client: SNSClient = self._make("sns")
        return client

    @cached_property
    def s3(self) -> S3Client:
        client: S3Client = self._make("s3")
        return client

    @cached_property
    def iam(self) -> IAMClient:
        client: IAMClient = self._make("iam")
        return client

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        client: DynamoDBClient = self._make("dynamodb")
        return client

    @cached_property
    def ses(self) -> SESV2Client:
        client: SESV2Client = self._make("sesv2")
        return client

    def _make(self, service: str) -> Any:
        make: Any = self._session.client
        return make(service, config=self._config, **self._options)
