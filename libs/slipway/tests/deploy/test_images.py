"""The images of a release: looked up, built, pushed and signed, by programs that only note what they hear."""

from __future__ import annotations

import base64
import io
import json
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from libs.slipway.tests.deploy.fakes import FakeAws, refused
from libs.slipway.tests.deploy.samples import TARGET, TODOS

from slipway.deploy import images
from slipway.terminal.problems import MISSING, USAGE, Problem

SERVICES = {
    "todos": TODOS,
    "users": TODOS.model_copy(update={"repository": "https://registry.test/shop/users"}),
}
_PROGRAM = """\
#!{python} -IS
import sys
given = sys.stdin.read() if "--password-stdin" in sys.argv else ""
with open({log!r}, "a") as file:
    print(sys.argv[0].rpartition("/")[2], *sys.argv[1:], f"<{{given}}" if given else "", file=file)
sys.exit(1 if sys.argv[1] in {fails!r} else 0)
"""


class Registry:
    """What is in it, as digests by repository and tag."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.several: list[dict[str, Any]] = []
        token = base64.b64encode(b"AWS:pass-word").decode()
        self.aws = FakeAws(
            answers={
                "describe_images": self._describe,
                "batch_get_image": self._manifest,
                "get_authorization_token": lambda _asked: {
                    "authorizationData": [{"authorizationToken": token}]
                },
            }
        )

    def _describe(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        found = self.kept.get((asked["repositoryName"], asked["imageIds"][0]["imageTag"]))
        if found is None:
            raise refused("ImageNotFoundException")
        return {"imageDetails": [{"imageDigest": found}]}

    def _manifest(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        tag = asked["imageIds"][0]["imageTag"]
        found = self.kept.get((asked["repositoryName"], tag))
        if found is None:
            return {"images": []}
        manifest = {"manifests": self.several} if self.several else {}
        return {"images": [{"imageId": {"imageDigest": found}, "imageManifest": json.dumps(manifest)}]}


class Programs:
    """docker, skopeo and cosign on the search path; `ran` is what they were told."""

    def __init__(self, folder: Path, log: Path) -> None:
        self._folder, self._log = folder, log

    def install(self, *names: str, fails: tuple[str, ...] = ()) -> None:
        for name in names:
            path = self._folder / name
            path.write_text(_PROGRAM.format(python=sys.executable, log=str(self._log), fails=fails))
            path.chmod(0o755)

    @property
    def ran(self) -> list[str]:
        return self._log.read_text().splitlines() if self._log.exists() else []


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return Programs(folder, tmp_path / "log")


def archive(folder: Path, name: str, digest: str) -> None:
    add_archive(folder, name, json.dumps({"manifests": [{"digest": digest}]}).encode())


def add_archive(folder: Path, name: str, index: bytes) -> None:
    with tarfile.open(folder / f"{name}.tar", "w") as files:
        entry = tarfile.TarInfo("index.json")
        entry.size = len(index)
        files.addfile(entry, io.BytesIO(index))


@pytest.mark.parametrize("tag", ["1.0.0", "0123abc", "v1_2-3", "A" * 128])
def test_a_version_or_a_commit_can_be_a_releases_tag(tag: str) -> None:
    images.check_tag(tag)


@pytest.mark.parametrize("tag", ["", "latest", "none", ".hidden", "-x", "a b", "a/b", "A" * 129, "1.0\n"])
def test_what_cannot_name_one_image_for_ever_is_no_tag(tag: str) -> None:
    with pytest.raises(Problem) as problem:
        images.check_tag(tag)
    assert problem.value.code == USAGE


def test_images_that_are_there_are_named_by_their_digests(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    registry.kept = {("shop/todos", "1.0"): "sha256:a", ("shop/users", "2.0"): "sha256:b"}
    images.require(registry.aws, SERVICES, {"todos": "1.0", "users": "2.0"}, environment="prod")
    said = capsys.readouterr()
    assert "sha256:a" in said.out + said.err


def test_images_that_are_missing_are_named_with_how_to_build_them(registry: Registry) -> None:
    registry.kept = {("shop/todos", "1.0"): "sha256:a"}
    with pytest.raises(Problem) as problem:
        images.require(registry.aws, SERVICES, {"todos": "1.0", "users": "1.0"}, environment="prod")
    assert problem.value.what == "there is no image 1.0 of users in registry.test"
    assert "./slipway deploy prod --image-tag 1.0 --build" in problem.value.next_step


def test_a_registry_that_refuses_is_not_taken_for_an_empty_one(registry: Registry) -> None:
    def refuse(_asked: Mapping[str, Any]) -> dict[str, Any]:
        raise refused("AccessDeniedException")

    registry.aws = replace(registry.aws, answers={"describe_images": refuse})
    with pytest.raises(Problem, match="AccessDeniedException"):
        images.digests(registry.aws, SERVICES, dict.fromkeys(SERVICES, "1.0"))


def test_what_is_missing_is_built_for_the_environments_processor_and_pushed(
    registry: Registry, programs: Programs, tmp_path: Path
) -> None:
    registry.kept = {("shop/users", "1.0"): "sha256:b"}
    programs.install("docker")
    images.build(registry.aws, TARGET, SERVICES, "1.0", tmp_path)
    login, build, push = programs.ran
    assert login == "docker login --username AWS --password-stdin registry.test <pass-word"
    assert build.startswith("docker build --platform linux/arm64 --build-arg VERSION=1.0 ")
    assert (
        "--build-arg SERVICE=todos --file services/Dockerfile --tag registry.test/shop/todos:1.0 ." in build
    )
    assert push.strip() == "docker push registry.test/shop/todos:1.0"


def test_the_registrys_password_is_not_shown(
    registry: Registry, programs: Programs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    programs.install("docker")
    images.build(registry.aws, TARGET, SERVICES, "1.0", tmp_path)
    said = capsys.readouterr()
    assert "docker login" in said.out + said.err
    assert "pass-word" not in said.out + said.err


def test_where_nothing_is_missing_nobody_signs_in(
    registry: Registry, programs: Programs, tmp_path: Path
) -> None:
    registry.kept = {(f"shop/{name}", "1.0"): "sha256:a" for name in SERVICES}
    images.build(registry.aws, TARGET, SERVICES, "1.0", tmp_path)
    images.push(registry.aws, SERVICES, "1.0", tmp_path)
    assert (programs.ran, registry.aws.asked_for("get_authorization_token")) == ([], [])


def test_an_image_whose_build_fails_is_not_pushed(
    registry: Registry, programs: Programs, tmp_path: Path
) -> None:
    programs.install("docker", fails=("build",))
    with pytest.raises(Problem, match="docker build failed"):
        images.build(registry.aws, TARGET, SERVICES, "1.0", tmp_path)
    assert [line.split()[1] for line in programs.ran] == ["login", "build"]


def test_a_program_that_is_not_installed_is_named(
    registry: Registry, programs: Programs, tmp_path: Path
) -> None:
    with pytest.raises(Problem) as problem:
        images.build(registry.aws, TARGET, SERVICES, "1.0", tmp_path)
    assert (problem.value.what, problem.value.code) == ("docker is not installed", MISSING)
    assert programs.ran == []


def test_archives_are_pushed_whole_where_the_registry_lacks_them(
    registry: Registry, programs: Programs, tmp_path: Path
) -> None:
    registry.kept = {("shop/users", "1.0"): "sha256:b"}
    programs.install("skopeo")
    archive(tmp_path, "todos", "sha256:a")
    archive(tmp_path, "users", "sha256:b")
    images.push(registry.aws, SERVICES, "1.0", tmp_path)
    source = f"oci-archive:{tmp_path / 'todos.tar'}"
    assert [line.strip() for line in programs.ran][1:] == [
        f"skopeo copy --all --preserve-digests {source} docker://registry.test/shop/todos:1.0"
    ]


def test_an_archive_of_another_image_than_the_registry_has_stops_before_anything_is_pushed(
    registry: Registry, programs: Programs, tmp_path: Path
) -> None:
    registry.kept = {("shop/users", "1.0"): "sha256:b"}
    programs.install("skopeo")
    archive(tmp_path, "todos", "sha256:a")
    archive(tmp_path, "users", "sha256:other")
    with pytest.raises(Problem) as problem:
        images.push(registry.aws, SERVICES, "1.0", tmp_path)
    assert "is sha256:b, the one in users.tar sha256:other" in problem.value.what
    assert programs.ran == []


def test_an_archive_that_is_missing_is_named(registry: Registry, programs: Programs, tmp_path: Path) -> None:
    programs.install("skopeo")
    with pytest.raises(Problem) as problem:
        images.push(registry.aws, {"todos": TODOS}, "1.0", tmp_path)
    assert problem.value.what == f"there is no {tmp_path / 'todos.tar'}"


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b broken"])
def test_a_file_that_is_no_archive_is_named(registry: Registry, tmp_path: Path, content: bytes) -> None:
    registry.kept = {("shop/todos", "1.0"): "sha256:a"}
    (tmp_path / "todos.tar").write_bytes(content)
    with pytest.raises(Problem, match=r"todos\.tar is no OCI archive of one image"):
        images.push(registry.aws, {"todos": TODOS}, "1.0", tmp_path)


@pytest.mark.parametrize("index", [b"[]", b"{}", b'{"manifests": []}', b'{"manifests": [1, 2]}', b"no json"])
def test_an_archive_of_something_else_is_named(registry: Registry, tmp_path: Path, index: bytes) -> None:
    registry.kept = {("shop/todos", "1.0"): "sha256:a"}
    add_archive(tmp_path, "todos", index)
    with pytest.raises(Problem, match="is no OCI archive of one image"):
        images.push(registry.aws, {"todos": TODOS}, "1.0", tmp_path)


def test_images_are_signed_by_their_digests_unless_they_are_already(
    registry: Registry, programs: Programs
) -> None:
    registry.kept = {
        ("shop/todos", "1.0"): "sha256:a",
        ("shop/users", "1.0"): "sha256:b",
        ("shop/users", "sha256-b.sig"): "sha256:c",
    }
    programs.install("cosign")
    images.sign(registry.aws, SERVICES, "1.0")
    assert [line.strip() for line in programs.ran][1:] == [
        "cosign sign --yes registry.test/shop/todos@sha256:a"
    ]
    registry.kept["shop/todos", "sha256-a.sig"] = "sha256:d"
    images.sign(registry.aws, SERVICES, "1.0")
    assert len(programs.ran) == 2


def _for(processor: str, digest: str) -> dict[str, Any]:
    return {"digest": digest, "platform": {"os": "linux", "architecture": processor}}


def test_of_an_image_for_several_processors_the_digest_is_that_of_the_environments(
    registry: Registry,
) -> None:
    registry.kept["shop/todos", "1.0"] = "sha256:all"
    one = {"todos": TODOS}
    assert images.platform_digests(registry.aws, one, {"todos": "1.0"}) == {"todos": "sha256:all"}
    registry.several = [
        _for("amd64", "sha256:intel"),
        _for("arm64", "sha256:graviton"),
        _for("unknown", "sha256:x"),
    ]
    assert images.platform_digests(registry.aws, one, {"todos": "1.0"}) == {"todos": "sha256:graviton"}
    registry.several = [_for("amd64", "sha256:intel")]
    with pytest.raises(Problem, match="for other processors than ARM64"):
        images.platform_digests(registry.aws, one, {"todos": "1.0"})


def test_an_image_that_is_gone_has_no_digest(registry: Registry) -> None:
    with pytest.raises(Problem, match=r"there is no image 1\.0"):
        images.platform_digests(registry.aws, {"todos": TODOS}, {"todos": "1.0"})
    assert images.platform_digests(registry.aws, {"todos": TODOS}, {"todos": "none"}) == {"todos": "none"}
