"""Signatures for `cdn.` made by other programs than the suite, and ones that are spoilt."""

from __future__ import annotations

import base64
import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def parameter(url: str, name: str) -> str:
    """Return a parameter of an address's query."""
    return parse_qs(urlsplit(url).query)[name][0]


@dataclass(frozen=True)
class Key:
    """A private key in a file, and the id under which the edge knows its public half."""

    id: str
    file: Path

    @classmethod
    def fresh(cls, name: str, folder: Path) -> Key:
        """Return a new key under this id."""
        key = rsa.generate_private_key(65537, 2048)
        pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path = folder / f"{name}.pem"
        path.write_bytes(key.private_bytes(*pem))
        return cls(name, path)

    def botocore(self, url: str, **policy: str) -> str:
        """Return `url` signed by botocore, for a minute; with `ip` by a custom policy for that network."""
        key = serialization.load_pem_private_key(self.file.read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        signer = CloudFrontSigner(self.id, lambda text: key.sign(text, padding.PKCS1v15(), hashes.SHA1()))
        until = datetime.now(UTC) + timedelta(minutes=1)
        if not policy:
            return str(signer.generate_presigned_url(url, date_less_than=until))
        custom = signer.build_policy(url, until, ip_address=policy["ip"])
        return str(signer.generate_presigned_url(url, policy=custom))

    def openssl(self, url: str, seconds: float = 60, digest: str = "sha1") -> str:
        """Return `url` signed by openssl's command line, as CloudFront's documentation shows."""
        until = int(time.time() + seconds)
        condition = {"DateLessThan": {"AWS:EpochTime": until}}
        policy = {"Statement": [{"Resource": url, "Condition": condition}]}
        text = json.dumps(policy, separators=(",", ":")).encode()
        command = ["openssl", "dgst", f"-{digest}", "-sign", str(self.file)]
        made = subprocess.run(command, input=text, capture_output=True, check=True).stdout
        algorithm = "" if digest == "sha1" else f"&Hash-Algorithm={digest.upper()}"
        return f"{url}?Expires={until}&Signature={encoded(made)}&Key-Pair-Id={self.id}{algorithm}"


def encoded(data: bytes) -> str:
    """Return base64 with CloudFront's letters."""
    return base64.b64encode(data).decode().translate(str.maketrans("+=/", "-_~"))


def decoded(text: str) -> bytes:
    return base64.b64decode(text.translate(str.maketrans("-_~", "+=/")))


def with_flipped_bit(text: str, bit: int) -> str:
    """Return CloudFront's base64 of the same bytes but for one bit."""
    data = bytearray(decoded(text))
    data[bit // 8] ^= 1 << bit % 8
    return encoded(bytes(data))


Spoil = Callable[[str], str]


def replaced(name: str, change: Spoil) -> Spoil:
    """Return what changes one parameter of an address."""

    def spoil(url: str) -> str:
        before = parameter(url, name)
        after = change(before)
        assert after != before
        return url.replace(f"{name}={before}", f"{name}={after}")

    return spoil
