"""The settings, and that they are documented."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError
from services.users.tests.factories import SECRET, settings

from chassis.settings import load_settings
from users.config import ApiSettings, WorkerSettings


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_the_key_may_be_base64_of_either_kind(encode: object) -> None:
    key = bytes([255] * 32)
    assert settings(key_encryption_key=SecretStr(encode(key).decode())).secret == key  # type: ignore[operator]


@pytest.mark.parametrize("wrong", ["", "short", "ü", base64.b64encode(SECRET[:31]).decode()])
def test_a_wrong_key_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError, match="key_encryption_key"):
        settings(key_encryption_key=SecretStr(wrong))


def test_another_database_is_refused() -> None:
    with pytest.raises(ValidationError, match="postgresql://"):
        settings(database_url=SecretStr("mysql://users@localhost/users"))


@pytest.mark.parametrize("wrong", ["app.example.com", "https://a/", "https://A", "https://a:443", "*"])
def test_what_no_browser_would_send_as_origin_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError, match="no origin"):
        settings(app_origins=f"https://app.example.com {wrong}")


def test_settings_show_no_secret() -> None:
    shown = repr(settings())
    assert base64.b64encode(SECRET).decode() not in shown
    assert "users:secret@" not in shown


def test_what_is_missing_is_named_at_boot(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ApiSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    with pytest.raises(SystemExit) as caught:
        load_settings(ApiSettings)
    assert caught.value.code == 78
    assert "DATABASE_URL" in capsys.readouterr().err


def test_every_variable_is_in_the_readme() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    fields = ApiSettings.model_fields | WorkerSettings.model_fields
    missing = [name for name in fields if f"`{name.upper()}`" not in readme]
    assert missing == []
