"""The DynamoDB stores keep the contracts, with the service's own permissions."""

from __future__ import annotations

from typing import Any

import pytest
from services.media.tests.factories import an_object, an_owner, some_events
from services.media.tests.store.collections_contract import CollectionsContract, Shelves
from services.media.tests.store.records_contract import RecordsContract
from services.media.tests.store.releases_contract import NOW, ReleasesContract, a_release
from services.media.tests.store.upkeep_contract import AccountsContract, RoundsContract

from chassis.errors import Transient
from chassis.idempotency.dynamodb import DynamoIdempotency
from chassis.stores.aws import Aws
from chassis.testing import FakeClock, IdempotencyStoreContract
from chassis.testing.idempotency import LIMITS
from media.domain.objects import Lane
from media.domain.release import Release, sort_key
from media.store.dynamodb import DynamoRecords
from media.store.dynamodb_collection_items import DynamoCollectionItems
from media.store.dynamodb_collections import DynamoCollections
from media.store.dynamodb_grants import DynamoGrants
from media.store.dynamodb_releases import DRAFT_TIME, DynamoReleases
from media.store.dynamodb_upkeep import DynamoUpkeep


@pytest.fixture
def table(media_environment: dict[str, str]) -> str:
    return media_environment["MEDIA_TABLE"]


@pytest.fixture
def records(table_client: Any, table: str) -> DynamoRecords:
    return DynamoRecords(table_client, table, some_events())


@pytest.fixture
def accounts(table_client: Any, table: str) -> DynamoUpkeep:
    return DynamoUpkeep(table_client, table)


@pytest.fixture
def rounds(accounts: DynamoUpkeep) -> DynamoUpkeep:
    return accounts


class TestDynamoRecords(RecordsContract):
    pass


class TestDynamoAccounts(AccountsContract):
    pass


class TestDynamoCollections(CollectionsContract):
    @pytest.fixture
    def shelves(
        self, table_client: Any, table: str, records: DynamoRecords, accounts: DynamoUpkeep
    ) -> Shelves:
        return Shelves(
            DynamoCollections(table_client, table),
            DynamoCollectionItems(table_client, table),
            DynamoGrants(table_client, table),
            records,
            accounts,
        )


class TestDynamoRounds(RoundsContract):
    pass


class TestDynamoReleases(ReleasesContract):
    @pytest.fixture
    def releases(self, table_client: Any, table: str) -> DynamoReleases:
        return DynamoReleases(table_client, table)

    def test_a_draft_of_which_nothing_is_published_expires(
        self, releases: DynamoReleases, table_client: Any, table: str, product: str
    ) -> None:
        key = {"pk": {"S": f"RELEASES#{product}"}, "sk": {"S": sort_key("1.0.0")}}
        draft = releases.replace(Release(product, "1.0.0"), a_release(product, "1.0.0", NOW, draft=True), NOW)
        item = table_client.get_item(TableName=table, Key=key)["Item"]
        assert int(item["expires_at"]["N"]) == int((NOW + DRAFT_TIME).timestamp())
        releases.replace(draft, a_release(product, "1.0.0", NOW), NOW)
        assert "expires_at" not in table_client.get_item(TableName=table, Key=key)["Item"]


class TestDynamoIdempotency(IdempotencyStoreContract):
    @pytest.fixture
    def clock(self) -> FakeClock:
        return FakeClock()

    @pytest.fixture
    def store(self, table_client: Any, table: str, clock: FakeClock) -> DynamoIdempotency:
        return DynamoIdempotency(table_client, table, clock.timestamp, LIMITS)


@pytest.mark.parametrize("call", ["create", "get", "page", "due", "usage", "remove"])
def test_a_dynamodb_that_is_away_is_transient(call: str) -> None:
    credentials = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    away = Aws("us-east-1", "http://127.0.0.1:9", credentials).client("dynamodb")
    records, upkeep, obj = (
        DynamoRecords(away, "media", some_events()),
        DynamoUpkeep(away, "media"),
        an_object(),
    )
    calls = {
        "create": lambda: records.create(obj),
        "get": lambda: records.get(obj.owner, obj.id),
        "page": lambda: records.page(obj.owner, 10, None),
        "due": lambda: records.due(obj.created_at, Lane.QUICK, 10),
        "usage": lambda: upkeep.usage(an_owner()),
        "remove": lambda: records.remove(obj),
    }
    with pytest.raises(Transient):
        calls[call]()
