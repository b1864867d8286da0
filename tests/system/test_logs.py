"""After everything: no log of the suite under test holds what people or services keep secret."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.system.client import PASSWORD, address

pytestmark = pytest.mark.afterwards

KINDS = {
    "a password's hash": re.compile(rb"\$argon2(?:id|i|d)\$"),
    "an access token": re.compile(rb"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}"),
    "a refresh token": re.compile(rb"srt_[A-Za-z0-9_-]{20,}"),
    "a token of a mailed link": re.compile(rb"#token=[A-Za-z0-9_-]{8,}"),
    "a signature": re.compile(
        rb"(?i)(?:X-Amz-Signature|X-Amz-Security-Token|[?&]Signature)=[A-Za-z0-9%_-]{8,}"
    ),
    "a private key": re.compile(rb"PRIVATE KEY-----"),
    "an e-mail address": re.compile(rb"(?i)[a-z0-9._+-]+(?:@|%40)example\.(?:com|org|net)"),
    "a test's password": re.compile(re.escape(PASSWORD).encode()),
}
_SHORTEST = 12


@pytest.fixture(scope="module")
def state() -> Path:
    if "SLIPWAY_STATE" not in os.environ:
        pytest.skip("SLIPWAY_STATE does not name the state folder of the suite under test")
    return Path(os.environ["SLIPWAY_STATE"])


@pytest.fixture(scope="module")
def logs(state: Path) -> dict[str, list[bytes]]:
    """The lines of each log, by its name."""
    return {path.name: path.read_bytes().splitlines() for path in sorted((state / "logs").iterdir())}


def secrets_of(state: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the secrets that the suite made for itself, with the name of their file."""
    for path in (path for path in (state / "secrets").rglob("*") if path.suffix != ".key-id"):
        if path.is_dir():
            continue
        text = path.read_text(encoding="utf-8").strip()
        if path.suffix == ".json":
            yield path.name, json.loads(text)["secret_access_key"].encode()
        elif len(text) >= _SHORTEST and "\n" not in text:
            yield path.name, text.rpartition(":")[2].encode()


def test_every_part_has_a_log_and_the_busy_ones_have_lines(logs):
    assert {"gateway.log", "postgres.log", "users.log", "emulator.log"} <= set(logs)
    assert logs["gateway.log"]
    assert any(b'"path":"/v1/accounts"' in line for name, lines in logs.items() for line in lines)


@pytest.mark.parametrize("kind", KINDS)
def test_no_log_holds(logs, kind):
    found = [
        f"{name}: {line[:300]!r}"
        for name, lines in logs.items()
        for line in lines
        if KINDS[kind].search(line)
    ]
    assert found == []


def test_no_log_holds_a_secret_of_the_suites_own(state, logs):
    secrets = dict(secrets_of(state))
    assert len(secrets) > 3
    found = [
        f"{log} holds {name}"
        for log, lines in logs.items()
        for name, secret in secrets.items()
        if any(secret in line for line in lines)
    ]
    assert found == []


def test_what_is_looked_for_would_be_found():
    examples = {
        "a password's hash": "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA",
        "an access token": "Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2ln",
        "a refresh token": "srt_0123456789abcdefghijKLMN",
        "a token of a mailed link": "https://app.localhost/verify-email#token=abcdefgh12",
        "a signature": "/a?X-Amz-Signature=0123456789abcdef",
        "a private key": "-----BEGIN PRIVATE KEY-----",
        "an e-mail address": f"Key (email_key)=({address()}) already exists.",
        "a test's password": f'{{"password": "{PASSWORD}"}}',
    }
    assert examples.keys() == KINDS.keys()
    assert [kind for kind, text in examples.items() if not KINDS[kind].search(text.encode())] == []
