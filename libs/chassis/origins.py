"""Web origins as settings name them."""

from __future__ import annotations

import re

_ORIGIN = re.compile(
    r"[a-z][a-z0-9+.-]*://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(:[1-9][0-9]{0,4})?"
)
_USUAL_PORT = re.compile(r"(http:.*:80|https:.*:443)")


def checked(text: str) -> str:
    """Return `text`, origins with white space between.

    Raises ValueError for what no browser would send as `Origin`, `*` and `null` among it.
    """
    for origin in text.split():
        if not _ORIGIN.fullmatch(origin) or _USUAL_PORT.fullmatch(origin):
            raise ValueError(f"{origin!r} is no origin as browsers send it, such as https://app.example.com")
    return text
