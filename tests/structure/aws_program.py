"""The grammar of the `aws` program (version 2), from the service models that it is made of."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.model import ListShape, Shape, StructureShape
from botocore.validate import ParamValidator

_GENERAL = {"--output", "--profile", "--query", "--region"}
_SERVICES = {"s3api": "s3"}  # where the program's name for a service is another than the model's
_WRITES_A_FILE = {("s3api", "get-object")}


def complaints(line: str) -> list[str]:
    """Return what the program would not understand of a command line, or the service would refuse unseen."""
    program, service, operation, *rest = shlex.split(line, comments=True)
    assert program == "aws"
    session = botocore.session.get_session()
    name = _SERVICES.get(service, service)
    if name not in session.get_available_services():
        return [f"there is no service {service}"]
    operations = session.get_service_model(name)
    known = {xform_name(one, "-"): one for one in operations.operation_names}
    if operation == "wait":
        waiters: dict[str, Any] = session.get_waiter_model(name)._waiter_config  # nothing public lists them
        known = {xform_name(one, "-"): waiter["operation"] for one, waiter in waiters.items()}
        operation, *rest = rest
    if operation not in known:
        return [f"{service} has no {operation}"]
    shape = operations.operation_model(known[operation]).input_shape
    return list(_of_options(shape, rest, may_end_in_a_file=(service, operation) in _WRITES_A_FILE))


def _of_options(shape: Any, words: list[str], *, may_end_in_a_file: bool) -> Iterator[str]:
    members = {f"--{xform_name(name, '-')}": (name, member) for name, member in shape.members.items()}
    given: set[str] = set()
    for option, values in _options(words):
        plain = option.replace("--no-", "--", 1)
        if option in _GENERAL:
            continue
        if option not in members and (plain not in members or members[plain][1].type_name != "boolean"):
            yield f"there is no option {option}"
            continue
        name, member = members.get(option) or members[plain]
        given.add(name)
        if may_end_in_a_file and not isinstance(member, ListShape) and len(values) == 2:
            values.pop()
        yield from (f"{option}: {one}" for one in _of_values(member, values))
    yield from (f"{name} is missing" for name in shape.required_members if name not in given)


def _options(words: list[str]) -> Iterator[tuple[str, list[str]]]:
    option, values = "", list[str]()
    for word in words:
        if word.startswith("--"):
            if option or values:
                yield option, values
            option, values = word, []
        else:
            values.append(word)
    if option or values:
        yield option, values


def _of_values(shape: Shape, values: list[str]) -> Iterator[str]:
    if shape.type_name == "boolean":
        if values:
            yield f"takes no value, but has {values}"
    elif isinstance(shape, ListShape) and not "".join(values).startswith("["):
        for value in values:
            yield from _of_value(shape.member, value)
    elif len(values) != 1:
        yield f"takes one value, but has {values}"
    else:
        yield from _of_value(shape, values[0])


def _of_value(shape: Shape, value: str) -> Iterator[str]:
    if value.startswith("file://"):
        return  # the program reads the value from there
    if isinstance(shape, StructureShape | ListShape):
        if value[:1] in "[{":
            report = ParamValidator().validate(json.loads(value), shape)
            if report.has_errors():
                yield report.generate_report()
        elif "=" not in value:
            yield f"{value} is neither JSON nor NAME=VALUE"
    elif shape.type_name in {"integer", "long"} and not re.fullmatch(r"-?\d+", value):
        yield f"{value} is no number"
    elif shape.type_name == "timestamp":
        try:
            datetime.fromisoformat(value)
        except ValueError:
            yield f"{value} is no time"
    elif (enum := getattr(shape, "enum", None)) and value not in enum:
        yield f"{value} is none of {', '.join(enum)}"
