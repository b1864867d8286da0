"""Which passwords are refused: short ones, those everybody tries first, and one's own name.

After NIST SP 800-63B, 5.1.1.2: length, a list of what is commonly used, no rules of composition.
`common_passwords.txt` is our own list; a password is compared with it in lower case, also without
the digits and signs that people append, and with the usual letter substitutions undone. zxcvbn knows many
more, and how they are combined: what it guesses in less than GUESSES tries is refused, where the words of the
account's own name and address and of this product are tried first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import cache
from importlib.resources import files

from zxcvbn import zxcvbn

from users.errors import WeakPassword

MIN_LENGTH = 10
MAX_LENGTH = 128
GUESSES = 10**8
"""Where zxcvbn's authors draw the line between what is guessed through a web page and what is not."""
_ESTIMATED = 40  # characters; the estimate of longer ones takes tens of milliseconds and says no more
_PRODUCT = ("slipway",)
_LEAST_DIFFERENT = 4
_SUBSTITUTES = str.maketrans("0134578@$!", "oieastbasi")
_DRESSING = "0123456789!?.,-_*#@$%&+= "
_NUMBERS = "0123456789!?.,-_/ "
"""Nothing but these is a date or a telephone number, if not worse."""
_WORD = re.compile(r"\w{3,}")
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm")


def check(password: str, pointer: str, own: Collection[str] = ()) -> None:
    """Raise WeakPassword, naming `pointer`, for one that is easy to guess; `own` is e-mail and name."""
    normal = unicodedata.normalize("NFKC", password).casefold()
    if min(len(password), len(normal)) < MIN_LENGTH:
        raise WeakPassword(pointer, f"must have at least {MIN_LENGTH} characters")
    if len(set(normal)) < _LEAST_DIFFERENT or _is_repetition(normal) or _is_run(normal):
        raise WeakPassword(pointer, "is a simple repetition or sequence")
    if not normal.strip(_NUMBERS) or _forms(normal) & _tried_first():
        raise WeakPassword(pointer, "is among the passwords that are tried first")
    if _forms(normal) & _own_forms(own):
        raise WeakPassword(pointer, "is made of your own name or e-mail address")
    if zxcvbn(normal[:_ESTIMATED], user_inputs=_context(own))["guesses"] < GUESSES:
        raise WeakPassword(pointer, "is guessed soon: it is short, or made of common words, names and dates")


@cache
def common() -> frozenset[str]:
    """Return the common passwords, in lower case."""
    text = files("users.domain").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


@cache
def _tried_first() -> frozenset[str]:
    return frozenset().union(*(_forms(word) for word in common()))


def _forms(password: str) -> frozenset[str]:
    """Return the shapes under which a password is looked up, the empty one excepted."""
    dressings = (password, password.rstrip(_DRESSING), password.strip(_DRESSING))
    plain = (form.translate(_SUBSTITUTES) for form in dressings)
    return frozenset({*dressings, *plain} - {""})


def _own_forms(own: Collection[str]) -> set[str]:
    forms: set[str] = set()
    for text in own:
        folded = unicodedata.normalize("NFKC", text).casefold()
        local = folded.partition("@")[0]
        forms |= {folded, folded.replace(" ", ""), local, local.replace(".", "")}
    return forms - {""}


def _context(own: Collection[str]) -> list[str]:
    """Return the words that somebody who knows the account would try first."""
    words = {*_PRODUCT, *_own_forms(own)}
    for text in own:
        words |= set(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))
    return sorted(words)


def _is_repetition(password: str) -> bool:
    """Say whether a shorter text, repeated, gives the password."""
    return password in (password + password)[1:-1]


def _is_run(password: str) -> bool:
    """Say whether it is a piece of the alphabet, the digits or the keyboard, forwards or backwards."""
    return any(password in run or password[::-1] in run for run in _RUNS)
