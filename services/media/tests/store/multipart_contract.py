"""What every adapter of Multipart must do."""

from __future__ import annotations

from typing import Any

import pytest
from services.media.tests.factories import an_owner

from chassis.errors import Invalid
from media.domain.ports import Files, Multipart
from media.errors import UploadNotOpen

FIVE_MIB = b"x" * (5 * 1024 * 1024)


class MultipartContract:
    """Subclass it with fixtures `multipart`, `files` and `put_part(key, upload_id, number, body)`."""

    @pytest.fixture
    def key(self) -> str:
        return f"users/{an_owner()}/uploads/large.zip"

    def test_parts_become_one_file(self, multipart: Multipart, files: Files, key: str, put_part: Any) -> None:
        upload_id = multipart.start(key, "application/zip")
        parts = [(1, put_part(key, upload_id, 1, FIVE_MIB)), (2, put_part(key, upload_id, 2, b"end"))]
        arrived = multipart.arrived(key, upload_id)
        assert arrived is not None
        assert [(part.number, part.etag) for part in arrived] == parts
        assert [part.size for part in arrived] == [len(FIVE_MIB), 3]
        multipart.complete(key, upload_id, parts)
        content = files.stat(key)
        assert content is not None
        assert (content.size, content.content_type) == (len(FIVE_MIB) + 3, "application/zip")

    def test_a_new_upload_has_no_parts(self, multipart: Multipart, key: str) -> None:
        assert multipart.arrived(key, multipart.start(key, "application/zip")) == []

    def test_nothing_is_there_before_completion(self, multipart: Multipart, files: Files, key: str) -> None:
        multipart.start(key, "application/zip")
        assert files.stat(key) is None

    def test_parts_that_are_not_those_uploaded_are_refused(
        self, multipart: Multipart, key: str, put_part: Any
    ) -> None:
        upload_id = multipart.start(key, "application/zip")
        put_part(key, upload_id, 1, b"x")
        with pytest.raises(Invalid):
            multipart.complete(key, upload_id, [(1, "0" * 32)])

    def test_an_aborted_upload_is_gone_and_may_be_aborted_again(
        self, multipart: Multipart, key: str, put_part: Any
    ) -> None:
        upload_id = multipart.start(key, "application/zip")
        etag = put_part(key, upload_id, 1, b"x")
        multipart.abort(key, upload_id)
        multipart.abort(key, upload_id)
        assert multipart.arrived(key, upload_id) is None
        with pytest.raises(UploadNotOpen):
            multipart.complete(key, upload_id, [(1, etag)])

    def test_a_completed_upload_is_not_open_any_more(
        self, multipart: Multipart, key: str, put_part: Any
    ) -> None:
        upload_id = multipart.start(key, "application/zip")
        multipart.complete(key, upload_id, [(1, put_part(key, upload_id, 1, b"x"))])
        assert multipart.arrived(key, upload_id) is None

    def test_what_is_open_is_listed_until_it_ends(
        self, multipart: Multipart, key: str, put_part: Any
    ) -> None:
        first, second, third = (multipart.start(key, "application/zip") for _ in range(3))
        put_part(key, first, 1, b"part")
        mine = {one.upload_id: one for one in multipart.open_uploads() if one.key == key}
        assert set(mine) == {first, second, third}
        assert all(one.started_at.tzinfo is not None for one in mine.values())
        multipart.complete(key, first, [(1, put_part(key, first, 1, b"end"))])
        multipart.abort(key, second)
        assert [one.upload_id for one in multipart.open_uploads() if one.key == key] == [third]
