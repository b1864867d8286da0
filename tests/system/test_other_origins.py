"""A page of another origin, which the suite under test lets in, calls and reads; see the README."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from tests.system.browser import NAMES, program, visiting
from tests.system.manifests import SERVICES
from tests.system.uploading import credentials

CALLS = """
async ({users, todos, email, password}) => {
    const json = {'Content-Type': 'application/json'};
    const signedIn = await fetch(`${users}/v1/sessions`,
        {method: 'POST', headers: json, body: JSON.stringify({email, password})});
    const {access_token} = await signedIn.json();
    const key = crypto.randomUUID();
    const headers = {...json, Authorization: `Bearer ${access_token}`, 'Idempotency-Key': key};
    const body = '{"title": "from elsewhere"}';
    const made = await fetch(`${todos}/v1/todos`, {method: 'POST', headers, body});
    const refused = await fetch(`${todos}/v1/todos/nothing`, {headers});
    const nowhere = await fetch(`${todos}/metrics`);
    return [made.status, made.headers.get('ETag') !== null, made.headers.get('Location') !== null,
            refused.status, (await refused.json()).status, nowhere.status, (await nowhere.json()).status];
}
"""


@pytest.fixture(scope="module")
def other() -> str:
    found = os.environ.get("SLIPWAY_OTHER_ORIGIN")
    if not found:
        pytest.skip("no other origin is allowed: start with `--origin`, and name it in SLIPWAY_OTHER_ORIGIN")
    return found


class _Empty(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><link rel=icon href=data:,><title>elsewhere</title>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def page(other: str) -> Iterator[str]:
    """Serve an empty page at the other origin."""
    parts = urlsplit(other)
    server = ThreadingHTTPServer((parts.hostname or "localhost", parts.port or 80), _Empty)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield other
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("service", SERVICES)
def test_another_allowed_origin_gets_every_permission_the_app_has(anyone, service, other):
    asked = {"Origin": other, "Access-Control-Request-Method": "PATCH"}
    for response in (
        anyone.call("OPTIONS", service, "/v1/nothing", headers=asked),
        anyone.get(service, "/livez", headers={"Origin": other}),
        anyone.get(service, "/v1/nothing", headers={"Origin": other}),
        anyone.get(service, "/metrics", headers={"Origin": other}),
    ):
        assert response.headers["Access-Control-Allow-Origin"] == other
        assert response.headers["Access-Control-Allow-Credentials"] == "true"
        assert "Retry-After" in response.headers["Access-Control-Expose-Headers"]


def test_storage_lets_its_pages_upload(anna, other):
    headers = {"Origin": other, "Access-Control-Request-Method": "PUT"}
    bucket = credentials(anna)["bucket"]
    response = anna.client.as_(None).call("OPTIONS", "s3", f"/{bucket}/users/x", headers=headers)
    assert response.headers["Access-Control-Allow-Origin"] == other


def test_a_real_page_signs_in_writes_and_reads_errors(environment, anna, page):
    executable = program()
    if executable is None:
        pytest.skip(f"no browser on this machine: install one of {', '.join(NAMES)}")
    with visiting(environment, executable) as visit:
        visit.page.goto(page)
        found = visit.page.evaluate(
            CALLS,
            {
                "users": environment.origin("users"),
                "todos": environment.origin("todos"),
                "email": anna.email,
                "password": anna.password,
            },
        )
    assert found == [201, True, True, 404, 404, 404, 404]
