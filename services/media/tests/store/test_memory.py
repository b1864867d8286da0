"""The memory stores keep the contracts."""

from __future__ import annotations

from typing import Any

import pytest
from services.media.tests.factories import some_events
from services.media.tests.store.collections_contract import CollectionsContract, Shelves
from services.media.tests.store.files_contract import FilesContract
from services.media.tests.store.multipart_contract import MultipartContract
from services.media.tests.store.records_contract import RecordsContract
from services.media.tests.store.releases_contract import ReleasesContract
from services.media.tests.store.upkeep_contract import AccountsContract, RoundsContract

from media.store.memory import MemoryRecords
from media.store.memory_collections import MemoryCollectionItems, MemoryCollections, MemoryGrants
from media.store.memory_files import MemoryFiles, MemoryMultipart
from media.store.memory_releases import MemoryReleases


@pytest.fixture
def records() -> MemoryRecords:
    return MemoryRecords(some_events())


@pytest.fixture
def accounts(records: MemoryRecords) -> MemoryRecords:
    return records


@pytest.fixture
def rounds(records: MemoryRecords) -> MemoryRecords:
    return records


@pytest.fixture
def files() -> MemoryFiles:
    return MemoryFiles()


@pytest.fixture
def put(files: MemoryFiles) -> Any:
    return files.put


@pytest.fixture
def multipart(files: MemoryFiles) -> MemoryMultipart:
    return MemoryMultipart(files)


@pytest.fixture
def put_part(multipart: MemoryMultipart) -> Any:
    return lambda key, upload_id, number, body: multipart.put_part(upload_id, number, body)


class TestMemoryRecords(RecordsContract):
    pass


class TestMemoryAccounts(AccountsContract):
    pass


class TestMemoryRounds(RoundsContract):
    pass


class TestMemoryFiles(FilesContract):
    pass


class TestMemoryMultipart(MultipartContract):
    pass


class TestMemoryReleases(ReleasesContract):
    @pytest.fixture
    def releases(self) -> MemoryReleases:
        return MemoryReleases()


class TestMemoryCollections(CollectionsContract):
    @pytest.fixture
    def shelves(self) -> Shelves:
        records = MemoryRecords(some_events())
        collections = MemoryCollections(records)
        items = MemoryCollectionItems(records, collections)
        return Shelves(collections, items, MemoryGrants(records, collections), records, records)
