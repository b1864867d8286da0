from __future__ import annotations

import pytest
from pydantic import Field, SecretStr

from chassis.settings import ServiceSettings, load_settings


class NotesSettings(ServiceSettings):
    """Settings of the tests."""

    database_url: SecretStr = Field(description="Where the notes are.")
    pool_size: int = Field(default=4, ge=1, description="How many connections.")
    regions: list[str] = Field(default_factory=list, description="Where it runs.")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NotesSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("AUTH_ISSUER", "https://users.example.test")
    monkeypatch.setenv("AUTH_JWKS_URL", "http://127.0.0.1:1/jwks")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:hunter2@h/d")


def refusal(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as caught:
        load_settings(NotesSettings)
    assert caught.value.code == 78
    return capsys.readouterr().err


def test_settings_come_from_the_environment_with_defaults_for_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POOL_SIZE", "7")
    monkeypatch.setenv("REGIONS", '["a", "b"]')
    settings = load_settings(NotesSettings)
    assert (settings.pool_size, settings.regions, settings.auth_audience) == (7, ["a", "b"], "slipway")
    assert settings.database_url.get_secret_value() == "postgresql://u:hunter2@h/d"


def test_every_missing_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("AUTH_ISSUER")
    said = refusal(capsys)
    assert "DATABASE_URL: Field required" in said
    assert "AUTH_ISSUER: Field required" in said
    assert "Traceback" not in said


def test_an_empty_variable_is_a_missing_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "")
    assert "DATABASE_URL: Field required" in refusal(capsys)
    monkeypatch.setenv("DATABASE_URL", "x")
    assert load_settings(NotesSettings).aws_endpoint_url is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POOL_SIZE", "hunter2"),
        ("POOL_SIZE", "0"),
        ("LOG_LEVEL", "hunter2"),
        ("REGIONS", "hunter2"),
        ("REGIONS", '"hunter2"'),
        ("PUBLIC_PORT", "99999"),
        ("TRUSTED_PROXIES", "-1"),
    ],
)
def test_a_wrong_variable_is_named_and_its_value_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    said = refusal(capsys)
    assert f"configuration: {name}: " in said
    assert "hunter2" not in said


def test_secrets_are_not_shown_by_accident() -> None:
    assert "hunter2" not in repr(load_settings(NotesSettings))


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings(NotesSettings).pool_size = 9  # type: ignore[misc]


def test_every_setting_of_every_service_is_described() -> None:
    assert all(field.description for field in ServiceSettings.model_fields.values())


@pytest.mark.parametrize(
    ("port", "origin"), [(443, "https://todos.localhost"), (8443, "https://todos.localhost:8443")]
)
def test_an_origin_names_its_port_where_it_is_unusual(
    monkeypatch: pytest.MonkeyPatch, port: int, origin: str
) -> None:
    monkeypatch.setenv("PUBLIC_PORT", str(port))
    assert load_settings(NotesSettings).public_url("todos") == origin
