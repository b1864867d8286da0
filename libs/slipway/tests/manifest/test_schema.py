from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from slipway.manifest import load, load_all
from slipway.manifest import schema as manifest_schema


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    document = json.loads(manifest_schema.PATH.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(document)
    return jsonschema.Draft202012Validator(document)


def test_the_committed_schema_is_what_the_models_say() -> None:
    assert manifest_schema.PATH.read_text(encoding="utf-8") == manifest_schema.text()


def test_every_manifest_of_the_suite_fits_the_schema(
    validator: jsonschema.Draft202012Validator, checkout: Path
) -> None:
    assert load_all(checkout)
    for path in checkout.glob("services/*/service.yaml"):
        validator.validate(_read(path))


@pytest.mark.parametrize(
    "changes",
    [{"subdomian": "x"}, {"roles": {"api": {"kind": "x"}}}, {"port": "y"}, {"queues": [{"name": "q"}]}],
)
def test_an_editor_that_reads_the_schema_finds_the_same_mistakes(
    validator: jsonschema.Draft202012Validator, checkout: Path, changes: dict[str, Any]
) -> None:
    manifest = _read(checkout / "services" / "users" / "service.yaml") | changes
    assert not validator.is_valid(manifest)


def _read(path: Path) -> dict[str, Any]:
    """Return the manifest as it is written: `on` is a key and no boolean."""
    return load(path).model_dump(mode="json", exclude_unset=True)
