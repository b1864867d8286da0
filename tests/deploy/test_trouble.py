"""What goes wrong, and what is said and done then."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.deploy.world import World, flat

from slipway.terminal.problems import FAILED, MISSING, OK, USAGE

pytestmark = [pytest.mark.xdist_group("deploy"), pytest.mark.long]
BEFORE = {"users": "1.0.0", "todos": "1.0.0"}


def test_a_failed_migration_leaves_in_service_what_was(world: World) -> None:
    world.cluster.next_task = {"exit_code": 3, "lines": ["the column is there already"]}
    done = world.deploy("--image-tag", "1.1.0")
    assert done.returncode == FAILED
    assert "| the column is there already" in done.stdout
    assert "migrate of users failed: exit code 3" in done.stderr
    assert "what was in service still is" in done.stderr
    assert world.served() == world.released() == BEFORE


def test_a_migration_that_cannot_start_says_why(world: World) -> None:
    world.cluster.next_task = {"exit_code": None, "reason": "CannotPullContainerError: not found"}
    done = world.deploy("--image-tag", "1.1.0")
    assert done.returncode == FAILED
    assert "it never ran: CannotPullContainerError: not found" in done.stderr
    assert world.served() == BEFORE


def test_a_task_that_the_cluster_has_no_room_for_says_so(world: World) -> None:
    world.cluster.next_task = {"failure": "RESOURCE:FARGATE_CAPACITY"}
    done = world.deploy("--image-tag", "1.1.0")
    assert done.returncode == FAILED
    assert "could not be started: RESOURCE:FARGATE_CAPACITY" in done.stderr


def test_a_deployment_that_ecs_rolls_back_fails_with_the_reason(world: World) -> None:
    world.cluster.ends = {"users-api": "ROLLBACK_SUCCESSFUL"}
    done = world.deploy("--image-tag", "1.1.0")
    assert done.returncode == FAILED
    said = flat(done.stderr)
    assert "users-api was not deployed: the deployment ended as ROLLBACK_SUCCESSFUL" in said
    assert "circuit breaker: 3 of 3 failures" in said
    assert "alarms: slipway-dev-users-api-errors" in said
    assert "(service users-api) has begun" in said


def test_after_a_rollback_by_ecs_terraform_wants_what_runs(world: World) -> None:
    world.cluster.ends = {"users-api": "ROLLBACK_SUCCESSFUL"}
    world.deploy("--image-tag", "1.1.0")
    world.cluster.ends = {}
    assert world.released() == world.served() == {"users": "1.0.0", "todos": "1.1.0"}
    assert world.run("dev", "--plan", "--expect-none").returncode == OK


def test_a_rollback_that_fails_too_is_told(world: World) -> None:
    world.cluster.ends = {"todos-api": "ROLLBACK_FAILED"}
    done = world.deploy("--image-tag", "1.1.0")
    assert done.returncode == FAILED
    assert "ROLLBACK_FAILED" in done.stderr


def test_a_deployment_that_is_stopped_is_told(world: World) -> None:
    world.cluster.ends = {"todos-api": "STOPPED"}
    done = world.deploy("--image-tag", "1.1.0", "--service", "todos")
    assert done.returncode == FAILED
    assert "todos-api was not deployed: the deployment ended as STOPPED" in flat(done.stderr)


def test_a_restart_that_ecs_rolls_back_is_told_though_the_same_runs(world: World) -> None:
    world.cluster.ends = {"users-api": "ROLLBACK_SUCCESSFUL"}
    done = world.deploy("--apply", "--restart")
    assert done.returncode == FAILED
    assert "users-api was not deployed" in done.stderr


def test_a_configuration_that_ecs_rolls_back_is_not_taken_for_a_bad_release(world: World) -> None:
    world.deploy("--image-tag", "1.1.0")
    world.cluster.ends = {"users-api": "ROLLBACK_SUCCESSFUL"}
    _add_setting(world)
    try:
        done = world.deploy("--apply")
    finally:
        _add_setting(world, undo=True)
    assert done.returncode == FAILED
    assert "users-api was not deployed" in done.stderr
    assert world.released()["users"] == "1.1.0"


def test_a_rollout_that_does_not_end_is_given_up_with_what_the_cluster_says(world: World) -> None:
    world.cluster.holds = {"users-api"}
    done = world.deploy("--image-tag", "1.1.0", "--timeout", "1")
    assert done.returncode == FAILED
    assert (
        "after 1 minutes users-api is still being deployed\n  users-api: (service users-api) has begun"
        in (done.stderr)
    )
    assert "run the command again to go on waiting, or --rollback" in flat(done.stderr)
    world.cluster.holds = set()
    assert world.deploy("--rollback").returncode == OK
    assert world.served() == BEFORE


def test_a_service_that_is_not_ready_fails_the_smoke_test(world: World) -> None:
    world.site.unready.add("users")
    done = world.deploy("--image-tag", "1.1.0", "--smoke-timeout", "1")
    assert done.returncode == FAILED
    assert "https://users.dev.example.com: /readyz answered 503" in done.stderr
    assert "todos.dev" not in done.stderr
    assert "./slipway deploy dev --rollback goes back" in done.stderr


def test_a_service_of_another_version_fails_the_smoke_test(world: World) -> None:
    world.cluster.images[f"{world.project}-dev/todos", "1.1.0"] = "sha256:1"
    world.site.serves["todos"] = "0.9.0"
    done = world.deploy("--image-tag", "1.1.0", "--smoke-timeout", "1")
    assert done.returncode == FAILED
    assert "it serves 0.9.0, not 1.1.0" in done.stderr


def test_a_certificate_that_nobody_vouches_for_fails_the_smoke_test(world: World) -> None:
    site = ["--connect-to", f"127.0.0.1:{world.site.port}", "--smoke-timeout", "1"]
    done = world.run("dev", "--yes", "--image-tag", "1.1.0", *site)
    assert done.returncode == FAILED
    assert "certificate verify failed" in done.stderr


def test_without_credentials_it_says_how_to_get_some(world: World) -> None:
    done = world.deploy("--plan", AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None)
    assert done.returncode == MISSING
    assert "no AWS credentials" in done.stderr
    assert "aws sso login" in done.stderr


def test_an_unknown_profile_says_so(world: World) -> None:
    done = world.deploy("--plan", AWS_PROFILE="nobody", AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None)
    assert done.returncode == MISSING
    assert "nobody" in done.stderr


def test_a_profile_that_only_the_aws_program_can_read_is_handed_over_by_it(
    world: World, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.write_text("[profile anna]\nlogin_session = arn:aws:sts::000000000000:assumed-role/admin/anna\n")
    none = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
    done = world.deploy("--plan", AWS_PROFILE="anna", AWS_CONFIG_FILE=str(config), **none)
    assert done.returncode == MISSING
    assert 'eval "$(aws configure export-credentials --format env)"' in done.stderr


def test_a_sign_in_that_is_over_says_so(world: World, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(
        "[profile anna]\nsso_session = acme\nsso_account_id = 000000000000\nsso_role_name = admin\n"
        "[sso-session acme]\nsso_region = eu-west-1\nsso_start_url = https://acme.awsapps.com/start\n"
    )
    none = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
    done = world.deploy("--plan", AWS_PROFILE="anna", AWS_CONFIG_FILE=str(config), **none)
    assert done.returncode == MISSING
    assert "Token for acme does not exist" in done.stderr
    assert "aws sso login" in done.stderr


def test_wrong_credentials_say_so(world: World) -> None:
    done = world.deploy("--plan", AWS_SECRET_ACCESS_KEY="wrong")
    assert done.returncode == MISSING
    assert "the AWS credentials are not valid" in done.stderr


def test_an_aws_that_does_not_answer_is_named(world: World) -> None:
    done = world.deploy("--plan", AWS_ENDPOINT_URL="http://127.0.0.1:9", AWS_ENDPOINT_URL_STS=None)
    assert done.returncode == FAILED
    assert "AWS does not answer (sts get_caller_identity)" in done.stderr


def test_without_terraform_it_says_what_to_install(world: World, tmp_path: Path) -> None:
    done = world.deploy("--plan", PATH=str(tmp_path))
    assert done.returncode == MISSING
    assert "terraform is not installed" in done.stderr


def test_the_wrong_account_is_refused_before_anything_is_done(world: World) -> None:
    text = world.variables.read_text()
    world.variables.write_text(text.replace("000000000000", "210987654321"))
    done = world.deploy("--apply")
    assert done.returncode == FAILED
    assert "your credentials are of account 000000000000, but dev.tfvars says 210987654321" in done.stderr
    assert "terraform" not in done.stdout


def test_an_environment_without_an_account_may_be_looked_at_only(world: World) -> None:
    text = world.variables.read_text()
    world.variables.write_text("\n".join(line for line in text.splitlines() if "account_id" not in line))
    done = world.deploy("--apply")
    assert done.returncode == FAILED
    assert 'write account_id = "000000000000" into it' in flat(done.stderr)


def test_the_wrong_region_is_refused(world: World) -> None:
    done = world.deploy("--plan", AWS_REGION=None, AWS_DEFAULT_REGION="us-east-1")
    assert done.returncode == FAILED
    assert "your region is us-east-1, but dev.tfvars says eu-west-1" in done.stderr


def test_an_account_without_bootstrap_is_told_so(world: World) -> None:
    backend = world.variables.with_name("dev.s3.tfbackend")
    kept = backend.read_text()
    backend.unlink()
    try:
        done = world.deploy("--plan")
    finally:
        backend.write_text(kept)
    assert done.returncode == FAILED
    assert f"there is no bucket {world.project}-state-000000000000-eu-west-1" in done.stderr
    assert "docs/operations.md" in done.stderr


def test_an_environment_that_is_no_file_is_answered_with_those_there_are(world: World) -> None:
    done = world.run("moon", "--plan")
    assert done.returncode == USAGE
    assert "there is no environment moon" in done.stderr
    assert "choose one of dev" in done.stderr


def test_a_file_that_describes_another_environment_is_refused(world: World) -> None:
    other = world.variables.with_name("qa.tfvars")
    shutil.copy(world.variables, other)
    try:
        done = world.run("qa", "--plan")
    finally:
        other.unlink()
    assert done.returncode == USAGE
    assert 'must say environment = "qa"' in done.stderr


def test_what_terraform_refuses_is_shown_with_its_reason(world: World) -> None:
    with world.variables.open("a") as file:
        file.write('project = "twice"\n')
    done = world.deploy("--plan")
    assert done.returncode == FAILED
    assert "Attribute redefined" in done.stderr
    assert "terraform plan failed" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "say what to do"),
        (["--plan", "--apply"], "--plan changes nothing"),
        (["--rollback", "--apply"], "--rollback brings back images only"),
        (["--apply", "--build"], "--build, --images and --sign need --image-tag"),
        (["--apply", "--service", "users"], "--service is for a release"),
        (["--restart", "--rollback"], "--restart is for --apply"),
        (["--image-tag", "1.1.0", "--allow-destroy", "x"], "--allow-destroy is for --apply"),
        (["--failover", "eu-central-1", "--apply"], "--failover promotes copies and nothing else"),
        (["--failover", "eu-west-1"], "--failover takes another region"),
        (["--apply", "--planned"], "--planned belongs to --failover"),
        (["--apply", "--expect-none"], "--expect-none belongs to --plan"),
        (["--image-tag", "1.1.0", "--plan-file", "x"], "--plan-file is for --plan"),
        (["--image-tag", "latest"], "cannot be a release's tag"),
        (["--image-tag", "1.1.0; rm -rf /"], "cannot be a release's tag"),
        (["--plan", "--connect-to", "host:port"], "write HOST or HOST:PORT"),
    ],
)
def test_options_that_make_no_sense_are_a_usage_error(
    empty_world: World, arguments: list[str], words: str
) -> None:
    done = empty_world.run("dev", *arguments)
    assert done.returncode == USAGE
    assert words in flat(done.stderr)


def _add_setting(world: World, *, undo: bool = False) -> None:
    module = world.root / "infra" / "terraform" / "modules" / "service" / "main.tf"
    plain, more = "name = var.name, image =", "name = var.name, cpu = 10, image ="
    module.write_text(module.read_text().replace(*((more, plain) if undo else (plain, more))))
