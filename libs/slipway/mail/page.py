"""The mailbox as one page, in a file: nothing listens, and nobody but its owner may read it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import jinja2

from slipway.mail.reading import CaughtMail
from slipway.state.layout import write_private


def write(path: Path, mails: Iterable[CaughtMail]) -> None:
    """Put the page with `mails` at `path`. What a mail brings along runs no script and loads nothing."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    write_private(path, environment.get_template("page.html.j2").render(mails=list(mails)))
