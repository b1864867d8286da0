from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    IncompleteReadError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError
from botocore.session import Session

from chassis.errors import Conflict, NotFound, Problem, Stale, Transient
from chassis.stores.aws import Aws, translated
from slipway.testing.aws import EmulatedAws as Emulated

KEYS = ("id", "secret")


def sdk_error(code: str, status: int = 400, **more: object) -> ClientError:
    response = {
        "Error": {"Code": code, "Message": "m"},
        "ResponseMetadata": {"HTTPStatusCode": status},
        **more,
    }
    return ClientError(response, "Op")  # type: ignore[arg-type]


def translate(error: Exception) -> Exception:
    with pytest.raises(Exception) as caught, translated("Reading notes"):
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("ConditionalCheckFailedException", Stale),
        ("PreconditionFailed", Stale),
        ("TransactionConflictException", Transient),
        ("TransactionInProgressException", Transient),
        ("ResourceNotFoundException", Transient),
        ("NoSuchBucket", Transient),
        ("NoSuchKey", NotFound),
        ("404", NotFound),
        ("BucketAlreadyOwnedByYou", Conflict),
        ("ThrottlingException", Transient),
        ("Throttling", Transient),
        ("ThrottledException", Transient),
        ("RequestLimitExceeded", Transient),
        ("ProvisionedThroughputExceededException", Transient),
        ("SlowDown", Transient),
        ("RequestTimeout", Transient),
        ("InternalServerError", Transient),
        ("ServiceUnavailable", Transient),
    ],
)
def test_an_error_of_the_sdk_becomes_a_problem(code: str, problem: type[Problem]) -> None:
    error = sdk_error(code)
    found = translate(error)
    assert type(found) is problem
    assert found.__cause__ is error
    assert str(found).startswith("Reading notes")


def test_a_request_that_aws_cannot_read_is_our_bug_and_not_the_callers() -> None:
    error = sdk_error("ValidationException")
    assert translate(error) is error


def test_any_failure_of_the_service_is_transient() -> None:
    assert type(translate(sdk_error("Whatever", 502))) is Transient


@pytest.mark.parametrize(
    ("reasons", "problem"),
    [
        (["None", "ConditionalCheckFailed"], Stale),
        (["TransactionConflict", "None"], Transient),
        (["ThrottlingError"], Transient),
        (["ProvisionedThroughputExceeded"], Transient),
        (["TransactionConflict", "ConditionalCheckFailed"], Stale),
        (["ItemCollectionSizeLimitExceeded"], ClientError),
        ([], ClientError),
    ],
)
def test_a_cancelled_transaction_is_what_cancelled_it(reasons: list[str], problem: type[Exception]) -> None:
    cancelled = [{"Code": reason} for reason in reasons]
    error = sdk_error("TransactionCanceledException", CancellationReasons=cancelled)
    assert type(translate(error)) is problem


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException"])
def test_a_denial_of_our_own_role_is_a_bug_and_not_the_callers(code: str) -> None:
    assert isinstance(translate(sdk_error(code, 403)), PermissionError)


def test_an_error_that_nobody_expects_stays_as_it_is() -> None:
    error = sdk_error("MalformedPolicyDocument")
    assert translate(error) is error


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="x"),
        ReadTimeoutError(endpoint_url="x"),
        IncompleteReadError(actual_bytes=1, expected_bytes=2),
        NoCredentialsError(),
        ResponseParserError("cut"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_service_that_cannot_be_talked_to_is_transient(error: Exception) -> None:
    assert type(translate(error)) is Transient


def test_a_call_made_wrongly_is_a_bug() -> None:
    error = ParamValidationError(report="x")
    assert translate(error) is error


def test_what_goes_well_is_left_alone() -> None:
    with translated("Reading notes"):
        pass
    assert translate(ZeroDivisionError("x")).args == ("x",)


def test_an_endpoint_that_is_not_there_is_transient() -> None:
    with pytest.raises(Transient), translated("Reading notes"):
        Aws("us-east-1", "http://127.0.0.1:9", KEYS).client("dynamodb").list_tables()


@pytest.fixture
def silent_endpoint() -> Iterator[str]:
    """An address where connections are accepted and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_an_endpoint_that_says_nothing_is_transient_within_the_limit(silent_endpoint: str) -> None:
    client = Aws("us-east-1", silent_endpoint, KEYS).client("s3", read_timeout=0.3)
    with pytest.raises(Transient), translated("Reading notes"):
        client.list_buckets()


def test_queues_may_be_silent_longer_than_a_poll_waits() -> None:
    config: Any = Aws("us-east-1", None, KEYS).client("sqs").meta.config
    assert config.read_timeout > 20


def test_a_client_of_an_emulator_talks_to_it(aws: Emulated) -> None:
    clients = Aws("us-east-1", aws.endpoint_url, aws.root_key)
    assert clients.client("sts").get_caller_identity()["Account"]
    assert (
        clients.client("s3", endpoint_url="http://s3.example.test").meta.endpoint_url
        == "http://s3.example.test"
    )


def test_what_a_process_signs_with_is_told_or_said_to_be_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert Aws("us-east-1", None, KEYS).credentials().access_key == "id"
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    with pytest.raises(RuntimeError):
        Aws("us-east-1").credentials()


def test_all_sessions_of_a_process_share_the_descriptions_of_aws() -> None:
    first, second = (Aws("eu-central-1", credentials=KEYS).client("sqs") for _ in range(2))
    assert first.meta.service_model.metadata is second.meta.service_model.metadata


@pytest.mark.parametrize(
    ("region", "service", "endpoint"),
    [
        ("eu-central-1", "dynamodb", "https://dynamodb.eu-central-1.amazonaws.com"),
        ("eu-central-1", "dynamodbstreams", "https://streams.dynamodb.eu-central-1.amazonaws.com"),
        ("eu-central-1", "sesv2", "https://email.eu-central-1.amazonaws.com"),
        ("us-east-1", "s3", "https://s3.amazonaws.com"),
        ("cn-north-1", "sqs", "https://sqs.cn-north-1.amazonaws.com.cn"),
        ("eu-central-1", "events", "https://events.eu-central-1.amazonaws.com"),
    ],
)
def test_every_service_has_the_endpoint_and_region_that_botocore_knows(
    region: str, service: str, endpoint: str
) -> None:
    make: Any = Aws(region, credentials=KEYS).client
    made = make(service)
    plain = Session().create_client(service, region)
    assert made.meta.endpoint_url == endpoint == plain.meta.endpoint_url
    assert made.meta.region_name == plain.meta.region_name
