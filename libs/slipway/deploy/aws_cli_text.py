"""Spells a call of the AWS API as the line of the `aws` program that makes the same call."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def command_line(service: str, operation: str, region: str, parameters: Mapping[str, Any]) -> list[str]:
    """Return the words of `aws SERVICE OPERATION`; `operation` is boto3's name, `parameters` are boto3's."""
    program = {"s3": "s3api"}.get(service, service)
    words = ["aws", program, operation.replace("_", "-"), "--region", region]
    for name, value in parameters.items():
        words += _option("--" + _WORD.sub("-", name).lower(), value)
    return words + (["/dev/stdout"] if operation == "get_object" else [])  # where the program writes it


def _option(flag: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [flag if value else flag.replace("--", "--no-", 1)]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return [flag, *value]
    if isinstance(value, dict | list):
        return [flag, json.dumps(value)]
    return [flag, str(value)]
