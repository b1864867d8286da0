"""The issuer's public documents."""

from __future__ import annotations

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from chassis.schemas import View


class KeyView(View):
    """A public key (RFC 7517)."""

    kty: str
    crv: str
    x: str
    y: str
    kid: str
    alg: str
    use: str
    nbf: int | SkipJsonSchema[None] = Field(
        default=None,
        exclude_if=lambda value: value is None,
        description="Epoch seconds before which nothing is signed with this key.",
    )


class KeysView(View):
    """The public keys that access tokens are verified with."""

    keys: list[KeyView]


class DiscoveryView(View):
    """The issuer's metadata (OpenID Connect Discovery 1.0); it names what there is, and nothing else."""

    issuer: str
    jwks_uri: str
    response_types_supported: list[str]
    subject_types_supported: list[str]
    id_token_signing_alg_values_supported: list[str]
    scopes_supported: list[str]
    claims_supported: list[str]
