"""Signatures for the edge, as CloudFront takes them, made by botocore with a private key of ours.

A file's address has a canned policy, which names that one address; cookies have a custom one for a prefix.
Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-signed-urls.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlsplit

from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from media.errors import DeliveryNotSetUp


class EdgeSigner:
    """Signs addresses below `base_url`, which has no trailing slash."""

    def __init__(self, base_url: str, signer: CloudFrontSigner | None) -> None:
        self._base_url = base_url
        self._signer = signer

    def address(self, key: str) -> str:
        return f"{self._base_url}/{quote(key, safe='/')}"

    def file(self, key: str, until: datetime) -> str:
        return str(self._known().generate_presigned_url(self.address(key), date_less_than=until))

    def folder(self, prefix: str, until: datetime) -> Mapping[str, str]:
        """Return what the query of a signed address would hold, under the cookies' names."""
        everything = f"{self.address(prefix)}*"
        signer = self._known()
        signed = signer.generate_presigned_url(everything, policy=signer.build_policy(everything, until))
        return {f"CloudFront-{name}": value for name, value in parse_qsl(urlsplit(signed).query)}

    def _known(self) -> CloudFrontSigner:
        if self._signer is None:
            raise DeliveryNotSetUp
        return self._signer


def signer_of(key_pair_id: str | None, private_key: str | None) -> CloudFrontSigner | None:
    """Return what signs with an RSA key (PEM), None where there is none.

    Raises ValueError for what is no such key.
    """
    if key_pair_id is None or private_key is None:
        return None
    key = load_pem_private_key(private_key.encode(), None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("the key is not an RSA key")  # noqa: TRY004  # a wrong value, as pydantic reports it
    return CloudFrontSigner(key_pair_id, lambda message: key.sign(message, PKCS1v15(), hashes.SHA1()))  # noqa: S303
