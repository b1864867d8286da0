"""What a service says of itself when its code is loaded, asked of a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.structure.tree import ROOT

from slipway.checkout import openapi

_ASK = """
import importlib, inspect, json, re, sys
from chassis.settings import ServiceSettings

name = sys.argv[1]
app = importlib.import_module(name + ".wsgi").app
declared = app.extensions["slipway.routes"]
client = app.test_client()

def unasked(route):
    path = re.sub(r"<uuid:[^>]+>", "01a1fbf7-312a-762e-b593-a12690369b44", route.path)
    path = re.sub(r"<int:[^>]+>", "1", path)
    return client.open(re.sub(r"<[^>]+>", "x", path), method=route.method).status_code

routes = [
    {
        "call": f"{route.method} {route.path}",
        "public": route.access.public,
        "name": f"{route.tag}.{route.name}",
        "summary": route.summary,
        "idempotent": route.idempotent,
        "media_type": route.media_type.partition(";")[0],
        "answers": sorted(route.answer.model_fields) if route.answer else [],
        "without_token": None if route.access.public else unasked(route),
    }
    for route in declared
]
rules = sorted(f"{method} {rule.rule}" for rule in app.url_map.iter_rules()
               for method in rule.methods - {"HEAD", "OPTIONS"})
config = importlib.import_module(name + ".config")
settings = [kind for _, kind in inspect.getmembers(config, inspect.isclass)
            if issubclass(kind, ServiceSettings) and kind is not ServiceSettings]
fields = {}
for kind in settings:
    for field, info in kind.model_fields.items():
        default = "required" if info.is_required() else "unset" if info.default is None else str(info.default)
        fields[field.upper()] = {"default": default, "description": info.description}
json.dump({"routes": routes, "rules": rules, "fields": fields}, sys.stdout)
"""


@dataclass(frozen=True)
class Description:
    """Declared routes, every rule of the app, settings by variable, and the environment it is given."""

    routes: list[dict[str, Any]]
    rules: list[str]
    fields: dict[str, dict[str, str]]
    environment: dict[str, str]


@cache
def of(name: str) -> Description:
    """Return what the service `name` says of itself."""
    with tempfile.TemporaryDirectory() as scratch:
        environment = openapi.environment_of(ROOT, name, Path(scratch))
        done = subprocess.run(
            [sys.executable, "-c", _ASK, name],
            env=environment,
            cwd=scratch,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    # The log's lines come first; the answer is the last one.
    return Description(**json.loads(done.stdout.splitlines()[-1]), environment=environment)
