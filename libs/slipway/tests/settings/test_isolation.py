"""Whatever the user's environment says for other servers, the suite's own are talked to."""

import os
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ProfileNotFound
from click.testing import CliRunner

from slipway import __main__ as entry
from slipway.provision.accounts import Clients, ProvisionTarget
from slipway.settings.isolation import ignore_user_settings

TARGET = ProvisionTarget("http://127.0.0.1:9", "key", "secret")


def test_a_profile_that_is_not_there_stops_no_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nonexistent")
    with pytest.raises(ProfileNotFound):
        boto3.Session().client("sqs", region_name="us-east-1")
    ignore_user_settings()
    assert Clients(TARGET).sqs.meta.endpoint_url == TARGET.endpoint_url


def test_a_broken_file_in_the_users_home_stops_no_client(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text("this is [no file of settings\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    ignore_user_settings()
    assert Clients(TARGET).s3.meta.endpoint_url == TARGET.endpoint_url


def test_a_proxy_of_the_users_is_not_asked_for_the_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    config: Config = Clients(TARGET).sqs.meta.config
    assert config.proxies == {}  # type: ignore[attr-defined]
    assert os.environ["HTTP_PROXY"]  # packages are fetched through it


@pytest.mark.parametrize("command", ["up", "status"])
def test_a_command_about_this_machine_forgets_what_is_for_other_servers(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    for name in ("PGSSLMODE", "PGSERVICE", "PGOPTIONS", "AWS_PROFILE", "AWS_ENDPOINT_URL_SQS"):
        monkeypatch.setenv(name, "the user's")
    CliRunner().invoke(entry.cli, [command, "--help"])
    assert not [name for name, value in os.environ.items() if value == "the user's"]


def test_a_command_about_an_aws_account_keeps_the_users_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    CliRunner().invoke(entry.cli, ["deploy", "--help"])
    assert os.environ["AWS_PROFILE"] == "production"
