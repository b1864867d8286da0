"""HTTPS to a running suite, where every unexpected answer says what was wrong and under which request id."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import requests

T = TypeVar("T")

_TIMEOUT = 30.0
_TIMEOUT = 30.0


class Wrong(Exception):
    """The suite did something else than it should; `request_id` finds it in the logs."""

    def __init__(self, reason: str, request_id: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.request_id = request_id


class NothingRuns(Exception):
    """Nothing answers at the address."""


@dataclass(frozen=True)
class Address:
    """Where the suite is, and the root certificate to trust; None trusts what the system trusts.

    `host` is where all names of the domain are; by default the resolver is asked, but for
    localhost, whose subdomains it may not know. `enforces` says whether storage there enforces
    IAM; None has it found out.
    """

    domain: str
    port: int
    authority: Path | None
    host: str | None = None
    enforces: bool | None = True

    def origin(self, service: str) -> str:
        """Return the `https://` origin of a subdomain, without a trailing slash."""
        port = "" if self.port == 443 else f":{self.port}"
        return f"https://{service}.{self.domain}{port}"

    @property
    def verify(self) -> str | bool:
        """What requests and boto3 take as `verify`."""
        return str(self.authority or ssl.get_default_verify_paths().cafile or "") or True

    @property
    def is_local(self) -> bool:
        """Whether this is a suite on somebody's own machine."""
        return self.domain == "localhost" or self.domain.endswith(".localhost")

    @contextmanager
    def resolving(self) -> Iterator[None]:
        """Find names below the domain where `host` says while the body runs."""
        target = self.host or ("127.0.0.1" if self.is_local else None)
        if target is None:
            yield
            return
        system = socket.getaddrinfo

        def resolve(host: Any, *arguments: Any, **options: Any) -> Any:
            inside = isinstance(host, str) and host.endswith(f".{self.domain}")
            return system(target if inside else host, *arguments, **options)

        socket.getaddrinfo = resolve
        try:
            yield
        finally:
            socket.getaddrinfo = system


class Api:
    """Calls the suite as one caller; `token` is sent where there is one."""

    def __init__(
        self, address: Address, token: str | None = None, session: requests.Session | None = None
    ) -> None:
        self.address = address
        self._token = token
        self._session = session or requests.Session()
        self._session.trust_env = False

    def with_token(self, token: str) -> Api:
        """Return a client that is signed in."""
        return Api(self.address, token, self._session)

    def call(
        self, method: str, service: str, path: str, *, expect: int = 200, **options: Any
    ) -> requests.Response:
        """Send a request and return its response, which must have the status `expect`.

        Raises Wrong for any other, NothingRuns when there is no connection. Waits out 429.
        """
        response = self.ask(method, service, path, **options)
        if response.status_code != expect:
            raise Wrong(
                f"{method} {self.address.origin(service)}{path} answered"
                f" {response.status_code} instead of {expect}: {_detail(response)}",
                response.headers.get("X-Request-Id"),
            )
        return response

    def ask(self, method: str, service: str, path: str, **options: Any) -> requests.Response:
        """Send a request and return its response whatever its status. Waits out 429."""
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        headers |= options.pop("headers", {})
        return self._send(method, self.address.origin(service) + path, headers=headers, **options)

    def fetch(self, url: str) -> requests.Response:
        """GET an absolute URL that the suite gave out, without the token."""
        return self._send("GET", url)

    def submit(self, url: str, fields: dict[str, str], content: bytes) -> None:
        """POST an upload form as a browser does. Raises Wrong when storage refuses it."""
        response = self._send("POST", url, data=fields, files={"file": content})
        if response.status_code >= 300:
            raise Wrong(
                f"storage refused the upload with {response.status_code}: {response.text[:300]}",
                response.headers.get("X-Request-Id"),
            )

    def _send(self, method: str, url: str, **options: Any) -> requests.Response:
        deadline = time.monotonic() + _TIMEOUT
        while True:
            try:
                response = self._session.request(
                    method,
                    url,
                    verify=self.address.verify,
                    timeout=_TIMEOUT,
                    allow_redirects=False,
                    **options,
                )
            except requests.exceptions.SSLError as error:
                raise Wrong(f"the certificate of {url} is not trusted; name its root by --ca") from error
            except requests.ConnectionError as error:
                raise NothingRuns(url) from error
            except requests.RequestException as error:
                raise Wrong(f"{method} {url} failed: {error}") from error
            pause = float(response.headers.get("Retry-After") or 1)
            if response.status_code != 429 or time.monotonic() + pause > deadline:
                return response
            time.sleep(pause)


def until(look: Callable[[], T | None], what: str, seconds: float = 60.0) -> T:
    """Return the first result of `look` that is true; raise Wrong when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise Wrong(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.1)


def require(condition: object, reason: str, response: requests.Response | None = None) -> None:
    """Raise Wrong with `reason` unless `condition` holds."""
    if not condition:
        raise Wrong(reason, response.headers.get("X-Request-Id") if response is not None else None)


def _detail(response: requests.Response) -> str:
    try:
        document = response.json()
        return str(document.get("detail") or document)
    except (ValueError, AttributeError):
        return response.text[:300]
