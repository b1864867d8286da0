"""Keys and file names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from media.domain import naming


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("cat.jpg", "cat.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\cat.jpg", "cat.jpg"),
        ("/absolute/cat.jpg", "cat.jpg"),
        ("  spaced name .txt ", "spaced name .txt"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\nb.txt", "a_b.txt"),
        ("Füße 😀.png", "Füße 😀.png"),
        ("..", ""),
        (".", ""),
        ("folder/", ""),
        ("", ""),
        (".htaccess", ".htaccess"),
    ],
)
def test_a_file_name_is_the_last_part_of_a_path_without_tricks(given_name: str, kept: str) -> None:
    assert naming.clean_filename(given_name) == kept


def test_a_long_name_keeps_its_ending() -> None:
    kept = naming.clean_filename("x" * 400 + ".jpeg")
    assert len(kept) == 255
    assert kept.endswith("x.jpeg")


@given(st.text(max_size=400))
def test_no_name_is_ever_more_than_one_part_of_a_path(name: str) -> None:
    kept = naming.clean_filename(name)
    assert len(kept) <= 255
    assert "/" not in kept
    assert "\\" not in kept
    assert kept not in {".", ".."}
    assert kept.isprintable() or not kept.isascii()


@given(st.text(max_size=300))
def test_every_upload_has_a_key_of_its_owner_that_s3_can_keep(name: str) -> None:
    key = naming.upload_key("owner", new_id(), name)
    assert naming.owner_of(key) == "owner"
    assert key.isascii()
    assert len(key) <= 1024


@given(st.text(min_size=1, max_size=300))
def test_a_disposition_is_one_plain_line(name: str) -> None:
    header = naming.disposition("attachment", naming.clean_filename(name))
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2


@pytest.mark.parametrize(
    "key",
    [
        "users/",
        "users//a",
        "users/owner/",
        "users/owner",
        "thumbnails/o/1/2",
        "users/owner/folder/",
        "a",
        "users/../x",
    ],
)
def test_what_is_no_file_of_anybody_has_no_owner(key: str) -> None:
    assert naming.owner_of(key) is None


@pytest.mark.parametrize("subject", ["", "a/b", "../a", ".", "a b", "a\n", "x" * 129, "ü"])
def test_a_subject_that_could_leave_its_folder_is_no_owner(subject: str) -> None:
    assert not naming.is_owner(subject)


def test_thumbnails_are_not_below_what_the_users_credentials_reach() -> None:
    key = naming.thumbnail_key("owner", new_id(), 3, "small.jpg")
    assert not key.startswith(naming.originals_prefix("owner"))
    assert key.endswith("/3/small.jpg")
