"""The life of signing keys, as functions from keys to keys.

next (published, not used) → active (signs) → retired (published until its tokens have expired) → gone.
A key is published before it signs, so a verifier that reads the keys every few
minutes has it when the first token arrives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from chassis.ids import new_id
from users.domain.records import KeyState, SigningKey
from users.domain.sealing import Sealer
from users.errors import KeyTooYoung

ALGORITHM = "ES256"
TOKEN_LIFETIME = timedelta(minutes=10)
KEYS_LIFETIME = timedelta(minutes=5)
"""How long verifiers may keep the published keys."""
PUBLISHED_BEFORE_USE = KEYS_LIFETIME * 3
RETIRED_FOR = TOKEN_LIFETIME * 2
"""A token's lifetime, and as much again for processes that still sign with the key they remember."""

MakeKey = Callable[[KeyState, datetime], SigningKey]


def make_key(sealer: Sealer, state: KeyState, since: datetime) -> SigningKey:
    """Return a fresh ES256 key pair."""
    key_id = str(new_id())
    private = ec.generate_private_key(ec.SECP256R1())
    raw = private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public: dict[str, Any] = ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
    public = {**public, "kid": key_id, "alg": ALGORITHM, "use": "sig"}
    return SigningKey(key_id, state, public, sealer.seal(raw, key_id), since)


def private_key(key: SigningKey, sealer: Sealer) -> ec.EllipticCurvePrivateKey:
    """Return the private part; raise SealBroken when it was sealed under another secret."""
    found = serialization.load_der_private_key(sealer.open(key.sealed, key.id), password=None)
    if not isinstance(found, ec.EllipticCurvePrivateKey):
        raise TypeError(f"signing key {key.id} is not an elliptic curve key")
    return found


def active(keys: list[SigningKey]) -> SigningKey | None:
    """Return the key that signs."""
    return next((key for key in keys if key.state is KeyState.ACTIVE), None)


def complete(keys: list[SigningKey], now: datetime, make: MakeKey) -> list[SigningKey]:
    """Return `keys` with an active and a next one; unchanged when both are there."""
    states = {key.state for key in keys}
    missing = [state for state in (KeyState.ACTIVE, KeyState.NEXT) if state not in states]
    return [*keys, *(make(state, now) for state in missing)]


def rotate(
    keys: list[SigningKey], now: datetime, make: MakeKey, *, at_once: bool = False
) -> list[SigningKey]:
    """Return `keys` one step on: active → retired, next → active, and a new next.

    Raises KeyTooYoung while the next key has not been published for PUBLISHED_BEFORE_USE, unless `at_once`.
    """
    keys = complete(keys, now, make)
    for key in keys:
        if key.state is KeyState.NEXT and not at_once and now - key.since < PUBLISHED_BEFORE_USE:
            ready = key.since + PUBLISHED_BEFORE_USE
            raise KeyTooYoung(ready)
    following = {KeyState.ACTIVE: KeyState.RETIRED, KeyState.NEXT: KeyState.ACTIVE}
    moved = [
        replace(key, state=following[key.state], since=now) if key.state in following else key for key in keys
    ]
    return [*prune(moved, now), make(KeyState.NEXT, now)]


def prune(keys: list[SigningKey], now: datetime) -> list[SigningKey]:
    """Return `keys` without those whose last token has expired."""
    return [key for key in keys if key.state is not KeyState.RETIRED or now - key.since < RETIRED_FOR]


def maintain(keys: list[SigningKey], now: datetime, make: MakeKey, longest: timedelta) -> list[SigningKey]:
    """Return `keys` as they should be now: rotated when the active one is `longest` old, and pruned."""
    signing = active(keys)
    if signing is not None and now - signing.since >= longest:
        try:
            return rotate(keys, now, make)
        except KeyTooYoung:
            return keys  # the next round finds it old enough
    return complete(prune(keys, now), now, make)


def public_document(keys: list[SigningKey], now: datetime) -> dict[str, Any]:
    """Return the JWKS document (RFC 7517); a key that does not sign yet says from when on it may, as `nbf`.

    `nbf`: https://openid.net/specs/openid-federation-1_0.html, section 8.7.2.
    """
    return {"keys": [_published(key) for key in prune(keys, now)]}


def _published(key: SigningKey) -> dict[str, Any]:
    if key.state is not KeyState.NEXT:
        return key.public
    return {**key.public, "nbf": int((key.since + PUBLISHED_BEFORE_USE).timestamp())}
