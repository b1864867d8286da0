"""Slugs of titles in any script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blog.domain.slugs import LONGEST, is_slug, slug_of


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Hello, World!", "hello-world"),
        ("Über Größe", "über-grösse"),
        ("日本語のタイトル", "日本語のタイトル"),
        ("हिन्दी में", "हिन्दी-में"),
        ("Cafe\u0301", "café"),
        ("C++ & Rust", "c-rust"),
        ("a/b\\c?d#e", "a-b-c-d-e"),
        ("snake_case", "snake-case"),
        ("../../etc/passwd", "etc-passwd"),
        ("🎉🎉", ""),
    ],
)
def test_a_title_gives_a_slug_in_its_own_script(title: str, slug: str) -> None:
    assert slug_of(title) == slug


@given(st.text(max_size=300))
def test_a_slug_is_its_own_slug_and_nothing_else_in_an_address(title: str) -> None:
    slug = slug_of(title)
    assert slug == "" or is_slug(slug)
    assert len(slug) <= LONGEST
    assert not set(slug) & set("/?#%&=. \\\x00")
