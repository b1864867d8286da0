"""The JSON Schema of `service.yaml`, generated from the models."""

from __future__ import annotations

import json
from pathlib import Path

from slipway.manifest.model import Manifest

PATH = Path(__file__).with_name("schema.json")


def text() -> str:
    """Return the schema as it is kept in the repository."""
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Written by `./slipway manifest schema --write`.",
        **Manifest.model_json_schema(),
    }
    return json.dumps(document, indent=2) + "\n"


def is_current() -> bool:
    """Say whether the committed file equals what the models say."""
    return PATH.exists() and PATH.read_text(encoding="utf-8") == text()
