"""Fixtures of the media service's tests: the service in memory, and over real stores with its permissions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from services.media.tests.factories import World, an_owner
from services.media.tests.real import RealWorld

from slipway.testing.aws import EmulatedAws


@pytest.fixture
def world() -> World:
    """The service in memory."""
    return World()


@pytest.fixture
def owner() -> str:
    """An account's id."""
    return an_owner()


@pytest.fixture(scope="session")
def media_environment(aws: EmulatedAws) -> dict[str, str]:
    """The AWS variables that the service gets."""
    return aws.environment("media")


@pytest.fixture(scope="session")
def table_client(aws: EmulatedAws) -> Any:
    """DynamoDB as the service."""
    return aws.service_client("media", "dynamodb")


@pytest.fixture(scope="session")
def bucket_client(aws: EmulatedAws) -> Any:
    """S3 as the service."""
    return aws.service_client("media", "s3")


@pytest.fixture
def real(media_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[RealWorld]:
    """The service over real stores and queues, configured by its environment alone."""
    with RealWorld.started(media_environment, monkeypatch) as started:
        yield started
