"""The template of a service: a tree of files, rendered by Jinja.

Placeholders are `[[ name ]]` and `[% if publishes %]`, because Python, YAML and JSON have braces of their
own. In the names of files PACKAGE, SINGULAR and PLURAL stand for the service and its noun. A file
that begins with `[# if: choice #]` exists only where that choice was made. A service that keeps nothing
has the files of `stateless` in the place of those of `service` with the same names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

import jinja2

TEMPLATE = Path(__file__).with_name("service")
STATELESS = Path(__file__).with_name("stateless")
_SUFFIX = ".j2"
_ONLY_IF = re.compile(r"\[# if: (\w+) #\]\n")


def render(told: Mapping[str, Any]) -> Iterator[tuple[PurePath, str]]:
    """Yield each file of the service, by its path below the service's folder, with its text."""
    places = [TEMPLATE] if told["keeps"] else [STATELESS, TEMPLATE]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(places),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701  # not a web page
        variable_start_string="[[ ",
        variable_end_string=" ]]",
        block_start_string="[%",
        block_end_string="%]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for name in environment.list_templates():
        text = environment.get_template(name).render(told)
        only_if = _ONLY_IF.match(_source(places, name))
        if only_if is None or told[only_if.group(1)]:
            yield _path(PurePath(name), told), text.lstrip("\n") if only_if else text


def _source(places: Sequence[Path], name: str) -> str:
    """Return a file of the template as it stands."""
    return next(place / name for place in places if (place / name).exists()).read_text(encoding="utf-8")


def _path(name: PurePath, told: Mapping[str, Any]) -> PurePath:
    path = name.as_posix().removesuffix(_SUFFIX)
    for placeholder, spelling in (("PACKAGE", "name"), ("SINGULAR", "singular"), ("PLURAL", "plural")):
        path = path.replace(placeholder, told[spelling])
    return PurePath(path)
