"""AWS clients, made in one place: bounded time, bounded retries, errors translated to problems.

Credentials, region and endpoint come from the environment, as boto3 reads them; a
client is shared by a process's threads, which boto3's clients allow.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, overload

import boto3.session
import botocore
from botocore.config import Config
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from botocore.parsers import ResponseParserError
from botocore.session import get_session

from chassis.errors import Conflict, Denied, NotFound, Problem, Stale, Transient
from chassis.stores.aws_descriptions import DESCRIPTIONS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sts import STSClient

_TRANSLATION: dict[str, type[Problem]] = {
    "ConditionalCheckFailedException": Stale,
    "TransactionConflictException": Transient,
    "TransactionInProgressException": Transient,
    "ResourceNotFoundException": Transient,  # a table that is not there yet; the check on readiness names it
    "NoSuchKey": NotFound,
    "NoSuchBucket": Transient,
    "NoSuchDistribution": Transient,
    "404": NotFound,
    "AccessDenied": Denied,
    "AccessDeniedException": Denied,
    "PreconditionFailed": Stale,
    "BucketAlreadyOwnedByYou": Conflict,
}
_TOO_BUSY = {
    "ThrottlingException",
    "Throttling",
    "ThrottlingError",
    "ThrottledException",
    "RequestLimitExceeded",
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "SlowDown",
    "TooManyInvalidationsInProgress",
}
_READ_SECONDS = 5.0
_POLL_SECONDS = 25.0  # a long poll is silent for up to 20
_USER_AGENT = f"slipway Botocore/{botocore.__version__}"
"""botocore puts its own together twice for each call, which is a fifth of what a call costs the client."""
_UNCHECKED = {"dynamodb", "dynamodbstreams"}
"""Services whose calls botocore does not compare with their descriptions first.

The names of streams and shards in an emulator are shorter than AWS's. For DynamoDB that look at each
attribute is a seventh of what a call costs the client; what it would find, DynamoDB refuses.
"""

Credentials = tuple[str, str]
"""Access key id and secret access key."""


class Aws:
    """Makes clients for one region and, where given, one emulator's endpoint."""

    def __init__(
        self, region: str, endpoint_url: str | None = None, credentials: Credentials | None = None
    ) -> None:
        self._endpoint_url = endpoint_url
        access_key_id, secret_access_key = credentials or (None, None)
        core = get_session()
        core.register_component("data_loader", DESCRIPTIONS)
        self._session = boto3.session.Session(
            region_name=region,
            aws_access_key_id=access_key_id,
            aws_secret_access_key=secret_access_key,
            botocore_session=core,
        )

    def credentials(self) -> ReadOnlyCredentials:
        """Return what the process signs with at the moment; temporary credentials are renewed in time."""
        found = self._session.get_credentials()
        if found is None:
            raise RuntimeError("the process has no AWS credentials")
        return found.get_frozen_credentials()

    @overload
    def client(self, service: Literal["cloudfront"], **options: Any) -> Any: ...
    @overload
    def client(self, service: Literal["dynamodb"], **options: Any) -> DynamoDBClient: ...
    @overload
    def client(self, service: Literal["dynamodbstreams"], **options: Any) -> DynamoDBStreamsClient: ...
    @overload
    def client(self, service: Literal["s3"], **options: Any) -> S3Client: ...
    @overload
    def client(self, service: Literal["secretsmanager"], **options: Any) -> Any: ...
    @overload
    def client(self, service: Literal["sesv2"], **options: Any) -> SESV2Client: ...
    @overload
    def client(self, service: Literal["sns"], **options: Any) -> SNSClient: ...
    @overload
    def client(self, service: Literal["sqs"], **options: Any) -> SQSClient: ...
    @overload
    def client(self, service: Literal["sts"], **options: Any) -> STSClient: ...

    def client(self, service: str, **options: Any) -> Any:
        """Return a new client of `service`; it connects when it is first used.

        Options: `endpoint_url` in place of the usual one; `read_timeout` in seconds (5; 25 for queues);
        `attempts` (3), 1 for calls that must not be made twice.
        """
        return self._client(service, **options)

    def _client(
        self,
        service: str,
        endpoint_url: str | None = None,
        read_timeout: float | None = None,
        attempts: int = 3,
    ) -> Any:
        config = Config(
            connect_timeout=1.0,
            read_timeout=read_timeout or (_POLL_SECONDS if service == "sqs" else _READ_SECONDS),
            retries={"mode": "standard", "total_max_attempts": attempts},
            max_pool_connections=32,
            signature_version="s3v4" if service == "s3" else None,
            parameter_validation=service not in _UNCHECKED,
            user_agent=_USER_AGENT,
        )
        return self._session.client(service, endpoint_url=endpoint_url or self._endpoint_url, config=config)


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Translate SDK errors inside the block to problems; `what` names the work for the reader.

    Unreachable, throttled and failing services become Transient. A denied call is a
    fault of our own policy, never of the caller: it is raised as the bug it is, and so
    is a call with parameters of a wrong shape.
    """
    try:
        yield
    except ClientError as error:
        raise problem_of(error, what) from error
    except ParamValidationError:
        raise
    except (BotoCoreError, ResponseParserError) as error:
        raise Transient(f"{what} is not possible at the moment.") from error


def problem_of(error: ClientError, what: str) -> Exception:
    """Return the problem that `error` stands for."""
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == "TransactionCanceledException":
        code = _cancelled_by(error)
    kind = _TRANSLATION.get(code)
    if kind is Denied:
        return PermissionError(f"{what}: our own role was denied: {error}")
    if kind is not None:
        return kind(f"{what}: {code}")
    if code in _TOO_BUSY:
        return Transient(f"{what} is too busy; try again shortly.")
    if status >= 500 or code in {"RequestTimeout", "InternalServerError", "ServiceUnavailable"}:
        return Transient(f"{what} is not possible at the moment.")
    return error


def _cancelled_by(error: ClientError) -> str:
    """Return the code of what cancelled a transaction, a failed condition first."""
    cancelled: Any = error.response
    codes = [reason.get("Code", "") for reason in cancelled.get("CancellationReasons", ())]
    if "ConditionalCheckFailed" in codes:
        return "ConditionalCheckFailedException"
    if "TransactionConflict" in codes:
        return "TransactionConflictException"
    return next((code for code in codes if code in _TOO_BUSY), "")
