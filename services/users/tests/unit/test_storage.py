"""Temporary credentials for one's own folder."""

from __future__ import annotations

import json
from datetime import timedelta

from services.users.tests.factories import FakeCredentials

from chassis.ids import new_id
from users.domain.storage import StorageAccess, StorageLocation

PLACE = StorageLocation("eu-west-1", "https://s3.eu-west-1.amazonaws.com", "media")


def test_the_policy_reaches_ones_own_folder_and_nothing_else() -> None:
    source, account_id = FakeCredentials(), new_id()
    _, place = StorageAccess(source, PLACE, timedelta(minutes=15)).grant(account_id)
    [(name, policy, lifetime)] = source.asked
    objects, listing = json.loads(policy)["Statement"]
    assert (name, lifetime, place.prefix) == (str(account_id), timedelta(minutes=15), f"users/{account_id}/")
    assert objects["Resource"] == f"arn:aws:s3:::media/users/{account_id}/*"
    assert listing["Condition"] == {"StringLike": {"s3:prefix": [f"users/{account_id}/*"]}}


def test_the_policy_allows_no_more_than_four_actions_and_is_short_enough_for_sts() -> None:
    source = FakeCredentials()
    StorageAccess(source, PLACE, timedelta(minutes=15)).grant(new_id())
    policy = source.asked[0][1]
    objects, listing = json.loads(policy)["Statement"]
    assert objects["Action"] == ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    assert listing["Action"] == "s3:ListBucket"
    assert len(policy) < 2048
