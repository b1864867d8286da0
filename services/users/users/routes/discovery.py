"""What verifiers need to know of the issuer."""

from __future__ import annotations

from chassis.http.routing import Routes, route
from chassis.identity.auth import PUBLIC
from users.domain.access_tokens import DEFAULT_SCOPES
from users.domain.keyring import Keyring
from users.domain.signing_keys import ALGORITHM, KEYS_LIFETIME
from users.schemas.discovery import DiscoveryView, KeysView

_CACHE_CONTROL = f"public, max-age={int(KEYS_LIFETIME.total_seconds())}"
_CLAIMS = ["iss", "aud", "sub", "client_id", "scope", "sid", "iat", "exp", "jti"]


class DiscoveryRoutes(Routes):
    """The issuer's public documents."""

    tag = "discovery"

    def __init__(self, issuer: str, keyring: Keyring) -> None:
        self._issuer = issuer
        self._keyring = keyring

    @route(
        "GET",
        "/.well-known/openid-configuration",
        access=PUBLIC,
        answer=DiscoveryView,
        cache_control=_CACHE_CONTROL,
    )
    def read_openid_configuration(self) -> DiscoveryView:
        """Describe the issuer."""
        return DiscoveryView(
            issuer=self._issuer,
            jwks_uri=f"{self._issuer}/.well-known/jwks.json",
            # As other issuers without an authorization endpoint do it; the field may not be empty.
            response_types_supported=["id_token"],
            subject_types_supported=["public"],
            id_token_signing_alg_values_supported=[ALGORITHM],
            scopes_supported=list(DEFAULT_SCOPES),
            claims_supported=_CLAIMS,
        )

    @route("GET", "/.well-known/jwks.json", access=PUBLIC, answer=KeysView, cache_control=_CACHE_CONTROL)
    def read_jwks(self) -> KeysView:
        """Publish the keys that access tokens are verified with."""
        return KeysView.model_validate(self._keyring.jwks())
