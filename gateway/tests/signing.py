"""Makes signed URLs and cookies with botocore's signer, as any application does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

HASHES = {"SHA1": hashes.SHA1(), "SHA256": hashes.SHA256()}  # what CloudFront takes


@dataclass(frozen=True)
class Signer:
    """One key pair, and the hash that its signatures are made with."""

    id: str
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    hash: str = "SHA1"

    @classmethod
    def rsa(cls, name: str, algorithm: str = "SHA1") -> Signer:
        return cls(name, rsa.generate_private_key(65537, 2048), algorithm)

    @classmethod
    def elliptic(cls, name: str, algorithm: str = "SHA1") -> Signer:
        return cls(name, ec.generate_private_key(ec.SECP256R1()), algorithm)

    @property
    def public(self) -> str:
        return (
            self.key.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )

    def url(self, url: str, *, seconds: float = 600, policy: str | None = None) -> str:
        """Sign `url` until then, or with a custom policy."""
        if policy is None:
            signed = self._signer.generate_presigned_url(url, date_less_than=later(seconds))
        else:
            signed = self._signer.generate_presigned_url(url, policy=policy)
        return signed if self.hash == "SHA1" else f"{signed}&Hash-Algorithm={self.hash}"

    def policy(self, resource: str, seconds: float = 600, *, after: float | None = None, ip: str = "") -> str:
        """Return a custom policy for a resource that may hold wildcards."""
        start = None if after is None else later(after)
        return str(self._signer.build_policy(resource, later(seconds), start, ip or None))

    def cookies(self, policy: str) -> str:
        """Return the header of signed cookies with this policy."""
        query = self.url("https://cdn/", policy=policy).partition("?")[2]
        return "; ".join(f"CloudFront-{name}={value}" for name, value in parse_qsl(query))

    @property
    def _signer(self) -> CloudFrontSigner:
        return CloudFrontSigner(self.id, self._sign)

    @property
    def _sign(self) -> Callable[[bytes], bytes]:
        kind = HASHES[self.hash]
        if isinstance(self.key, rsa.RSAPrivateKey):
            key = self.key
            return lambda message: key.sign(message, padding.PKCS1v15(), kind)
        elliptic = self.key
        return lambda message: elliptic.sign(message, ec.ECDSA(kind))


def later(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)
