"""Asking another service by REST, with the token of the caller on whose behalf it is."""

from __future__ import annotations

import requests

from blog.errors import TokenRefused
from chassis.telemetry.trace_context import outgoing_headers

_TIMEOUT = (1.0, 3.0)
"""Seconds to connect, and of silence: a caller waits for this."""


def ask(
    method: str, url: str, authorization: str, timeout: tuple[float, float] = _TIMEOUT
) -> requests.Response:
    """Return the answer. Raises TokenRefused for 401, requests.RequestException where there is none."""
    headers = {"Authorization": authorization, "Accept": "application/json", **outgoing_headers()}
    answer = requests.request(method, url, headers=headers, timeout=timeout, allow_redirects=False)
    if answer.status_code == 401:
        raise TokenRefused
    return answer
