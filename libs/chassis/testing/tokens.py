"""An issuer of access tokens with a key of its own, for tests of services that only verify."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from chassis.identity.auth import TokenVerifier
from chassis.identity.jwks import JwksCache
from chassis.ids import new_id

ISSUER = "https://users.example.test"
AUDIENCE = "slipway"


def id_of(subject: str) -> str:
    """Return the account's id that a name such as `ann` stands for; anything else as it is."""
    return str(uuid5(NAMESPACE_OID, subject)) if subject.isalpha() else subject


class Issuer:
    """Signs tokens as the users service does."""

    def __init__(self, key_id: str = "test-key") -> None:
        self.key_id = key_id
        self.private_key = ec.generate_private_key(ec.SECP256R1())

    def jwks(self) -> dict[str, Any]:
        """Return the public key as a JWKS document."""
        public: dict[str, Any] = ECAlgorithm.to_jwk(self.private_key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": self.key_id, "alg": "ES256", "use": "sig"}]}

    def token(self, subject: str | None = None, scopes: Sequence[str] = (), **claims: Any) -> str:
        """Return a token for `subject` (default: a new account), good for ten minutes; `claims` override.

        A name in place of an id stands for one: see `id_of`.
        """
        now = int(time.time())
        payload = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": id_of(subject) if subject else str(new_id()),
            "scope": " ".join(scopes),
            "sid": str(new_id()),
            "iat": now,
            "exp": now + 600,
            "jti": str(new_id()),
            **claims,
        }
        headers = {"kid": self.key_id, "typ": "at+jwt"}
        return jwt.encode(payload, self.private_key, algorithm="ES256", headers=headers)

    def headers(
        self, subject: str | None = None, scopes: Sequence[str] = (), **claims: Any
    ) -> dict[str, str]:
        """Return request headers with such a token."""
        return {"Authorization": f"Bearer {self.token(subject, scopes, **claims)}"}

    def verifier(self) -> TokenVerifier:
        """Return a verifier that trusts this issuer alone."""
        return TokenVerifier(ISSUER, AUDIENCE, JwksCache(self.jwks))
