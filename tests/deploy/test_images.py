"""Where a release's images come from: built here, or pushed from archives; and their signatures."""

from __future__ import annotations

import io
import json
import sys
import tarfile
from pathlib import Path

import pytest
from tests.deploy.world import World, lines

from slipway.terminal.problems import FAILED, MISSING, OK

pytestmark = [pytest.mark.xdist_group("deploy"), pytest.mark.long]

# Stands for docker, skopeo or cosign: writes down what it was told, and tells the registry what was pushed.
_PROGRAM = """\
#!{python} -IS
import sys, urllib.request
word = " ".join(sys.argv[1:])
given = sys.stdin.read() if "--password-stdin" in sys.argv else ""
with open({log!r}, "a") as file:
    print(sys.argv[0].rpartition("/")[2], word, given and "<secret>", file=file)
if sys.argv[1] in {fails!r}:
    sys.exit("no space left")
if sys.argv[1] in ("push", "copy", "sign"):
    urllib.request.urlopen("http://127.0.0.1:{port}/pushed").read()
"""


@pytest.fixture
def log(world: World, tmp_path: Path) -> Path:
    """What the programs were told, in a world whose registry has no 2.0.0 until they push it."""
    world.hooks["/pushed"] = lambda: world.push("2.0.0")
    place = tmp_path / "log"
    write_programs(world, place)
    return place


def write_programs(world: World, log: Path, *, fails: tuple[str, ...] = ()) -> None:
    for name in ("docker", "skopeo", "cosign"):
        path = world.programs / name
        path.write_text(_PROGRAM.format(python=sys.executable, log=str(log), fails=fails, port=world.port))
        path.chmod(0o755)


@pytest.fixture
def archives(tmp_path: Path) -> Path:
    """A folder with an archive of each service."""
    folder = tmp_path / "archives"
    folder.mkdir()
    for name in ("users", "todos"):
        (folder / f"{name}.tar").touch()
    return folder


def test_missing_images_are_built_for_the_processor_of_the_environment(world: World, log: Path) -> None:
    done = world.deploy("--image-tag", "2.0.0", "--build", "--service", "todos")
    assert done.returncode == OK, done.stderr
    told = [line.rstrip() for line in log.read_text().splitlines()]
    registry = "000000000000.dkr.ecr.eu-west-1.amazonaws.com"
    image = f"{registry}/{world.project}-dev/todos:2.0.0"
    assert told[0] == f"docker login --username AWS --password-stdin {registry} <secret>"
    assert told[1].startswith(
        "docker build --platform linux/arm64 --build-arg VERSION=2.0.0 --build-arg COMMIT="
    )
    assert told[1].endswith(f"--build-arg SERVICE=todos --file services/Dockerfile --tag {image} .")
    assert told[2] == f"docker push {image}"


def test_the_password_of_the_registry_is_not_shown(world: World, log: Path) -> None:
    done = world.deploy("--image-tag", "2.0.0", "--build", "--service", "todos")
    assert "aws ecr get-authorization-token --region eu-west-1" in lines(done.stdout)
    assert "password-of-ecr" not in done.stdout + done.stderr


def test_images_that_are_there_are_not_built_again(world: World, log: Path) -> None:
    assert world.deploy("--image-tag", "1.1.0", "--build").returncode == OK
    assert not log.exists()


def test_a_build_that_fails_changes_nothing(world: World, log: Path) -> None:
    write_programs(world, log, fails=("build",))
    done = world.deploy("--image-tag", "2.0.0", "--build")
    assert done.returncode == FAILED
    assert "docker build failed" in done.stderr
    assert world.released("next")["users"] == "1.0.0"


def test_archives_are_pushed_with_all_their_platforms_and_their_digest(
    world: World, log: Path, archives: Path
) -> None:
    done = world.deploy("--image-tag", "2.0.0", "--images", str(archives))
    assert done.returncode == OK, done.stderr
    copies = [line for line in log.read_text().splitlines() if line.startswith("skopeo copy")]
    assert copies[0].startswith("skopeo copy --all --preserve-digests oci-archive:")
    assert copies[0].rstrip().endswith("-dev/todos:2.0.0")


def test_an_archive_that_is_missing_is_named(world: World, log: Path, archives: Path) -> None:
    (archives / "users.tar").unlink()
    done = world.deploy("--image-tag", "2.0.0", "--images", str(archives), "--service", "users")
    assert "users.tar" in done.stderr
    assert done.returncode != OK


def test_an_archive_of_another_image_than_the_registry_has_is_refused(
    world: World, log: Path, archives: Path
) -> None:
    there = world.cluster.images[f"{world.project}-dev/todos", "1.1.0"]
    options = ("--image-tag", "1.1.0", "--service", "todos", "--images", str(archives))
    write_archive(archives / "todos.tar", "sha256:0a0b")
    done = world.deploy(*options)
    assert done.returncode == FAILED
    assert f"is {there}, the one in todos.tar sha256:0a0b" in done.stderr
    assert world.released("next")["todos"] == "1.0.0"
    write_archive(archives / "todos.tar", there)
    assert world.deploy(*options).returncode == OK
    assert not log.exists()


def test_a_file_that_is_no_archive_is_named(world: World, log: Path, archives: Path) -> None:
    done = world.deploy("--image-tag", "1.1.0", "--service", "todos", "--images", str(archives))
    assert done.returncode == FAILED
    assert "todos.tar is no OCI archive of one image" in done.stderr


def write_archive(path: Path, digest: str) -> None:
    """Write what an OCI archive begins with: the list of its one image."""
    content = json.dumps({"schemaVersion": 2, "manifests": [{"digest": digest}]}).encode()
    entry = tarfile.TarInfo("index.json")
    entry.size = len(content)
    with tarfile.open(path, "w") as archive:
        archive.addfile(entry, io.BytesIO(content))


def test_images_are_signed_by_their_digest_and_only_once(world: World, log: Path) -> None:
    done = world.deploy("--image-tag", "1.1.0", "--sign", "--service", "todos")
    assert done.returncode == OK, done.stderr
    assert log.read_text().startswith("cosign login --username AWS --password-stdin 000000000000.dkr.ecr.")
    repository = f"{world.project}-dev/todos"
    digest = world.cluster.images[repository, "1.1.0"]
    assert (
        f"cosign sign --yes 000000000000.dkr.ecr.eu-west-1.amazonaws.com/{repository}@{digest}"
        in log.read_text()
    )
    world.push(f"{digest.replace(':', '-')}.sig", "todos")
    log.unlink()
    assert world.deploy("--image-tag", "1.1.0", "--sign", "--service", "todos").returncode == OK
    assert not log.exists()


def test_without_the_program_it_says_what_to_install(world: World, log: Path, tmp_path: Path) -> None:
    done = world.deploy(
        "--image-tag", "2.0.0", "--build", PATH=str(_everything_but("docker", world, tmp_path))
    )
    assert done.returncode == MISSING
    assert "docker is not installed" in done.stderr


def _everything_but(program: str, world: World, folder: Path) -> Path:
    """Return a folder with every program that is found otherwise, less one."""
    links = folder / "programs"
    links.mkdir()
    for place in world.environment()["PATH"].split(":"):
        for path in Path(place).glob("*"):
            if path.name != program and not (links / path.name).is_symlink():
                (links / path.name).symlink_to(path)
    return links
