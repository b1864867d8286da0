"""What runs at CloudFront's edges says the same as the gateway and the services: run here by Node.js."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from typing import Any

import pytest
from tests.terraform.terraform import CONFIGURATION

HOST = "media.example.com"
RULES = {HOST: {"parameter": "device", "group": "group", "count": 100}}


def query(**parameters: str | list[str]) -> dict[str, Any]:
    """Return a query as CloudFront gives it to a function."""
    return {
        name: {"value": value}
        if isinstance(value, str)
        else {"value": value[0], "multiValue": [{"value": one} for one in value]}
        for name, value in parameters.items()
    }


def handled(parameters: dict[str, Any], host: str = HOST) -> dict[str, Any]:
    """Return the request that goes on from the edge, and under `moved` the origins that it goes to."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node.js to run CloudFront's functions with")
    request = {"uri": "/v1/releases/viewer/latest", "headers": {"host": {"value": host}}}
    event = json.dumps({"request": {**request, "querystring": parameters}})
    code = (CONFIGURATION / "modules" / "front" / "groups.js").read_text()
    told = {"RULES": RULES, "PLACES": {HOST: "media.origin.example.com"}}
    program = "\n".join(
        [
            "const moved = [], cf = { updateRequestOrigin: (origin) => moved.push(origin.domainName) };",
            *(f"const {name} = {json.dumps(value)};" for name, value in told.items()),
            code,
            f"const request = handler({event});",
            "console.log(JSON.stringify({ ...request, moved: moved }));",
        ]
    )
    done = subprocess.run([node, "-e", program], capture_output=True, text=True, check=True, timeout=60)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def asked(parameters: dict[str, Any], host: str = HOST) -> dict[str, Any]:
    """Return the query that the service is asked with."""
    query: dict[str, Any] = handled(parameters, host)["querystring"]
    return query


def group(device: str) -> str:
    """Return the group of a device, as the contract says."""
    return str(int.from_bytes(hashlib.sha256(device.encode()).digest()[:4]) % 100)


@pytest.mark.parametrize(
    ("sent", "device"),
    [
        ("anna-1", "anna-1"),
        ("a%20b", "a b"),
        ("a+b", "a b"),
        ("%C3%A9%25", "\u00e9%"),
        ("x" * 200, "x" * 200),
    ],
)
def test_a_device_becomes_its_group(sent: str, device: str) -> None:
    assert asked(query(platform="linux", device=sent)) == query(platform="linux", group=group(device))


@pytest.mark.parametrize(
    "parameters",
    [
        query(platform="linux"),
        query(device=""),
        query(device="x" * 201),
        query(device="%FF"),
        query(device=["a", "b"]),
        query(device="a", group="7"),
        {"device": {"value": "a"}, "%64evice": {"value": "b"}},
    ],
    ids=["no device", "empty", "too long", "no text", "twice", "with a group", "twice, differently written"],
)
def test_what_names_no_device_in_one_way_stays_as_it_is(parameters: dict[str, Any]) -> None:
    assert asked(parameters) == parameters


def test_a_host_that_is_elsewhere_is_found_there() -> None:
    assert handled(query(device="a"))["moved"] == ["media.origin.example.com"]
    assert handled(query(device="a"), host="blog.example.com")["moved"] == []


def test_another_host_with_such_a_path_is_asked_as_it_was() -> None:
    assert asked(query(device="a"), host="blog.example.com") == query(device="a")
