"""Other web origins whose pages may call the suite, besides those of its own app."""

from __future__ import annotations

import re

_ORIGIN = re.compile(
    r"[a-z][a-z0-9+.-]*://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(:[1-9][0-9]{0,4})?"
)
_USUAL_PORT = re.compile(r"(http:.*:80|https:.*:443)")


def origins_in(text: str) -> tuple[str, ...]:
    """Return the origins in `text`, which has white space between them, each once.

    Raises ValueError for what no browser would send as `Origin`, `*` and `null` among it.
    """
    for origin in text.split():
        if not _ORIGIN.fullmatch(origin) or _USUAL_PORT.fullmatch(origin):
            raise ValueError(
                f"{origin!r} is no origin as browsers send it, such as http://localhost:5173: no path,"
                " no usual port, no capitals, no *"
            )
    return tuple(dict.fromkeys(text.split()))
