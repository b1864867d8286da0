"""What the media service is told by its environment."""

from __future__ import annotations

from pydantic import Field

from chassis.settings import ServiceSettings

GIB = 1024**3


class MediaSettings(ServiceSettings):
    """Settings of every role of the service."""

    media_table: str = Field(description="DynamoDB table of objects and accounts.")
    media_bucket: str = Field(description="S3 bucket of originals and thumbnails.")
    largest_object_bytes: int = Field(
        default=5 * GIB, ge=1, le=5 * 1024 * GIB, description="Largest file that is taken in."
    )

    def bucket_url(self) -> str:
        """Return where clients find the bucket, without a trailing slash."""
        if self.s3_public_endpoint_url:
            return f"{self.s3_public_endpoint_url.rstrip('/')}/{self.media_bucket}"
        return f"https://{self.media_bucket}.s3.{self.aws_region}.amazonaws.com"


class ApiSettings(MediaSettings):
    """Settings of the API."""

    quota_bytes: int = Field(default=20 * GIB, ge=1, description="Bytes that one account may hold.")
    quota_objects: int = Field(default=100_000, ge=1, description="Objects that one account may hold.")


class WorkerSettings(MediaSettings):
    """Settings of the worker."""

    uploads_queue_url: str = Field(description="SQS queue of the bucket's events.")
    uploads_dlq_url: str = Field(description="Its dead-letter queue.")
    uploads_visibility_timeout: int = Field(ge=5, description="Seconds for which a message is taken.")
    users_events_queue_url: str = Field(description="SQS queue of the account events of `users`.")
    users_events_dlq_url: str = Field(description="Its dead-letter queue.")
    users_events_visibility_timeout: int = Field(ge=5, description="Seconds for which a message is taken.")
    due_sweep_seconds: float = Field(
        default=5.0, ge=0.1, le=3600, description="How often unfinished objects are looked at."
    )
    bucket_walk_seconds: float = Field(
        default=60.0, ge=1, le=86400, description="How often the bucket is walked for files without an event."
    )
