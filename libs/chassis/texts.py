"""What people write: which characters are taken, what can be seen, and when two texts say the same."""

from __future__ import annotations

import re
import unicodedata

PRINTABLE = r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]*$"
SINGLE_LINE = r"^[^\u0000-\u001F\u007F-\u009F\u2028\u2029]*$"

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROL_OR_BREAK = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_UNSEEN_CATEGORIES = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"}
# Without a shape of their own: fillers, joiners, variation selectors, the empty cell of Braille.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def printable(value: str) -> str:
    """Return a text of several lines without marks that turn its direction; raise ValueError for controls."""
    if _CONTROL.search(value):
        raise ValueError("must not contain control characters")
    return _DIRECTION.sub("", value)


def single_line(value: str) -> str:
    """Return a text of one line without marks that turn its direction; raise ValueError for anything else."""
    if _CONTROL_OR_BREAK.search(value):
        raise ValueError("must be one line without control characters")
    return _DIRECTION.sub("", value)


def as_line(value: str) -> str:
    """Return any text as one line: what `single_line` refuses becomes a space."""
    return " ".join(_CONTROL_OR_BREAK.sub(" ", _DIRECTION.sub("", value)).split())


def visible(value: str) -> str:
    """Return a text in which there is something to see; raise ValueError for another."""
    if all(unicodedata.category(one) in _UNSEEN_CATEGORIES or _UNSEEN.match(one) for one in value):
        raise ValueError("must contain something that can be seen")
    return value


def composed(value: str) -> str:
    """Return the one spelling (NFC) of a text that has several: `e` and an accent become `é`."""
    return unicodedata.normalize("NFC", value)


def folded(value: str) -> str:
    """Return what texts have in common that differ only in case and spelling (Unicode, section 3.13)."""
    return composed(composed(value).casefold())


def has_one_spelling(value: str) -> bool:
    """Say whether no other text is composed to this one. Three of ASCII have a double, as U+212A for `K`."""
    return value.isascii() and not set(value) & set("K;`")
