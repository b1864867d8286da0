"""Code in colours, within a budget: most lexers take quadratic time for some code, and hold up all threads.

A lexer is asked for one token after the other, and left when it has taken too long. Of those that Pygments
has some spend minutes on a single token; so only languages are taken for which that was tried.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from pygments import format as written
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name

_LONGEST = 20_000
_BUDGET_SECONDS = 0.25

LANGUAGES = frozenset(
    {
        *("bash", "c", "c#", "c++", "cpp", "csharp", "css", "dart", "diff", "docker", "dockerfile", "elixir"),
        *("go", "golang", "graphql", "groovy", "haskell", "hcl", "html", "http", "java", "javascript", "js"),
        *("json", "jsx", "kotlin", "lua", "make", "makefile", "nginx", "objective-c", "perl", "php"),
        *("powershell", "ps1", "py", "python", "python3", "r", "rb", "ruby", "rs", "rust", "scala", "scss"),
        *("sh", "shell", "sql", "swift", "tcl", "terraform", "tf", "toml", "ts", "tsx", "typescript", "xml"),
        *("yaml", "yml", "zsh"),
    }
)
"""All but those that hand parts of the code to whatever other language it names."""

_formatter = HtmlFormatter(nowrap=True)


class _OverBudgetError(Exception):
    """The code takes too long."""


class Highlighter:
    """Highlights the code of one text; `seconds` of processor are for all of it."""

    def __init__(self, seconds: float = _BUDGET_SECONDS) -> None:
        self._left = seconds

    def lines(self, code: str, language: str, _attributes: str = "") -> str:
        """Return the lines of a code block as HTML; empty where it is to be shown plain."""
        if language.lower() not in LANGUAGES or len(code) > _LONGEST or self._left <= 0:
            return ""
        started = time.thread_time()
        try:
            return str(written(self._tokens(get_lexer_by_name(language), code), _formatter))
        except _OverBudgetError:
            return ""
        finally:
            self._left -= time.thread_time() - started

    def _tokens(self, lexer: Lexer, code: str) -> Iterator[tuple[Any, str]]:
        until = time.thread_time() + self._left
        for token in lexer.get_tokens(code):
            if time.thread_time() > until:
                raise _OverBudgetError
            yield token
