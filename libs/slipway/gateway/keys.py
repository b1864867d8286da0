"""The public keys whose signatures the edge trusts."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

KeyGroups = Mapping[str, Mapping[str, str]]
_RSA_BITS = 2048


class UntrustedKey(Exception):
    """A key cannot be trusted with; the message says why."""


def load_groups(folder: Path) -> dict[str, dict[str, str]]:
    """Return the keys in `folder/GROUP/KEY-PAIR-ID.pem`: groups, ids and the PEM of public keys."""
    return {
        group.name: {path.stem: path.read_text(encoding="ascii") for path in sorted(group.glob("*.pem"))}
        for group in sorted(folder.glob("*/"))
    }


def id_of(pem: str) -> str:
    """Return the id of a public key, in the form of CloudFront's and always the same."""
    digest = hashlib.sha256(_spki(_load(pem))).digest()
    return "K" + base64.b32encode(digest).decode()[:13]


def described(pem: str) -> dict[str, str]:
    """Return a key as the gateway's program reads it. Raises UntrustedKey."""
    key = _load(pem)
    if isinstance(key, rsa.RSAPublicKey) and key.key_size == _RSA_BITS:
        kind = "RSA"
    elif isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        kind = "EC"
    else:
        raise UntrustedKey("a key that signs deliveries is RSA of 2048 bits or ECDSA on P-256")
    return {"kind": kind, "spki": base64.b64encode(_spki(key)).decode()}


def _load(pem: str) -> PublicKeyTypes:
    try:
        return serialization.load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UntrustedKey("not a public key in PEM") from error


def _spki(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def public_of(private_pem: str) -> str:
    """Return the public half of a private key, both in PEM."""
    key = serialization.load_pem_private_key(private_pem.encode(), password=None).public_key()
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()
