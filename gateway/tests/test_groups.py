"""Of an answer that depends on its caller one copy is kept for each group of callers."""

from __future__ import annotations

import hashlib

import pytest

UPDATES = "/v1/updates"


def group(device: str) -> int:
    return int(hashlib.sha256(device.encode()).hexdigest()[:8], 16) % 100


@pytest.fixture(autouse=True)
def answers(delivery) -> None:
    for number in range(100):
        delivery.files.files[f"{UPDATES}?platform=linux&group={number}"] = str(number).encode()


def ask(delivery, query: str):
    return delivery.get(delivery.url(f"{UPDATES}?{query}", host="shop"))


def asked(delivery) -> list[str]:
    return [path for _, path, _, _ in delivery.files.requests]


def test_each_device_is_told_what_its_group_is_and_no_more_copies_are_kept_than_groups(delivery):
    devices = [f"device-{number}" for number in range(150)]
    for device in devices:
        assert ask(delivery, f"device={device}&platform=linux").body == str(group(device)).encode()
    assert len(asked(delivery)) == len({group(device) for device in devices})


def test_a_name_counts_as_it_is_meant_however_it_is_written(delivery):
    told = str(group("J\u00f6rg's phone")).encode()
    for written in ("J%C3%B6rg's+phone", "J%c3%b6rg%27s%20phone"):
        assert ask(delivery, f"platform=linux&device={written}").body == told
    assert len(asked(delivery)) == 1


@pytest.mark.parametrize(
    "query",
    [
        "platform=linux",
        "device=",
        "device=a&device=b",
        "device=a&devic%65=b",
        "device=%FF",
        "device=a&group=1",
        f"device={'x' * 201}",
    ],
)
def test_what_does_not_name_one_caller_is_passed_on_as_it_is(delivery, query):
    ask(delivery, query)
    assert asked(delivery) == [f"{UPDATES}?{query}"]


def test_that_there_is_nothing_new_is_kept_too(delivery):
    path = f"{UPDATES}?current=2.0.0"
    delivery.files.nothing.add(path)
    for _ in range(3):
        assert ask(delivery, "current=2.0.0").status == 204
    assert delivery.files.fetches(path) == [204]
