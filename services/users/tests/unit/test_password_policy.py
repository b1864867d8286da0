"""Which passwords are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from users.domain import password_policy
from users.errors import WeakPassword


def refused(password: str, *own: str) -> str:
    """Return why the password is refused; fail when it is not."""
    with pytest.raises(WeakPassword) as caught:
        password_policy.check(password, "/password", own)
    [error] = caught.value.errors
    assert error.pointer == "/password"
    return error.message


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "Tr0ub4dor&3-and-more",
        "пароль из четырёх слов",
        "x9$kLm2!pQ",
        "sunflower-tractor-7",
    ],
)
def test_a_good_password_is_taken(password: str) -> None:
    password_policy.check(password, "/password", ("ada@example.com", "Ada Lovelace"))


def test_fewer_than_ten_characters_are_too_few() -> None:
    assert "10 characters" in refused("x9$kLm2!p")


@pytest.mark.parametrize(
    "password",
    [
        "password123",
        "Password2024!",
        "P@ssw0rd123",
        "qwerty123456",
        "iloveyou1234",
        "Welcome2025!!",
        "1q2w3e4r5t",
        "administrator",
    ],
)
def test_a_common_password_is_refused_however_it_is_dressed(password: str) -> None:
    assert "tried first" in refused(password)


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaa",
        "1234567890",
        "0987654321",
        "abcdefghijkl",
        "qwertyuiop",
        "abcdabcdabcd",
        "xyxyxyxyxyxy",
        "1111122222",
    ],
)
def test_a_repetition_or_a_sequence_is_refused(password: str) -> None:
    assert "repetition or sequence" in refused(password)


@pytest.mark.parametrize(
    "password", ["Ada.Lovelace", "adalovelace1815", "ada.lovelace@example.com", "ADA LOVELACE!"]
)
def test_the_own_name_or_address_is_refused(password: str) -> None:
    assert "your own" in refused(password, "ada.lovelace@example.com", "Ada Lovelace")


@pytest.mark.parametrize(
    "password",
    [
        "correcthorse",
        "slipway1234",
        "monkeydragon",
        "baseball2020",
        "michelle1985",
        "qwertzuiop",
        "bonjour1234",
    ],
)
def test_common_words_names_and_dates_are_refused_however_they_are_combined(password: str) -> None:
    assert refused(password)


@pytest.mark.parametrize("password", ["lovelace!2026", "countess1815", "slipwayada1", "analytica2026"])
def test_words_of_the_own_name_and_address_and_of_the_product_are_refused(password: str) -> None:
    assert refused(password, "countess@analytica.example", "Ada Lovelace")
    if "lovelace" in password:
        password_policy.check("zephyr" + password, "/password", ("bob@example.com", "Bob"))


def test_a_long_password_is_judged_by_its_beginning() -> None:
    password_policy.check("correct horse battery staple " * 4 + ".", "/password")
    assert "guessed soon" in refused("password1" + "0" * 40 + "x9$kLm2!pQ")


def test_an_empty_name_forbids_nothing() -> None:
    password_policy.check("x9$kLm2!pQ", "/password", ("", "@"))


def test_the_list_is_worth_its_name() -> None:
    words = password_policy.common()
    assert len([word for word in words if len(word) >= 10]) >= 300
    assert all(word == word.casefold() for word in words)


@given(st.text(max_size=9))
def test_nothing_short_is_ever_taken(password: str) -> None:
    with pytest.raises(WeakPassword):
        password_policy.check(password, "/password")


@given(st.sampled_from(sorted(password_policy.common())), st.text(alphabet="0123456789!.", max_size=6))
def test_a_common_password_stays_refused_with_digits_appended(word: str, tail: str) -> None:
    with pytest.raises(WeakPassword):
        password_policy.check(word + tail, "/password")
