from __future__ import annotations

import re

from tests.structure import description, tree

from slipway.supervision.program import base_environment

# Read by Python and by the SDK, not by our settings.
_NOT_SETTINGS = {
    "PYTHONPATH",
    "PYTHONUNBUFFERED",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_DEFAULT_REGION",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
}
_ROW = re.compile(r"^\| `([A-Z][A-Z0-9_]+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)


def documented(service: str) -> dict[str, tuple[str, str]]:
    """Return default and description of each variable in the table of the service's README."""
    text = (tree.ROOT / "services" / service / "README.md").read_text(encoding="utf-8")
    return {name: (default.strip("`"), said) for name, default, said in _ROW.findall(text)}


def test_every_variable_is_in_the_table_of_the_readme_with_its_default(service: str) -> None:
    fields = description.of(service).fields
    expected = {name: field["default"] for name, field in fields.items()}
    assert {name: default for name, (default, _) in documented(service).items()} == expected


def test_every_variable_says_what_it_is(service: str) -> None:
    fields = description.of(service).fields
    assert [name for name, field in fields.items() if len((field["description"] or "").split()) < 2] == []


def test_every_variable_that_a_service_is_given_is_one_of_its_settings(service: str) -> None:
    found = description.of(service)
    given = set(found.environment) - _NOT_SETTINGS - set(base_environment())
    assert given - set(found.fields) == set()


def test_every_variable_that_must_be_given_is_given(service: str) -> None:
    found = description.of(service)
    required = {name for name, field in found.fields.items() if field["default"] == "required"}
    assert required - set(found.environment) == set()
