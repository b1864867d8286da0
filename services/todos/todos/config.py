"""What the service is told by its environment."""

from __future__ import annotations

from pydantic import Field, SecretStr

from chassis.settings import ServiceSettings


class TodosSettings(ServiceSettings):
    """Settings of every role of the service."""

    todos_table: str = Field(description="DynamoDB table of lists and to-dos.")
    redis_url: SecretStr = Field(description="Redis in front of the table, as redis:// or rediss://.")
    cache_seconds: int = Field(default=60, ge=1, le=3600, description="How long an answer is kept in Redis.")
    max_lists: int = Field(default=200, ge=2, le=10_000, description="Most lists of one account.")
    max_todos: int = Field(default=10_000, ge=1, le=100_000, description="Most to-dos of one account.")
    max_waiting: int = Field(
        default=3,
        ge=0,
        le=100,
        description="Per process, how many of an account's reads past the cache, and of its writes, wait"
        " while one runs; further ones get 429 at once.",
    )
    page_bytes: int = Field(
        default=900_000,
        ge=100_000,
        le=5_000_000,
        description="Pages of to-dos and changes end before this size.",
    )
    read_bytes: int = Field(
        default=2_097_152,
        ge=100_000,
        le=100_000_000,
        description="A request that reads more than this from the table ends its page, even empty.",
    )
    read_seconds: float = Field(
        default=3.0,
        gt=0,
        le=20,
        description="So does one that has read for longer; keep it below the gateway's.",
    )
    read_burst_bytes: int = Field(
        default=16_777_216,
        ge=1_000_000,
        le=1_000_000_000,
        description="Per process, what an account may read from the table at once, beyond 64 KiB a request.",
    )
    read_bytes_per_second: int = Field(
        default=1_048_576,
        ge=10_000,
        le=1_000_000_000,
        description="How fast that is given back; an account without any gets 429 with `Retry-After`.",
    )
    write_burst: int = Field(
        default=200,
        ge=1,
        le=1_000_000,
        description="Per process, how many lists and to-dos an account may write at once.",
    )
    writes_per_second: int = Field(
        default=50,
        ge=1,
        le=100_000,
        description="How fast that is given back; an account without any gets 429 with `Retry-After`.",
    )


class ApiSettings(TodosSettings):
    """Settings of the API."""


class WorkerSettings(TodosSettings):
    """Settings of the worker."""

    users_events_queue_url: str = Field(description="Queue with the events of users.")
    users_events_dlq_url: str = Field(description="Its dead-letter queue.")
    users_events_visibility_timeout: int = Field(ge=5, description="Seconds for which a message is taken.")
    exports_bucket: str = Field(description="S3 bucket that parts of accounts' exports are put into.")
    events_topic_arn: str = Field(description="SNS topic that the worker publishes the service's events to.")
    reminder_seconds: int = Field(
        default=5, ge=1, le=3600, description="How often to-dos that have become due are looked for."
    )
    sweep_seconds: int = Field(
        default=60, ge=1, le=3600, description="How often half-deleted lists are looked for."
    )
