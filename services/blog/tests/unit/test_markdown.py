"""What Markdown becomes, and that nothing in it breaks out."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import pytest

from blog.rendering.highlighting import LANGUAGES, Highlighter
from blog.rendering.markdown import render, summarise


class Seen(HTMLParser):
    """The elements and attributes that a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def test_commonmark_is_rendered() -> None:
    html = render("# A\n\n*b* **c** `d`\n\n> e\n\n1. f\n\n![g](https://h.example/i.png)\n")
    expected = ["h1", "p", "em", "strong", "code", "blockquote", "ol", "li", "img"]
    assert Seen(html).elements >= set(expected)


def test_tables_are_rendered_with_their_alignment() -> None:
    html = render("| a | b |\n|:--|--:|\n| 1 | 2 |\n")
    assert "<table>" in html
    assert '<td style="text-align:right">2</td>' in html.replace(": ", ":").replace(";", "")


def test_fenced_code_is_highlighted_on_the_server() -> None:
    html = render("```python\ndef f(): return 1\n```\n")
    assert '<span class="k">def</span>' in html
    assert "style=" not in html


def test_code_of_an_unknown_language_is_shown_as_it_is() -> None:
    assert "&lt;b&gt;" in render("```nonsense\n<b>\n```\n")


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    "![x](vbscript:msgbox)",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<iframe src='https://evil.example'></iframe>",
    "<form action='https://evil.example'><input name=password></form>",
    "<style>*{display:none}</style><p style='position:fixed;top:0'>x</p>",
    "<base href='https://evil.example'><meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<a href='x' onclick='alert(1)' target=_blank>x</a>",
    "<p id=top name=x class=overlay>x</p>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    '```"><script>alert(1)</script>\ncode\n```',
    '```python" onmouseover="alert(1)\ncode\n```',
    "<!-- --!><img src=x onerror=alert(1)> -->",
    "<td style='background:url(https://evil.example)'>x</td>",
    '[x](https://a.example "><script>alert(1)</script>")',
]
_ELEMENTS = (
    "a blockquote br code del em h1 h2 h3 h4 h5 h6 hr img li ol p pre s span strong "
    "table tbody td th thead tr ul"
)


CODE_THAT_TAKES_LONG = [("make", "_"), ("java", " \n"), ("http", "a"), ("ini", "="), ("autoit", " ")]


@pytest.mark.parametrize("markdown", HOSTILE)
@pytest.mark.parametrize(
    "around", ["{}", "> {}", "| a |\n|---|\n| {} |", "text {} text", "<div>\n\n{}\n\n</div>"]
)
def test_nothing_breaks_out(markdown: str, around: str) -> None:
    html = render(around.format(markdown))
    seen = Seen(html)
    assert seen.elements <= set(_ELEMENTS.split())
    names = {name for name, _ in seen.attributes}
    assert names <= {"href", "title", "src", "alt", "start", "rel", "class", "style"}
    for name, value in seen.attributes:
        if name in {"href", "src"}:
            assert not value.lower().lstrip().startswith(("javascript", "data", "vbscript", "java\nscript"))
        if name == "style":
            assert value.replace(" ", "").rstrip(";") in {
                "",
                "text-align:left",
                "text-align:right",
                "text-align:center",
            }
        if name == "class":
            assert "overlay" not in value
    assert "<script" not in html
    assert "<style" not in html


@pytest.mark.parametrize(
    "markdown",
    [
        *("[" * 20_000, "> " * 5_000 + "x", "*a_" * 20_000, "`" * 30_000, "- " * 20_000, "<" * 50_000),
        *(f"```{language}\n{code * 19_000}\n```\n" * 5 for language, code in CODE_THAT_TAKES_LONG),
    ],
)
def test_text_that_is_made_to_take_long_does_not(markdown: str) -> None:
    begun = time.process_time()
    render(markdown)
    assert time.process_time() - begun < 20  # what is quadratic takes minutes


def test_code_that_takes_too_long_is_shown_plain_and_the_text_goes_on() -> None:
    html = render("```make\n" + "_" * 19_000 + "\n```\n*after*\n")
    assert f">{'_' * 19_000}\n</code>" in html
    assert "<em>after</em>" in html


def test_the_code_of_one_text_has_one_budget() -> None:
    highlighter = Highlighter(seconds=0.2)
    assert highlighter.lines("def f(): return 1\n", "python")
    assert not highlighter.lines("_" * 19_000, "make")
    assert not highlighter.lines("def f(): return 1\n", "python")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_is_known(language: str) -> None:
    assert Highlighter().lines("x = 1\n", language)


def test_the_summary_is_the_beginning_of_the_first_paragraph() -> None:
    assert summarise("# Title\n\nHello *dear*\n`reader` & <b>all</b>.\n\nMore.") == "Hello dear reader & all."
    assert summarise("") == ""


def test_a_long_beginning_is_cut() -> None:
    short = summarise("word " * 100)
    assert len(short) <= 200
    assert short.endswith("word…")
