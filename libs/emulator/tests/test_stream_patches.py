from __future__ import annotations

import base64
import json

import pytest

from emulator.stream_patches import stream_of

ITERATOR = (
    base64.urlsafe_b64encode(b'{"table_name":"notes","shard_id":"s","position":0}').decode().rstrip("=")
)


@pytest.mark.parametrize(
    ("call", "stream"),
    [
        (
            {"StreamArn": "arn:aws:dynamodb:dynoxide:000000000000:table/notes/stream/17.5"},
            "notes/stream/17.5",
        ),
        ({"ShardIterator": ITERATOR}, "notes/stream/any"),
        ({"TableName": "notes"}, None),
        ({"StreamArn": "arn:aws:kinesis:eu:0:stream/notes"}, None),
        ({"ShardIterator": "no iterator"}, None),
        ({"ShardIterator": 5}, None),
        ([], None),
    ],
)
def test_a_call_on_a_stream_says_of_which_table_it_is(call, stream):
    assert stream_of(json.dumps(call).encode()) == stream


def test_what_is_no_json_is_no_call_on_a_stream():
    assert stream_of(b"{") is None
