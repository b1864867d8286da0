"""Calls to AWS: each with time limits, shown as the line that makes it, its errors as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    LoginError,
    MissingDependencyException,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from slipway.deploy.aws_cli_text import command_line
from slipway.deploy.reporting import show_command
from slipway.deploy.variables import Environment
from slipway.terminal.problems import MISSING, Problem

_LIMITS = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 4})
_NO_CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    LoginError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
_EXPIRED = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "AuthFailure",
}
_SIGN_IN = "sign in (aws sso login, AWS_PROFILE, or the workflow's role) and run the command again"


class Refused(Problem):
    """AWS answered with an error; `reason` is its code, for example ParameterNotFound."""

    def __init__(self, what: str, *, reason: str, next_step: str) -> None:
        super().__init__(what, next_step=next_step)
        self.reason = reason


@dataclass
class AwsAccount:
    """AWS in one region, with whatever credentials the environment has."""

    region: str
    _clients: dict[str, Any] = field(default_factory=dict)
    _shown: set[str] = field(default_factory=set)

    def elsewhere(self, region: str) -> AwsAccount:
        """Return the same account in another region."""
        return AwsAccount(region)

    def call(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Return the answer; a call that is repeated is shown once. Raises Refused, Problem."""
        words = command_line(service, operation, self.region, _showable(parameters))
        if (line := " ".join(words)) not in self._shown:
            self._shown.add(line)
            show_command(words)
        return self.ask(service, operation, **parameters)

    def ask(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Like `call`, without showing it: for what is asked again and again."""
        try:
            answer: dict[str, Any] = getattr(self._client(service), operation)(**parameters)
        except ClientError as error:
            raise _refusal(service, operation, error) from error
        except MissingDependencyException as error:
            # What `aws login` keeps is read by the aws program only.
            raise Problem(
                f"the credentials of your profile cannot be read here: {error}",
                next_step='hand them over: eval "$(aws configure export-credentials --format env)"',
                code=MISSING,
            ) from error
        except _NO_CREDENTIALS as error:
            raise Problem(f"no AWS credentials: {error}", next_step=_SIGN_IN, code=MISSING) from error
        except (HTTPClientError, BotoCoreError) as error:
            raise Problem(
                f"AWS does not answer ({service} {operation}): {error}",
                next_step="check the network and run the command again; it goes on where it stopped",
            ) from error
        return answer

    def pages(self, service: str, operation: str, key: str, /, **parameters: Any) -> Iterator[Any]:
        """Yield the items below `key` of all pages."""
        token: dict[str, str] = {}
        while True:
            page = self.call(service, operation, **parameters, **token)
            yield from page.get(key, [])
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    @cached_property
    def identity(self) -> dict[str, Any]:
        """Whose credentials these are: Account, Arn."""
        return self.call("sts", "get_caller_identity")

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            try:
                make: Any = boto3.client
                self._clients[service] = make(service, region_name=self.region, config=_LIMITS)
            except ProfileNotFound as error:
                raise Problem(f"no AWS credentials: {error}", next_step=_SIGN_IN, code=MISSING) from error
        return self._clients[service]


def check_place(aws: AwsAccount, environment: Environment, *, changing: bool) -> None:
    """Raise Problem unless credentials and region are those that the environment's file names."""
    configured = _configured_region()
    if configured and configured != environment.region:
        raise Problem(
            f"your region is {configured}, but {environment.file.name} says {environment.region}",
            next_step=f"set AWS_REGION={environment.region}, or choose the profile of that region",
        )
    account = aws.identity["Account"]
    if environment.account is None and changing:
        raise Problem(
            f"{environment.file.name} does not say which account {environment.name} belongs to",
            next_step=f'write account_id = "{account}" into it, if that is the right one, '
            "so that no deployment ever reaches another",
        )
    if environment.account not in {None, account}:
        raise Problem(
            f"your credentials are of account {account}, but {environment.file.name} "
            f"says {environment.account}",
            next_step="sign in to the right account, or choose the right environment",
        )


def _configured_region() -> str | None:
    try:
        return boto3.Session().region_name
    except (ProfileNotFound, NoRegionError) as error:
        raise Problem(f"no AWS credentials: {error}", next_step=_SIGN_IN, code=MISSING) from error


def _refusal(service: str, operation: str, error: ClientError) -> Problem:
    detail = error.response.get("Error", {})
    reason, message = str(detail.get("Code", "")), detail.get("Message", "")
    what = f"AWS refuses {service} {operation.replace('_', '-')}: {reason}: {message}"
    if reason in _EXPIRED:
        return Problem(f"the AWS credentials are not valid: {message}", next_step=_SIGN_IN, code=MISSING)
    if reason in {"403", "AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}:
        return Refused(
            what, reason=reason, next_step="use the environment's apply role (for --plan, its plan role)"
        )
    return Refused(
        what, reason=reason, next_step="correct the cause and run the command again; it is safe to repeat"
    )


def _showable(parameters: dict[str, Any]) -> dict[str, Any]:
    """Have a file stand for what is a body of bytes."""
    return {name: "FILE" if isinstance(value, bytes) else value for name, value in parameters.items()}
