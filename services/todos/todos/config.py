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


class ApiSettings(TodosSettings):
    """Settings of the API."""


class WorkerSettings(TodosSettings):
    """Settings of the worker."""

    users_events_queue_url: str = Field(description="Queue with the events of users.")
    users_events_dlq_url: str = Field(description="Its dead-letter queue.")
    users_events_visibility_timeout: int = Field(ge=5, description="Seconds for which a message is taken.")
    sweep_seconds: int = Field(
        default=60, ge=1, le=3600, description="How often half-deleted lists are looked for."
    )
