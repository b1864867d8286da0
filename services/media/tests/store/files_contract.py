"""What every adapter of Files must do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from services.media.tests.factories import an_owner

from media.domain.ports import Files
from media.errors import ContentChanged


class FilesContract:
    """Subclass it with fixtures `files` and `put(key, body, content_type)`."""

    @pytest.fixture
    def folder(self) -> str:
        return f"users/{an_owner()}/"

    def test_nothing_stands_under_an_unknown_key(self, files: Files, folder: str) -> None:
        assert files.stat(f"{folder}nothing") is None

    def test_a_file_is_described(self, files: Files, folder: str, put: Any) -> None:
        put(f"{folder}a b+ü.txt", b"hello", "text/plain")
        content = files.stat(f"{folder}a b+ü.txt")
        assert content is not None
        assert (content.size, content.content_type) == (5, "text/plain")
        assert content.etag == "5d41402abc4b2a76b9719d911017c592"
        assert content.modified.tzinfo is not None

    def test_a_file_is_read_in_bounded_chunks(self, files: Files, folder: str, put: Any) -> None:
        body = bytes(range(256)) * 10_000
        put(f"{folder}large", body, "application/zip")
        content = files.stat(f"{folder}large")
        assert content is not None
        with files.read(f"{folder}large", content.etag) as chunks:
            read = list(chunks)
        assert b"".join(read) == body
        assert max(map(len, read)) <= 1024 * 1024

    def test_reading_what_was_replaced_is_noticed(self, files: Files, folder: str, put: Any) -> None:
        put(f"{folder}a", b"one", "text/plain")
        content = files.stat(f"{folder}a")
        assert content is not None
        put(f"{folder}a", b"two", "text/plain")
        with pytest.raises(ContentChanged), files.read(f"{folder}a", content.etag):
            pytest.fail("the old content is not there any more")

    def test_reading_what_is_gone_is_noticed(self, files: Files, folder: str) -> None:
        with pytest.raises(ContentChanged), files.read(f"{folder}gone", "e"):
            pytest.fail("there is nothing")

    def test_a_written_file_has_its_type(self, files: Files, tmp_path: Path) -> None:
        key = f"thumbnails/{an_owner()}/1/small.jpg"
        source = tmp_path / "small.jpg"
        source.write_bytes(b"jpeg")
        files.write(key, source, "image/jpeg")
        content = files.stat(key)
        assert content is not None
        assert (content.size, content.content_type) == (4, "image/jpeg")

    def test_a_deleted_file_is_gone_and_may_be_deleted_again(
        self, files: Files, folder: str, put: Any
    ) -> None:
        put(f"{folder}a", b"one", "text/plain")
        files.delete(f"{folder}a")
        files.delete(f"{folder}a")
        assert files.stat(f"{folder}a") is None

    def test_a_folder_is_deleted_but_for_what_is_kept(self, files: Files, folder: str, put: Any) -> None:
        for name in ("1/a", "1/b", "2/c"):
            put(f"{folder}{name}", b"x", "text/plain")
        assert files.delete_all(f"{folder}1/", frozenset({f"{folder}1/b"})) == 1
        left = files.listing(folder, "", 10)
        assert [file.key for file in left.files] == [f"{folder}1/b", f"{folder}2/c"]

    def test_a_listing_goes_on_after_a_key(self, files: Files, folder: str, put: Any) -> None:
        for name in ("a", "b", "c"):
            put(f"{folder}{name}", b"x", "text/plain")
        first = files.listing(folder, "", 2)
        assert ([file.key[-1] for file in first.files], first.more) == (["a", "b"], True)
        second = files.listing(folder, first.files[-1].key, 2)
        assert ([file.key[-1] for file in second.files], second.more) == (["c"], False)

    def test_a_listing_names_the_content(self, files: Files, folder: str, put: Any) -> None:
        put(f"{folder}a", b"hello", "text/plain")
        file = files.listing(folder, "", 2).files[0]
        assert file.etag == "5d41402abc4b2a76b9719d911017c592"

    def test_an_empty_folder_lists_nothing(self, files: Files, folder: str) -> None:
        assert files.listing(folder, "", 10).files == []

    def test_it_answers(self, files: Files) -> None:
        files.probe()

    def test_a_published_file_is_the_one_that_was_checked(self, files: Files, put: Any) -> None:
        name = an_owner()
        put(f"incoming/releases/{name}", b"setup", "application/octet-stream")
        content = files.stat(f"incoming/releases/{name}")
        assert content is not None
        key = f"releases/viewer/1.0.0/{name}.exe"
        files.publish(
            f"incoming/releases/{name}", content.etag, key, "application/octet-stream", "attachment"
        )
        assert [(file.key, file.etag) for file in files.listing(key, "", 10).files] == [(key, content.etag)]
        put(f"incoming/releases/{name}", b"other", "application/octet-stream")
        with pytest.raises(ContentChanged):
            files.publish(f"incoming/releases/{name}", content.etag, key, "text/plain", "attachment")
