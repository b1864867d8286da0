"""Markdown to HTML that is safe to show: CommonMark, tables, and code that is highlighted here.

What comes out has only the elements that Markdown itself can say, whatever HTML stood in the text: everything
else is taken out by an allow list, behind all that makes HTML.
"""

from __future__ import annotations

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from pygments.token import STANDARD_TYPES

from blog.rendering.highlighting import Highlighter

_SUMMARY = 200
_KEPT = 64

_ELEMENTS = {
    *(
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "img",
        "li",
        "ol",
    ),
    *("p", "pre", "s", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}
_ALIGNED = {"style"}
_CLASSES = {"span": {name for name in STANDARD_TYPES.values() if name}}
_SCHEMES = {"http", "https", "mailto"}


def _parser(highlighter: Highlighter | None = None) -> MarkdownIt:
    options = {"highlight": highlighter.lines} if highlighter else {}
    parser = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    # Links of any kind pass here: the allow list takes the address away and leaves the text.
    parser.validateLink = lambda url: bool(url)  # type: ignore[method-assign]
    return parser


_plainly = _parser()


@lru_cache(maxsize=_KEPT)
def render(markdown: str) -> str:
    """Return `markdown` as HTML in which nothing can run, submit, or leave its place."""
    return nh3.clean(
        _parser(Highlighter()).render(markdown),
        tags=_ELEMENTS,
        attributes={**_ATTRIBUTES, "td": _ALIGNED, "th": _ALIGNED},
        allowed_classes=_CLASSES,
        filter_style_properties={"text-align"},
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
        strip_comments=True,
    )


@lru_cache(maxsize=_KEPT)
def summarise(markdown: str) -> str:
    """Return the beginning of the first paragraph as plain text of one line."""
    tokens = _plainly.parse(markdown)
    paragraphs = (tokens[at + 1] for at, token in enumerate(tokens) if token.type == "paragraph_open")
    first = next(paragraphs, None)
    words = "".join(_plain(child) for child in (first.children or [])) if first else ""
    text = " ".join(words.split())
    return text if len(text) <= _SUMMARY else f"{text[: _SUMMARY - 1].rstrip()}…"


def _plain(token: object) -> str:
    kind, content = getattr(token, "type", ""), getattr(token, "content", "")
    if kind in {"softbreak", "hardbreak"}:
        return " "
    return str(content) if kind in {"text", "code_inline", "image"} else ""
