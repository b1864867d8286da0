"""Discovery, keys, and every way in which a token can be wrong."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask.testing import FlaskClient
from services.users.tests.factories import SECRET, Person, person, settings

from chassis.errors import Unauthenticated
from chassis.identity.auth import TokenVerifier
from chassis.identity.jwks import JwksCache
from chassis.ids import new_id
from chassis.testing import FakeClock
from users.domain import signing_keys
from users.domain.records import KeyState
from users.domain.sealing import Sealer
from users.domain.signing_keys import PUBLISHED_BEFORE_USE
from users.wiring import Stores, keyring_of


@pytest.fixture
def ada(client: FlaskClient) -> Person:
    return person(client)


def status_with(client: FlaskClient, token: str) -> int:
    return client.get("/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})


def unsigned(header: dict[str, Any], claims: dict[str, Any], signature: str = "") -> str:
    def text(part: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()

    return f"{text(header)}.{text(claims)}.{signature}"


def test_discovery_names_the_issuer_and_only_what_there_is(client: FlaskClient) -> None:
    response = client.get("/.well-known/openid-configuration")
    issuer = settings().auth_issuer
    assert response.json["issuer"] == issuer
    assert response.json["jwks_uri"] == f"{issuer}/.well-known/jwks.json"
    for name, value in response.json.items():
        if name.endswith(("_endpoint", "_uri")):
            assert client.get(value.removeprefix(issuer)).status_code == 200


def test_keys_are_published_without_their_private_part(client: FlaskClient) -> None:
    response = client.get("/.well-known/jwks.json")
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert len(response.json["keys"]) == 2
    for key in response.json["keys"]:
        assert set(key) - {"nbf"} == {"kty", "crv", "x", "y", "kid", "alg", "use"}


def test_published_keys_that_have_not_changed_are_not_sent_again(client: FlaskClient) -> None:
    etag = client.get("/.well-known/jwks.json").headers["ETag"]
    response = client.get("/.well-known/jwks.json", headers={"If-None-Match": etag})
    assert response.status_code == 304


def test_another_service_verifies_a_token_with_the_published_keys_alone(
    client: FlaskClient, ada: Person, clock: FakeClock
) -> None:
    keys = JwksCache(lambda: client.get("/.well-known/jwks.json").json)
    verifier = TokenVerifier(settings().auth_issuer, "slipway", keys, clock.timestamp)
    caller = verifier.caller(f"Bearer {ada.tokens['access_token']}")
    assert (caller.subject, caller.session) == (ada.account_id, ada.tokens["session_id"])
    assert caller.scopes == {"openid", "profile", "email"}
    clock.advance(600)
    with pytest.raises(Unauthenticated):
        verifier.caller(f"Bearer {ada.tokens['access_token']}")


def test_a_key_that_does_not_sign_yet_makes_no_token_good(
    client: FlaskClient, ada: Person, stores: Stores, clock: FakeClock
) -> None:
    [upcoming] = [key for key in stores.signing_keys.all() if key.state is KeyState.NEXT]
    private = signing_keys.private_key(upcoming, Sealer(SECRET, "signing keys"))
    _, claims = parts(ada.tokens["access_token"])

    def status() -> int:
        lasting = {**claims, "exp": int(clock.timestamp()) + 600}
        signed = jwt.encode(
            lasting, private, algorithm="ES256", headers={"kid": upcoming.id, "typ": "at+jwt"}
        )
        return status_with(client, signed)

    clock.advance(PUBLISHED_BEFORE_USE.total_seconds() - 1)
    assert status() == 401
    clock.advance(1)
    assert status() == 200


def test_a_good_token_is_good(client: FlaskClient, ada: Person) -> None:
    assert status_with(client, ada.tokens["access_token"]) == 200


def test_an_expired_token_is_refused(client: FlaskClient, ada: Person, clock: FakeClock) -> None:
    clock.advance(599)
    assert status_with(client, ada.tokens["access_token"]) == 200
    clock.advance(1)
    assert status_with(client, ada.tokens["access_token"]) == 401


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE"])
def test_an_unsigned_token_is_refused(client: FlaskClient, ada: Person, algorithm: str) -> None:
    header, claims = parts(ada.tokens["access_token"])
    assert status_with(client, unsigned({**header, "alg": algorithm}, claims)) == 401


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(client: FlaskClient, ada: Person) -> None:
    header, claims = parts(ada.tokens["access_token"])
    [public] = [
        key for key in client.get("/.well-known/jwks.json").json["keys"] if key["kid"] == header["kid"]
    ]
    pem = jwt.PyJWK(public).key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    hmac_key = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signed = unsigned({**header, "alg": "HS256"}, claims).rstrip(".")
    signature = base64.urlsafe_b64encode(hmac_key.sign(signed.encode(), pem)).rstrip(b"=").decode()
    assert status_with(client, f"{signed}.{signature}") == 401


def test_a_token_of_another_key_is_refused(client: FlaskClient, ada: Person) -> None:
    header, claims = parts(ada.tokens["access_token"])
    foreign = ec.generate_private_key(ec.SECP256R1())
    for key_id in (header["kid"], "unknown", None, 7):
        token = unsigned({**header, "kid": key_id}, claims).rstrip(".")
        signature = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256).sign(
            token.encode(), foreign
        )
        text = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
        assert status_with(client, f"{token}.{text}") == 401


def test_a_token_with_a_changed_claim_is_refused(client: FlaskClient, ada: Person) -> None:
    header, _, signature = ada.tokens["access_token"].split(".")
    _, claims = parts(ada.tokens["access_token"])
    forged = unsigned({}, {**claims, "sub": str(new_id())}).split(".")[1]
    assert status_with(client, f"{header}.{forged}.{signature}") == 401


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "another"},
        {"iss": "https://users.example.org"},
        {"exp": 1},
        {"sub": "not-an-id"},
        {"sid": None},
        {"sid": "not-an-id"},
        {"sid": 7},
        {"sid": str(new_id())},
        {"sub": str(new_id())},
    ],
)
def test_a_well_signed_token_for_something_else_is_refused(
    client: FlaskClient, stores: Stores, clock: FakeClock, ada: Person, change: dict[str, Any]
) -> None:
    header, claims = parts(ada.tokens["access_token"])
    signer = keyring_of(settings(), stores, clock).signer()
    token = jwt.encode({**claims, **change}, signer.private, algorithm="ES256", headers=header)
    assert status_with(client, token) == 401


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a.b.c", "Bearer " + "a" * 5000]
)
def test_what_is_no_bearer_token_is_refused(client: FlaskClient, header: str) -> None:
    assert client.get("/v1/me", headers={"Authorization": header}).status_code == 401
