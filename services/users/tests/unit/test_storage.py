"""Temporary credentials for one's own folder."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from services.users.tests.factories import FakeCredentials

from chassis.ids import new_id
from users.domain.storage import StorageAccess, StorageLocation, session_policy

PLACE = StorageLocation("eu-west-1", "https://s3.eu-west-1.amazonaws.com", "media")


def test_the_policy_reaches_ones_own_folder_and_nothing_else() -> None:
    source, account_id = FakeCredentials(), new_id()
    _, place = StorageAccess(source, PLACE, timedelta(minutes=15)).grant(account_id)
    [(name, policy, lifetime)] = source.asked
    objects, listing, _ = json.loads(policy)["Statement"]
    assert (name, lifetime, place.prefix) == (str(account_id), timedelta(minutes=15), f"users/{account_id}/")
    assert objects["Resource"] == f"arn:aws:s3:::media/users/{account_id}/*"
    assert listing["Condition"] == {"StringLike": {"s3:prefix": [f"users/{account_id}/*"]}}


def test_the_policy_allows_files_and_ones_own_unfinished_uploads_and_is_short_enough_for_sts() -> None:
    source = FakeCredentials()
    StorageAccess(source, PLACE, timedelta(minutes=15)).grant(new_id())
    policy = source.asked[0][1]
    objects, listing, key = json.loads(policy)["Statement"]
    assert objects["Action"] == [
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
    ]
    assert listing["Action"] == ["s3:ListBucket", "s3:ListBucketMultipartUploads"]
    assert key["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert len(policy) < 2048


def test_the_key_of_the_bucket_is_used_through_s3_and_for_ones_own_folder_only() -> None:
    place = replace(PLACE, prefix="users/7/")
    *_, key = session_policy(place)["Statement"]  # type: ignore[misc]
    assert key["Condition"] == {
        "StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"},
        "StringLike": {
            "kms:EncryptionContext:aws:s3:arn": ["arn:aws:s3:::media", "arn:aws:s3:::media/users/7/*"]
        },
    }


def test_the_policy_names_the_partition_that_the_bucket_is_in() -> None:
    policy = json.dumps(session_policy(replace(PLACE, prefix="users/7/", partition="aws-us-gov")))
    assert "arn:aws-us-gov:" in policy
    assert "arn:aws:" not in policy
