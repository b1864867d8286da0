"""What the media service is told by its environment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from chassis.http.edge import EdgeSettings
from media.domain.collection_ports import CollectionLimits
from media.domain.grants import AccessTimes
from media.domain.malware import MalwareCheck
from media.imaging.prepared import PictureLimits
from media.scanning.clamd import Clamd
from media.store.delivery import signer_of

MIB = 1024**2
GIB = 1024**3


class MediaSettings(EdgeSettings):
    """Settings of every role of the service."""

    media_table: str = Field(description="DynamoDB table of objects and accounts.")
    media_bucket: str = Field(description="S3 bucket of originals and thumbnails.")
    largest_object_bytes: int = Field(
        default=5 * GIB, ge=1, le=5 * 1024 * GIB, description="Largest file that is taken in."
    )

    uploads_accelerated: bool = Field(
        default=False,
        description="Whether clients send files to the nearest edge (S3 Transfer Acceleration).",
    )

    edge_distribution_id: str | None = Field(
        default=None,
        min_length=1,
        description="CloudFront distribution that delivers the bucket, in place of EDGE_PURGE_URL.",
    )

    @model_validator(mode="after")
    def _one_edge(self) -> Self:
        if self.edge_distribution_id is not None and self.edge_purge_url is not None:
            raise ValueError("EDGE_DISTRIBUTION_ID and EDGE_PURGE_URL name two edges: set one of them")
        return self

    def uploads_url(self) -> str:
        """Return where clients send files to, without a trailing slash."""
        if self.uploads_accelerated:
            return f"https://{self.media_bucket}.s3-accelerate.amazonaws.com"
        return self.bucket_url()

    def bucket_url(self) -> str:
        """Return where clients find the bucket, without a trailing slash."""
        if self.s3_public_endpoint_url:
            return f"{self.s3_public_endpoint_url.rstrip('/')}/{self.media_bucket}"
        return f"https://{self.media_bucket}.s3.{self.aws_region}.amazonaws.com"


class ApiSettings(MediaSettings):
    """Settings of the API."""

    quota_bytes: int = Field(default=20 * GIB, ge=1, description="Bytes that one account may hold.")
    largest_release_bytes: int = Field(
        default=GIB,
        ge=1,
        le=5 * GIB,
        description="Largest file of a release, which is read whole to check it.",
    )
    quota_objects: int = Field(default=100_000, ge=1, description="Objects that one account may hold.")
    max_waiting: int = Field(
        default=3,
        ge=0,
        le=64,
        description="Per process, calls of an account that wait until its call before has begun an upload.",
    )
    upload_burst: int = Field(
        default=25,
        ge=1,
        le=1_000_000,
        description="Per process, how many uploads an account may begin at once.",
    )
    uploads_per_second: float = Field(
        default=2,
        ge=0.01,
        le=100_000,
        description="How fast that is given back; an account without any gets 429 with `Retry-After`.",
    )
    max_collections: int = Field(default=1000, ge=1, description="Most collections of one account.")
    max_collection_objects: int = Field(default=5000, ge=1, description="Most objects in one collection.")
    max_grants: int = Field(default=100_000, ge=1, description="Most grants for one collection.")
    largest_collection_object_bytes: int = Field(
        default=GIB,
        ge=1,
        le=5 * GIB,
        description="Largest file in a collection, which S3 copies while the owner waits.",
    )
    edge_key_pair_id: str | None = Field(
        default=None,
        description="Name of the key that signs private delivery; unset: nobody gets access to collections.",
    )
    edge_private_key: str | None = Field(default=None, description="That key: RSA, PEM.")
    access_seconds: int = Field(
        default=3600,
        ge=1,
        le=604_800,
        description="For how long access to a collection is signed when a reader does not say.",
    )
    longest_access_seconds: int = Field(
        default=86_400, ge=1, le=604_800, description="For how long it is signed at most."
    )

    @field_validator("edge_private_key")
    @classmethod
    def _is_a_key(cls, value: str | None) -> str | None:
        signer_of("checked", value)
        return value

    @model_validator(mode="after")
    def _key_has_its_name(self) -> Self:
        if (self.edge_key_pair_id is None) != (self.edge_private_key is None):
            raise ValueError("EDGE_KEY_PAIR_ID and EDGE_PRIVATE_KEY go together: set both or none")
        if self.access_seconds > self.longest_access_seconds:
            raise ValueError("ACCESS_SECONDS must be at most LONGEST_ACCESS_SECONDS")
        return self

    def collection_limits(self) -> CollectionLimits:
        """Return the most that collections may hold."""
        return CollectionLimits(
            self.max_collections, self.max_collection_objects, self.max_grants, self.quota_bytes
        )

    def access_times(self) -> AccessTimes:
        """Return for how long access is signed."""
        return AccessTimes(
            timedelta(seconds=self.access_seconds), timedelta(seconds=self.longest_access_seconds)
        )


class WorkerSettings(MediaSettings):
    """Settings of the worker."""

    uploads_queue_url: str = Field(description="SQS queue of the bucket's events.")
    uploads_dlq_url: str = Field(description="Its dead-letter queue.")
    uploads_visibility_timeout: int = Field(ge=5, description="Seconds for which a message is taken.")
    users_events_queue_url: str = Field(description="SQS queue of the account events of `users`.")
    users_events_dlq_url: str = Field(description="Its dead-letter queue.")
    users_events_visibility_timeout: int = Field(ge=5, description="Seconds for which a message is taken.")
    exports_bucket: str = Field(description="S3 bucket that parts of accounts' exports are put into.")
    events_topic_arn: str = Field(description="SNS topic that the worker publishes the service's events to.")
    pictures_at_once: int = Field(
        default=3, ge=1, le=64, description="Pictures that are decoded at once in the quick lane."
    )
    pictures_of_one_owner: int = Field(
        default=2, ge=1, le=64, description="How many of those may be one account's."
    )
    picture_pixels: int = Field(default=50_000_000, ge=1, description="Most pixels of a picture.")
    picture_scans: int = Field(default=100, ge=10, description="Most scans of a progressive JPEG.")
    picture_seconds: int = Field(
        default=15, ge=1, le=300, description="Seconds of processor that a picture may take."
    )
    picture_memory_bytes: int = Field(
        default=GIB, ge=256 * MIB, description="Address space of a picture's decoder."
    )
    quick_picture_seconds: int = Field(
        default=2,
        ge=1,
        le=300,
        description="The same in the quick lane; what needs more moves on.",
    )
    quick_picture_memory_bytes: int = Field(
        default=448 * MIB, ge=256 * MIB, description="The same in the quick lane."
    )
    due_sweep_seconds: float = Field(
        default=1.0, ge=0.1, le=3600, description="How often unfinished objects are looked at."
    )
    bucket_walk_seconds: float = Field(
        default=60.0, ge=1, le=86400, description="How often the bucket is walked for files without an event."
    )
    staged_sweep_seconds: float = Field(
        default=3600.0, ge=1, le=86400, description="How often uploads that nobody finished are looked at."
    )

    clamav_host: str | None = Field(
        default=None,
        description="Host, or Unix socket, of a clamd that looks through all files; unset: none does.",
    )
    clamav_port: int = Field(default=3310, ge=1, le=65535, description="Its TCP port.")
    clamav_seconds: float = Field(
        default=60.0, gt=0, le=3600, description="Seconds that looking through one file may take."
    )
    clamav_max_bytes: int = Field(
        default=25 * MIB,
        ge=1,
        le=4 * GIB - 1,
        description="Largest file that is looked through: clamd's StreamMaxLength, or less.",
    )
    clamav_larger: Literal["reject", "accept"] = Field(
        default="reject", description="What becomes of larger files: `reject`, or `accept` unseen."
    )

    def malware_check(self) -> MalwareCheck | None:
        """Return what looks for malware, None where nothing does."""
        if self.clamav_host is None:
            return None
        scanner = Clamd(self.clamav_host, self.clamav_port, self.clamav_seconds)
        return MalwareCheck(scanner, self.clamav_max_bytes, self.clamav_larger == "reject")

    def slow_limits(self) -> PictureLimits:
        """Return what a picture may ask for at most."""
        return PictureLimits(
            self.picture_pixels, self.picture_scans, self.picture_seconds, self.picture_memory_bytes
        )

    def quick_limits(self) -> PictureLimits:
        """Return what a picture may ask for in the quick lane."""
        return replace(
            self.slow_limits(), seconds=self.quick_picture_seconds, memory=self.quick_picture_memory_bytes
        )
