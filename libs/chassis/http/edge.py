"""Telling the edge which public answers have changed, so that it asks for them anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import requests
from pydantic import Field

from chassis.errors import Transient
from chassis.settings import ServiceSettings

_TIMEOUT = (0.5, 1.0)
_MOST_PATHS = 1000  # that the gateway takes at once


class EdgeSettings(ServiceSettings):
    """Settings of a service of which the edge keeps answers or files."""

    edge_purge_url: str | None = Field(
        default=None, description="Where the edge is told what has changed; unset: nobody is told."
    )
    edge_purge_token: str | None = Field(default=None, description="Token that goes with it.")


@dataclass(frozen=True, slots=True)
class EdgePurges:
    """Where one host's changes are told. Without a `url` there is no edge that keeps anything.

    Paths are decoded and have no query: all queries of a path are meant. `*` stands alone after a slash,
    for everything below.
    """

    host: str
    url: str | None
    token: str | None

    def purge(self, paths: Sequence[str], change: str | None = None) -> None:
        """Return once no request that comes now gets an older answer for `paths`. Raises Transient.

        `change` names what has changed, by the same word whoever tells of it: so it is purged once. With it,
        there are at most 1,000 paths.
        """
        for start in range(0, len(paths) if self.url else 0, _MOST_PATHS):
            self._tell(self.url or "", paths[start : start + _MOST_PATHS], change)

    def _tell(self, url: str, paths: Sequence[str], change: str | None) -> None:
        named = {} if change is None else {"change": change}
        try:
            answer = requests.post(
                url,
                json={"host": self.host, "paths": list(paths), **named},
                headers={"Authorization": f"Bearer {self.token}"},
                timeout=_TIMEOUT,
                allow_redirects=False,
            )
            answer.raise_for_status()
        except requests.RequestException as error:
            raise Transient("The edge cannot be told at the moment.") from error


def purges_of(settings: EdgeSettings, subdomain: str) -> EdgePurges:
    """Return where changes of `subdomain` are told."""
    host = f"{subdomain}.{settings.public_domain}"
    return EdgePurges(host, settings.edge_purge_url, settings.edge_purge_token)
