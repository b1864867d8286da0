"""What a function's API believes of a call that has come through our own CloudFront.

An HTTP API has no firewall that would refuse others who ask for CloudFront's names, so each call shows a
word, of which the function knows the digest.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class EdgeProof:
    """CloudFront before the API: its header, the SHA-256 of its word, and whether all calls must have it."""

    header: str
    sha256: str
    only: bool

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> EdgeProof | None:
        """Return what FUNCTION_EDGE_HEADER, _SHA256 and _ONLY (`true`) say; None without the first two."""
        header, sha256 = variables.get("FUNCTION_EDGE_HEADER"), variables.get("FUNCTION_EDGE_SHA256")
        if not header or not sha256:
            return None
        return cls(header.lower(), sha256.lower(), variables.get("FUNCTION_EDGE_ONLY") == "true")

    def has_passed(self, word: str) -> bool:
        """Whether this is CloudFront's word."""
        digest = hashlib.sha256(word.encode("latin-1", "replace")).hexdigest()
        return hmac.compare_digest(digest, self.sha256)
