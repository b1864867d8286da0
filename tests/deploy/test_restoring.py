"""The program that docs/operations.md gives for bringing back the items of one account, run on two tables."""

from __future__ import annotations

import re
import secrets
import subprocess
import sys
from typing import Any

from tests.deploy.world import REGION, client
from tests.terraform.terraform import ROOT

from slipway.testing.backing import Backing

_KEYS = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]


def program() -> str:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    [found] = re.findall(r"\$ \.venv/bin/python - [^\n]* <<'END'\n(.*?)\nEND\n", text, re.DOTALL)
    return str(found)


def make_table(dynamodb: Any, items: dict[str, list[str]]) -> str:
    """Make a table with these sort keys below these partitions, each with enough to need several pages."""
    name = f"restoring-{secrets.token_hex(4)}"
    dynamodb.create_table(
        TableName=name,
        KeySchema=_KEYS,
        AttributeDefinitions=[{"AttributeName": one["AttributeName"], "AttributeType": "S"} for one in _KEYS],
        BillingMode="PAY_PER_REQUEST",
    )
    for partition, sorts in items.items():
        for sort in sorts:
            item = {"pk": {"S": partition}, "sk": {"S": sort}, "text": {"S": name + "x" * 200_000}}
            dynamodb.put_item(TableName=name, Item=item)
    return name


def test_it_copies_every_page_of_one_account_and_nothing_else(backing: Backing) -> None:
    dynamodb = client(backing, "dynamodb")
    lost = [f"todo-{number:02}" for number in range(12)]
    restored = make_table(dynamodb, {"anna": lost, "bob": ["todo-00"]})
    live = make_table(dynamodb, {"anna": ["todo-99"], "bob": ["todo-01"]})
    key, secret = backing.emulator.root_key
    subprocess.run(
        [sys.executable, "-", restored, live, "pk", "anna"],
        input=program(),
        text=True,
        check=True,
        env={
            "AWS_ENDPOINT_URL": backing.emulator.url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
        },
    )
    pages = dynamodb.get_paginator("scan").paginate(TableName=live, ProjectionExpression="pk, sk")
    found = [item for page in pages for item in page["Items"]]
    assert sorted((item["pk"]["S"], item["sk"]["S"]) for item in found) == [
        *(("anna", sort) for sort in [*lost, "todo-99"]),
        ("bob", "todo-01"),
    ]
