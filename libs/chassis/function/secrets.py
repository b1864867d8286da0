"""Secrets of a function, read when it starts: Lambda has no references to secrets in a function's variables.

FUNCTION_SECRETS is a JSON object: by variable, where its value is, written as ECS's task definitions do:
`<arn>:<JSON key>:<stage>:<version>`, with what is not said left empty or out.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping
from typing import Any, Protocol

_PARTS_OF_AN_ARN = 7


class SecretsClient(Protocol):
    """What boto3's client of Secrets Manager is asked for here."""

    def get_secret_value(self, **asked: str) -> Mapping[str, Any]:
        """Return the secret, with its value as SecretString."""


class WrongReference(ValueError):
    """A reference to a secret, or the secret, is not what it has to be; the message names the variable."""


def add_secrets(variables: MutableMapping[str, str], client: SecretsClient) -> None:
    """Add the secrets that FUNCTION_SECRETS names. Raises WrongReference, and what the client raises."""
    for variable, reference in json.loads(variables["FUNCTION_SECRETS"]).items():
        variables[variable] = _value(variable, reference, client)


def _value(variable: str, reference: str, client: SecretsClient) -> str:
    parts = reference.split(":")
    if parts[2:3] != ["secretsmanager"] or len(parts) < _PARTS_OF_AN_ARN:
        raise WrongReference(f"{variable}: {reference} is no secret of Secrets Manager")
    key, stage, version = (*parts[_PARTS_OF_AN_ARN:], "", "", "")[:3]
    wanted = {"SecretId": ":".join(parts[:_PARTS_OF_AN_ARN]), "VersionStage": stage, "VersionId": version}
    found = client.get_secret_value(**{name: value for name, value in wanted.items() if value})
    text = str(found["SecretString"])
    return text if not key else _below(variable, key, text)


def _below(variable: str, key: str, text: str) -> str:
    try:
        return str(json.loads(text)[key])
    except (ValueError, KeyError, TypeError) as error:
        raise WrongReference(f"{variable}: its secret is no JSON object that has {key}") from error
