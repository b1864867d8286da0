"""Access tokens as a Cognito user pool makes them: RS256, `client_id` in place of `aud`, `token_use`."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from flask.testing import FlaskClient
from jwt.algorithms import RSAAlgorithm
from libs.chassis.tests.sample import INFO, NoteRoutes, Notes

from chassis.errors import Unauthenticated
from chassis.http import app as chassis_app
from chassis.identity.auth import TokenVerifier
from chassis.identity.jwks import JwksCache
from chassis.settings import ServiceSettings

POOL = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example"
CLIENT = "1example23456789"
SUBJECT = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"


class Pool:
    """Signs as a user pool does."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def jwks(self) -> dict[str, Any]:
        public = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": "pool-key", "alg": "RS256", "use": "sig"}]}

    def access_token(self, **changes: Any) -> str:
        now = int(time.time())
        return self.signed(
            {
                "sub": SUBJECT,
                "cognito:groups": ["readers"],
                "iss": POOL,
                "version": 2,
                "client_id": CLIENT,
                "origin_jti": "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeee0",
                "token_use": "access",
                "scope": "openid notes:batch",
                "auth_time": now,
                "exp": now + 3600,
                "iat": now,
                "jti": "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeee1",
                "username": "ann",
                **changes,
            }
        )

    def id_token(self, **changes: Any) -> str:
        now = int(time.time())
        return self.signed(
            {
                "sub": SUBJECT,
                "iss": POOL,
                "aud": CLIENT,
                "token_use": "id",
                "email": "ann@example.com",
                "exp": now + 3600,
                "iat": now,
                **changes,
            }
        )

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": "pool-key", "typ": None})


@pytest.fixture(scope="module")
def pool() -> Pool:
    return Pool()


@pytest.fixture
def verifier(pool: Pool) -> TokenVerifier:
    return TokenVerifier(POOL, CLIENT, JwksCache(pool.jwks), profile="cognito")


def test_an_access_token_of_the_pool_gives_its_caller(pool: Pool, verifier: TokenVerifier) -> None:
    found = verifier.caller(f"Bearer {pool.access_token()}")
    assert (found.subject, found.scopes) == (SUBJECT, {"openid", "notes:batch"})


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "another"},
        {"client_id": None},
        {"client_id": [CLIENT]},
        {"token_use": "id"},
        {"token_use": "refresh"},
        {"token_use": None},
        {"iss": f"{POOL}2"},
        {"exp": 1_700_000_000},
    ],
    ids=str,
)
def test_another_token_of_the_pool_is_refused(
    pool: Pool, verifier: TokenVerifier, changes: dict[str, Any]
) -> None:
    with pytest.raises(Unauthenticated):
        verifier.caller(f"Bearer {pool.access_token(**changes)}")


@pytest.mark.parametrize("changes", [{}, {"client_id": CLIENT}], ids=["as it is", "with a client"])
def test_an_id_token_is_no_access_token(pool: Pool, verifier: TokenVerifier, changes: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        verifier.caller(f"Bearer {pool.id_token(**changes)}")


def test_another_pools_token_is_refused(verifier: TokenVerifier) -> None:
    with pytest.raises(Unauthenticated):
        verifier.caller(f"Bearer {Pool().access_token()}")


def test_where_the_issuer_is_no_pool_its_kind_of_token_is_refused(pool: Pool) -> None:
    standard = TokenVerifier(POOL, CLIENT, JwksCache(pool.jwks))
    for token in (pool.access_token(), pool.access_token(aud=CLIENT), pool.id_token()):
        with pytest.raises(Unauthenticated):
            standard.caller(f"Bearer {token}")


@pytest.fixture
def served(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A service that is told by its environment that its issuer is the pool."""
    for name, value in {
        "AUTH_ISSUER": POOL,
        "AUTH_AUDIENCE": CLIENT,
        "AUTH_TOKEN_PROFILE": "cognito",
        "AUTH_JWKS_URL": f"{POOL}/.well-known/jwks.json",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(chassis_app, "fetch_from", lambda _url: pool.jwks)
    return chassis_app.build(INFO, ServiceSettings(), routes=[NoteRoutes(Notes())], checks=[]).test_client()


def test_a_service_may_be_told_to_trust_a_pool(pool: Pool, served: FlaskClient) -> None:
    def ask(token: str) -> int:
        return served.get("/v1/notes", headers={"Authorization": f"Bearer {token}"}).status_code

    assert ask(pool.access_token()) == 200
    assert ask(pool.id_token()) == 401
