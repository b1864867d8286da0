from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from chassis.errors import Denied, Unauthenticated
from chassis.identity.auth import SIGNED_IN, Caller, TokenVerifier, check_access, requires
from chassis.identity.jwks import JwksCache
from chassis.testing import AUDIENCE, ISSUER, FakeClock, Issuer, id_of

ANN = id_of("ann")


@pytest.fixture
def verifier(issuer: Issuer) -> TokenVerifier:
    return issuer.verifier()


def caller(verifier: TokenVerifier, token: str) -> Caller:
    return verifier.caller(f"Bearer {token}")


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    return {"iss": ISSUER, "aud": AUDIENCE, "sub": ANN, "iat": now, "exp": now + 600, **changes}


def signed(issuer: Issuer, payload: dict[str, Any], **headers: Any) -> str:
    """Return an access token by its header, with just these claims."""
    header = {"kid": issuer.key_id, "typ": "at+jwt", **headers}
    return jwt.encode(payload, issuer.private_key, algorithm="ES256", headers=header)


def part(data: object) -> str:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def public_pem(issuer: Issuer) -> bytes:
    return issuer.private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def hs256_by_hand(issuer: Issuer, secret: bytes) -> str:
    """Sign with HS256 as an attacker would who takes the public key for the secret."""
    signed = f"{part({'alg': 'HS256', 'kid': issuer.key_id})}.{part(claims())}"
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(signed.encode(), secret)
    return f"{signed}.{part(mac)}"


def test_a_good_token_gives_its_caller(issuer: Issuer, verifier: TokenVerifier) -> None:
    found = caller(verifier, issuer.token("ann", ["notes:read", "notes:batch"], sid="s1"))
    assert (found.subject, found.session) == (ANN, "s1")
    assert found.scopes == {"notes:read", "notes:batch"}


def test_the_scheme_is_read_in_any_case(issuer: Issuer, verifier: TokenVerifier) -> None:
    assert verifier.caller(f"bearer  {issuer.token('ann')} ").subject == ANN


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "Token x", "Bearer a b", "x"]
)
def test_a_header_without_a_token_is_refused(verifier: TokenVerifier, header: str | None) -> None:
    with pytest.raises(Unauthenticated):
        verifier.caller(header)


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1_700_000_000},
        {"exp": 0},
        {"exp": "soon"},
        {"exp": [1]},
        {"exp": 1e400},
        {"exp": None},
        {"exp": True},
        {"exp": 4_102_444_800},
        {"exp": 10**300},
        {"nbf": 4_102_444_800},
        {"aud": "another"},
        {"aud": ["another", "third"]},
        {"aud": ""},
        {"iss": "https://evil.example.test"},
        {"sub": 7},
        {"sub": ""},
        {"sub": "ann"},
        {"sub": "../ann"},
        {"sub": "{01890000-0000-7000-8000-000000000000}"},
        {"sub": "01890000-0000-7000-8000-00000000000A"},
        {"sub": "01890000000070008000000000000000"},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_a_token_with_a_wrong_claim_is_refused(
    issuer: Issuer, verifier: TokenVerifier, changes: dict[str, Any]
) -> None:
    with pytest.raises(Unauthenticated):
        caller(verifier, issuer.token(**{"subject": "ann", **changes}))


@pytest.mark.parametrize("expiry", [str, lambda soon: [soon], lambda soon: soon + 86_400, lambda soon: None])
def test_an_expiry_that_is_no_number_within_reason_is_refused(
    issuer: Issuer, verifier: TokenVerifier, expiry: Callable[[int], Any]
) -> None:
    soon = int(time.time()) + 60
    assert caller(verifier, issuer.token("ann", exp=soon + 0.5)).expires == soon
    with pytest.raises(Unauthenticated):
        caller(verifier, issuer.token("ann", exp=expiry(soon)))


@pytest.mark.parametrize("name", ["exp", "iat", "sub", "aud", "iss"])
def test_a_token_without_a_claim_is_refused(issuer: Issuer, verifier: TokenVerifier, name: str) -> None:
    payload = claims()
    del payload[name]
    with pytest.raises(Unauthenticated):
        caller(verifier, signed(issuer, payload))


def test_a_clock_that_is_a_moment_behind_the_issuers_does_not_matter(
    issuer: Issuer, verifier: TokenVerifier
) -> None:
    ahead = int(time.time()) + 3
    assert caller(verifier, issuer.token("ann", iat=ahead, nbf=ahead)).subject == ANN


def test_a_token_for_several_audiences_with_ours_is_good(issuer: Issuer, verifier: TokenVerifier) -> None:
    assert caller(verifier, issuer.token("ann", aud=["other", AUDIENCE])).subject == ANN


def test_a_token_without_a_scope_or_session_has_none(issuer: Issuer, verifier: TokenVerifier) -> None:
    found = caller(verifier, signed(issuer, claims()))
    assert (found.scopes, found.session) == (frozenset(), None)


def test_none_as_algorithm_is_refused(issuer: Issuer, verifier: TokenVerifier) -> None:
    for name in ("none", "None", "NONE", ""):
        with pytest.raises(Unauthenticated):
            caller(verifier, f"{part({'alg': name, 'kid': issuer.key_id})}.{part(claims())}.")


def test_hs256_with_the_public_key_as_secret_is_refused(issuer: Issuer, verifier: TokenVerifier) -> None:
    for secret in (public_pem(issuer), json.dumps(issuer.jwks()["keys"][0]).encode()):
        with pytest.raises(Unauthenticated):
            caller(verifier, hs256_by_hand(issuer, secret))


def test_another_issuers_key_under_the_same_id_is_refused(verifier: TokenVerifier) -> None:
    with pytest.raises(Unauthenticated):
        caller(verifier, Issuer().token("ann"))


def test_an_unknown_key_id_is_refused(verifier: TokenVerifier) -> None:
    with pytest.raises(Unauthenticated):
        caller(verifier, Issuer("another-key").token("ann"))


def test_a_token_without_a_key_id_is_refused(issuer: Issuer, verifier: TokenVerifier) -> None:
    with pytest.raises(Unauthenticated):
        caller(verifier, jwt.encode(claims(), issuer.private_key, algorithm="ES256"))


def test_a_token_that_names_another_algorithm_than_its_key_is_refused(
    issuer: Issuer, verifier: TokenVerifier
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    headers = {"kid": issuer.key_id, "typ": "at+jwt"}
    with pytest.raises(Unauthenticated):
        caller(verifier, jwt.encode(claims(), key, algorithm="RS256", headers=headers))


def test_rs256_is_good_where_the_issuer_publishes_such_a_key() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": "r", "use": "sig"}
    verifier = TokenVerifier(ISSUER, AUDIENCE, JwksCache(lambda: {"keys": [public]}))
    token = jwt.encode(claims(), key, algorithm="RS256", headers={"kid": "r", "typ": "at+jwt"})
    assert caller(verifier, token).subject == ANN


@pytest.mark.parametrize("name", ["at+jwt", "AT+JWT", "application/at+jwt"])
def test_the_type_of_an_access_token_has_two_spellings_in_any_case(
    issuer: Issuer, verifier: TokenVerifier, name: str
) -> None:
    assert caller(verifier, signed(issuer, claims(), typ=name)).subject == ANN


@pytest.mark.parametrize("name", ["JWT", "id+jwt", "rt+jwt", "logout+jwt", "", None, 7])
def test_a_token_of_the_same_issuer_that_is_no_access_token_is_refused(
    issuer: Issuer, verifier: TokenVerifier, name: Any
) -> None:
    header = {"alg": "ES256", "kid": issuer.key_id} | ({} if name is None else {"typ": name})
    signing = f"{part(header)}.{part(claims())}"
    signature = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256).sign(
        signing.encode(), issuer.private_key
    )
    with pytest.raises(Unauthenticated):
        caller(verifier, f"{signing}.{part(signature)}")


def test_a_token_that_was_changed_is_refused(issuer: Issuer, verifier: TokenVerifier) -> None:
    header, payload, signature = issuer.token("ann").split(".")
    other = part({**claims(), "sub": id_of("bob")})
    for token in (
        f"{header}.{other}.{signature}",
        f"{header}.{payload}.{part(bytes(64))}",
        f"{header}.{payload}.",
    ):
        with pytest.raises(Unauthenticated):
            caller(verifier, token)


def test_a_token_that_asks_for_an_extension_we_do_not_know_is_refused(
    issuer: Issuer, verifier: TokenVerifier
) -> None:
    with pytest.raises(Unauthenticated):
        caller(verifier, signed(issuer, claims(), crit=["exotic"], exotic=True))


@pytest.mark.parametrize(
    "token",
    [
        "a.b.c",
        "....",
        ".",
        "é.é.é",
        f"{part([1])}.e30.x",
        f"{part(b'not json')}.e30.x",
        f"{part(b'[' * 2900)}.e30.x",
        f"{part({'alg': 'ES256', 'kid': 7})}.e30.x",
        f"{part({'alg': ['ES256'], 'kid': {}})}.e30.x",
        f"{part({'kid': 'test-key'})}.e30.x",
        "x" * 4097,
    ],
    ids=lambda token: token[:20],
)
def test_what_is_no_token_is_refused(verifier: TokenVerifier, token: str) -> None:
    with pytest.raises(Unauthenticated):
        caller(verifier, token)


def test_a_token_is_checked_once_and_remembered(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    verifier, token = issuer.verifier(), issuer.token("ann")
    first = caller(verifier, token)
    monkeypatch.setattr(jwt, "decode", None)
    assert caller(verifier, token) == first


def test_a_remembered_token_expires(issuer: Issuer, clock: FakeClock) -> None:
    clock.advance(time.time() - clock.timestamp())
    verifier = TokenVerifier(ISSUER, AUDIENCE, JwksCache(issuer.jwks), clock.timestamp)
    token = issuer.token("ann", exp=int(clock.timestamp()) + 60)
    caller(verifier, token)
    clock.advance(61)
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            caller(verifier, token)


def test_a_remembered_token_is_refused_once_its_key_is_withdrawn(clock: FakeClock) -> None:
    old, new = Issuer("old"), Issuer("new")
    published = [old.jwks(), new.jwks()]
    keys = JwksCache(lambda: published[0], lifetime=300, now=clock.timestamp)
    verifier = TokenVerifier(ISSUER, AUDIENCE, keys)
    token = old.token("ann")
    caller(verifier, token)
    del published[0]
    assert caller(verifier, token).subject == ANN
    clock.advance(301)
    with pytest.raises(Unauthenticated):
        caller(verifier, token)
    assert caller(verifier, new.token("bob")).subject == id_of("bob")


def test_only_so_many_tokens_are_remembered(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.identity.auth._REMEMBERED", 2)
    verifier = issuer.verifier()
    first = issuer.token("ann")
    for token in (first, issuer.token("bob"), issuer.token("eve")):
        caller(verifier, token)
    monkeypatch.setattr(jwt, "decode", lambda *_, **__: pytest.fail("was verified again"))
    with pytest.raises(pytest.fail.Exception):
        caller(verifier, first)


def test_many_threads_may_ask_at_once(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.identity.auth._REMEMBERED", 3)
    verifier = issuer.verifier()
    tokens = {name: issuer.token(name) for name in "abcdefgh"}
    start = threading.Barrier(8)

    def ask(name: str) -> bool:
        start.wait()
        return all(caller(verifier, tokens[name]).subject == id_of(name) for _ in range(50))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, tokens))


def test_access_asks_for_every_scope() -> None:
    ann = Caller("ann", frozenset({"a", "b"}), None, 0)
    check_access(SIGNED_IN, ann)
    check_access(requires("a", "b"), ann)
    with pytest.raises(Denied, match="'c d'"):
        check_access(requires("a", "d", "c"), ann)
