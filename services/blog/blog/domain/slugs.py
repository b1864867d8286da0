"""Slugs: what a post is called in its address, in any script."""

from __future__ import annotations

import unicodedata

LONGEST = 100


def slug_of(title: str) -> str:
    """Return the slug of a title: its letters and digits, in small letters, with hyphens between the words.

    Marks that belong to a letter stay with it. A title without letters and digits has an empty slug.
    """
    text = unicodedata.normalize("NFKC", title).casefold()
    text = unicodedata.normalize("NFKC", text)
    words = "".join(one if _belongs(one) else " " for one in text).split()
    return "-".join(words)[:LONGEST].rstrip("-")


def is_slug(text: str) -> bool:
    """Say whether `text` is a slug, in its one spelling."""
    return bool(text) and slug_of(text) == text


def _belongs(one: str) -> bool:
    return unicodedata.category(one)[0] in "LNM"
