"""E-mail addresses: what is one, and which are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from users.domain import emails


@pytest.mark.parametrize(
    "text",
    [
        "ada@example.com",
        "ada+list@example.com",
        "ada@example.test",
        "ada@sub.example.local",
        "žofie@example.com",
    ],
)
def test_an_address_is_taken(text: str) -> None:
    assert emails.normalise(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "ada@",
        "@example.com",
        "ada@localhost",
        "a b@example.com",
        "ada@[127.0.0.1]",
        "ada\0@example.com",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an e-mail address"):
        emails.normalise(text)


def test_an_address_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match=r"is not an e-mail address|is longer"):
        emails.normalise("a" * 60 + "@" + ".".join(["b" * 60] * 4) + ".com")


def test_the_domain_is_shown_in_lower_case_and_the_rest_as_it_was_typed() -> None:
    assert emails.normalise("Ada@Example.COM") == "Ada@example.com"


def test_the_case_of_letters_does_not_make_another_address() -> None:
    assert emails.key_of_input("ADA@example.com") == emails.key_of_input("ada@EXAMPLE.com")


def test_input_that_is_no_address_has_no_key() -> None:
    assert emails.key_of_input("not an address") is None


@given(st.emails())
def test_normalising_twice_changes_nothing(text: str) -> None:
    try:
        once = emails.normalise(text)
    except ValueError:
        return
    assert emails.normalise(once) == once
    assert emails.key_of_input(once) == emails.key(once)
