from __future__ import annotations

import pytest

from chassis.errors import Stale
from chassis.http import etags


def test_equal_bytes_have_equal_tags_and_others_do_not() -> None:
    assert etags.of_bytes(b"a") == etags.of_bytes(b"a")
    assert etags.of_bytes(b"a") != etags.of_bytes(b"b")


def test_a_tag_is_strong_and_quoted() -> None:
    for tag in (etags.of_bytes(b""), etags.of_version(3)):
        assert tag.startswith('"')
        assert tag.endswith('"')


@pytest.mark.parametrize("if_match", [None, "*", '"3"', '"2", "3"'])
def test_a_change_of_what_was_read_is_let_through(if_match: str | None) -> None:
    etags.require_match(if_match, 3)


@pytest.mark.parametrize("if_match", ['"2"', '"33"', '""', '"', '"-3"', 'W/"3"', "", '"2", W/"3"'])
def test_a_change_of_something_older_is_stale(if_match: str) -> None:
    with pytest.raises(Stale):
        etags.require_match(if_match, 3)


@pytest.mark.parametrize("header", ['"a"', 'W/"a"', '"b", "a"', "*"])
def test_a_client_that_holds_the_tag_is_current(header: str) -> None:
    assert etags.is_current('"a"', header)


@pytest.mark.parametrize("header", [None, "", '"b"', 'W/"b"', '"A"'])
def test_a_client_that_holds_another_is_not(header: str | None) -> None:
    assert not etags.is_current('"a"', header)
