"""Which of AWS's actions a service calls, read off its source and off what it imports of the chassis."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import botocore.session
from botocore import xform_name
from tests.structure import tree

from slipway.manifest import Manifest

_SERVICES = {
    "table": ("dynamodb", "dynamodbstreams"),
    "bucket": ("s3",),
    "queue": ("sqs",),
    "topic": ("sns",),
    "role": ("sts",),
    "mail": ("sesv2",),
}
_PREFIXES = {
    "dynamodbstreams": "dynamodb",
    "sesv2": "ses",
}  # where IAM knows a service by another name than the SDK

# Operations that IAM knows by the name of another action.
_ACTIONS = {
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:CopyObject": "s3:PutObject",  # and s3:GetObject on what is copied, which stat and read need too
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListParts": "s3:ListMultipartUploadParts",
    "s3:UploadPart": "s3:PutObject",
}
# A transaction is judged by what is in it.
_TRANSACTION = "dynamodb:TransactWriteItems"
_PARTS = {
    "ConditionCheck": "dynamodb:ConditionCheckItem",
    "Delete": "dynamodb:DeleteItem",
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
}


def actions(service: str, manifest: Manifest) -> set[str]:
    """Return the actions that the code of a service calls on the kinds of resources its manifest names."""
    kinds = {one.split("/")[0] for permission in manifest.granted for one in permission.on}
    files = _reached(service)
    found = {
        f"{_PREFIXES.get(name, name)}:{operation}"
        for name in (one for kind in kinds for one in _SERVICES[kind])
        for file in files
        for operation in _called(file, name)
    }
    if _TRANSACTION in found:
        keys = {key for file in files for key in _keys(file)}
        found = found - {_TRANSACTION} | {action for key, action in _PARTS.items() if key in keys}
    return {_ACTIONS.get(action, action) for action in found}


def texts(service: str) -> set[str]:
    """Return every string constant in the code of a service."""
    return {text for file in _reached(service) for text in _texts(file)}


def _reached(service: str) -> list[Path]:
    """Return the service's own files and those of the chassis that they import, directly or not."""
    files = [path for path in tree.below(f"services/{service}/{service}") if not tree.is_test(path)]
    for path in files:
        for module in sorted(tree.imported_to_run(path)):
            new = _chassis(module)
            if new is not None and new not in files:
                files.append(new)
    return files


def _chassis(module: str) -> Path | None:
    """Return the file of `chassis.a.b` or of `chassis.a.b.name`; None when there is none."""
    parts = module.split(".")
    if parts[0] != "chassis":
        return None
    for length in (len(parts), len(parts) - 1):
        place = tree.ROOT.joinpath("libs", *parts[:length])
        for file in (place.with_suffix(".py"), place / "__init__.py"):
            if file.is_file():
                return file
    return None


def _called(file: Path, name: str) -> Iterator[str]:
    """Yield the operations of one of AWS's services that are called on something called a client."""
    operations = _operations(name)
    for node in ast.walk(tree.parsed(file)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and _is_client(node.func.value)
        ):
            method = node.func.attr
            if method == "get_paginator" and isinstance(node.args[0], ast.Constant):
                method = str(node.args[0].value)
            if method in operations:
                yield operations[method]


@cache
def _operations(name: str) -> dict[str, str]:
    model = botocore.session.get_session().get_service_model(name)
    return {xform_name(operation): operation for operation in model.operation_names}


def _is_client(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name.strip("_").endswith("client")


def _keys(file: Path) -> Iterator[str]:
    for node in ast.walk(tree.parsed(file)):
        if isinstance(node, ast.Dict):
            yield from (str(key.value) for key in node.keys if isinstance(key, ast.Constant))


def _texts(file: Path) -> Iterator[str]:
    for node in ast.walk(tree.parsed(file)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
