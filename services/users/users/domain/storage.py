"""Temporary credentials for one's own folder of the suite's bucket."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from users.domain.records import StorageCredentials


@dataclass(frozen=True, slots=True)
class StorageLocation:
    """Where the folders are, as clients reach them; `prefix` ends with a slash.

    `partition` is the one of AWS that the bucket is in (`aws`, `aws-us-gov`).
    """

    region: str
    endpoint_url: str
    bucket: str
    prefix: str = ""
    partition: str = "aws"


class CredentialSource(Protocol):
    """Whoever can narrow the storage role."""

    def assume(self, name: str, policy: str, lifetime: timedelta) -> StorageCredentials:
        """Return credentials of the role, limited to `policy`, in a session called `name`."""
        ...


class StorageAccess:
    """Hands out credentials that reach `users/<account id>/` and nothing else."""

    def __init__(self, source: CredentialSource, place: StorageLocation, lifetime: timedelta) -> None:
        self._source = source
        self._place = place
        self._lifetime = lifetime

    def grant(self, account_id: UUID) -> tuple[StorageCredentials, StorageLocation]:
        """Return fresh credentials, and the place they are good for."""
        place = replace(self._place, prefix=f"users/{account_id}/")
        policy = json.dumps(session_policy(place), separators=(",", ":"))
        return self._source.assume(str(account_id), policy, self._lifetime), place


_ON_FILES = [
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
]
_ON_LISTS = ["s3:ListBucket", "s3:ListBucketMultipartUploads"]


def session_policy(place: StorageLocation) -> dict[str, object]:
    """Return the IAM policy that narrows the role to `place`.

    A session may do what both its role and this policy allow, so what the bucket's encryption asks for
    stands here too: the bucket's key, through S3 only, for the folder or (S3 Bucket Keys) the bucket alone.
    """
    bucket = f"arn:{place.partition}:s3:::{place.bucket}"
    folder = f"{bucket}/{place.prefix}*"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": _ON_FILES,
                "Resource": folder,
            },
            {
                "Effect": "Allow",
                "Action": _ON_LISTS,
                "Resource": bucket,
                "Condition": {"StringLike": {"s3:prefix": [f"{place.prefix}*"]}},
            },
            {
                "Effect": "Allow",
                "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
                "Resource": f"arn:{place.partition}:kms:{place.region}:*:key/*",
                "Condition": {
                    "StringEquals": {"kms:ViaService": f"s3.{place.region}.amazonaws.com"},
                    "StringLike": {"kms:EncryptionContext:aws:s3:arn": [bucket, folder]},
                },
            },
        ],
    }
