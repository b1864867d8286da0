"""`up --set`: what services are told besides what the suite makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slipway.commands import context
from slipway.local.suite import Suite, SuiteSettings
from slipway.manifest import load_all

_SERVICE, _OTHER = list(load_all(context.ROOT))[:2]


def test_a_setting_is_remembered_until_it_is_taken_back(start: Any) -> None:
    first, second = f"{_SERVICE}.LOG_LEVEL=DEBUG", f"{_OTHER}.URL=http://x/?a=b"
    assert start("--set", first)[2].service_settings == (first,)
    assert set(start("--set", second)[2].service_settings) == {first, second}
    assert set(start()[2].service_settings) == {first, second}
    assert start("--set", f"{_SERVICE}.LOG_LEVEL=")[2].service_settings == (second,)


@pytest.mark.parametrize(
    "wrong",
    ["nobody.NAME=1", f"{_SERVICE}.name=1", f"{_SERVICE}.NAME", _SERVICE, "NAME=1", f"{_SERVICE}.AWS_SDK=x"],
)
def test_what_is_no_setting_of_a_service_is_refused_with_what_there_is(start: Any, wrong: str) -> None:
    code, text, kept = start("--set", wrong)
    assert (code, kept.service_settings) == (2, ())
    assert _SERVICE in text


def test_a_setting_reaches_its_service_and_nobody_else(tmp_path: Path) -> None:
    settings = SuiteSettings(
        service_settings=(f"{_SERVICE}.LOG_LEVEL=DEBUG", f"{_SERVICE}.URL=http://x/?a=b")
    )
    suite = Suite(context.ROOT, tmp_path, settings)
    suite.layout.make()
    told = suite.environment(suite.manifests[_SERVICE])
    assert (told["LOG_LEVEL"], told["URL"]) == ("DEBUG", "http://x/?a=b")
    assert suite.environment(suite.manifests[_OTHER])["LOG_LEVEL"] == "INFO"
