"""Storage credentials from AWS STS."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from chassis.stores.aws import translated
from users.domain.records import StorageCredentials

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient


class StsCredentials:
    """A CredentialSource that assumes one role."""

    def __init__(self, client: STSClient, role_arn: str) -> None:
        self._client = client
        self._role_arn = role_arn

    def assume(self, name: str, policy: str, lifetime: timedelta) -> StorageCredentials:
        with translated("Issuing storage credentials"):
            answer = self._client.assume_role(
                RoleArn=self._role_arn,
                RoleSessionName=name,
                Policy=policy,
                DurationSeconds=int(lifetime.total_seconds()),
            )
        found = answer["Credentials"]
        return StorageCredentials(
            found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"], found["Expiration"]
        )
