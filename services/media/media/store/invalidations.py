"""Copies at CloudFront's edges, which invalidations make it forget.

Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Invalidation.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol
from urllib.parse import quote
from uuid import uuid4

from chassis.stores.aws import translated

MOST_PATHS = 1000
"""Paths of one invalidation. Of 3000 a distribution forgets at a time, others' are to find room too."""

_PLAIN = "/*!$&'()+,;=:@"


class CloudFront(Protocol):
    """What is used of boto3's client."""

    def create_invalidation(self, *, DistributionId: str, InvalidationBatch: Mapping[str, object]) -> object:  # noqa: N803  # boto3's names
        """Ask a distribution to forget; botocore repeats what failed, with the same reference."""
        ...


class CloudFrontCopies:
    """EdgeCopies of a distribution whose key has no query.

    CloudFront takes seconds, at times minutes, to forget; until then a signature opens a copy that it has.
    """

    def __init__(self, cloudfront: CloudFront, distribution_id: str) -> None:
        self._cloudfront = cloudfront
        self._distribution_id = distribution_id

    def purge(self, paths: Sequence[str]) -> None:
        """Return once CloudFront has taken the order."""
        for start in range(0, len(paths), MOST_PATHS):
            self._invalidate([quote(path, safe=_PLAIN) for path in paths[start : start + MOST_PATHS]])

    def _invalidate(self, paths: list[str]) -> None:
        with translated("Telling the edge what is gone"):
            self._cloudfront.create_invalidation(
                DistributionId=self._distribution_id,
                InvalidationBatch={
                    "Paths": {"Quantity": len(paths), "Items": paths},
                    "CallerReference": uuid4().hex,
                },
            )
