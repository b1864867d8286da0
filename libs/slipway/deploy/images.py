"""The images of a release: there already, pushed from archives, or built and pushed from this checkout."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path

from slipway.deploy.aws import AwsAccount, Refused
from slipway.deploy.reporting import note, show_command
from slipway.deploy.target import NOTHING, Service, Target
from slipway.terminal.problems import MISSING, USAGE, Problem

_PLATFORMS = {"ARM64": "linux/arm64", "X86_64": "linux/amd64"}
_MEDIA_TYPES = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
]
_TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_MOVING = {"latest", "none"}


def check_tag(tag: str) -> None:
    """Raise Problem unless `tag` can name one image for ever."""
    if not _TAG.fullmatch(tag) or tag in _MOVING:
        raise Problem(
            f"{tag!r} cannot be a release's tag",
            next_step="letters, digits, dots, hyphens and underscores, and not latest: a version or a commit",
            code=USAGE,
        )


def digests(
    aws: AwsAccount, services: Mapping[str, Service], tags: Mapping[str, str]
) -> dict[str, str | None]:
    """Return the digest of each service's image with its tag, None where there is none."""
    return {name: _digest(aws, service, tags[name]) for name, service in services.items()}


def platform_digests(
    aws: AwsAccount, services: Mapping[str, Service], tags: Mapping[str, str]
) -> dict[str, str]:
    """Return the digest of each service's image for its processor: of one that is for several, that one's."""
    return {
        name: _platform_digest(aws, service, tags[name]) if tags[name] != NOTHING else NOTHING
        for name, service in services.items()
    }


def tag_of(aws: AwsAccount, service: Service, digest: str) -> str:
    """Return the tag in whose image there is one of this digest, empty where none is left."""
    for one in aws.pages("ecr", "list_images", "imageIds", repositoryName=service.repository_name):
        tag = one.get("imageTag")
        if tag and _TAG.fullmatch(tag) and _platform_digest(aws, service, tag) == digest:
            return str(tag)
    return ""


def require(
    aws: AwsAccount, services: Mapping[str, Service], tags: Mapping[str, str], *, environment: str
) -> None:
    """Say which images these are. Raises Problem naming those that are missing."""
    found = digests(aws, services, tags)
    for name, digest in found.items():
        note(f"{name:<10} {tags[name]}  {digest or 'is not there'}")
    if missing := [name for name, digest in found.items() if digest is None]:
        tag = tags[missing[0]]
        raise Problem(
            f"there is no image {tag} of {', '.join(missing)} in {services[missing[0]].registry}",
            next_step=f"push it, or build it here: ./slipway deploy {environment} --image-tag {tag} --build",
        )


def build(aws: AwsAccount, target: Target, services: Mapping[str, Service], tag: str, root: Path) -> None:
    """Build and push the images that are missing. Tags never move: one that is there is taken as it is."""
    for name, service in _missing(aws, services, tag, program="docker").items():
        _run(root, "docker", *_build_arguments(name, _image(service, tag), tag, target, root))
        _run(root, "docker", "push", _image(service, tag))


def push(aws: AwsAccount, services: Mapping[str, Service], tag: str, folder: Path) -> None:
    """Push the OCI archives SERVICE.tar of a folder, digests and all, where the registry lacks them.

    Raises Problem where the registry has another image with this tag, which would differ from others' then.
    """
    for name, digest in digests(aws, services, dict.fromkeys(services, tag)).items():
        _compare(services[name], tag, digest, folder.absolute() / f"{name}.tar")
    for name, service in _missing(aws, services, tag, program="skopeo").items():
        archive = folder.absolute() / f"{name}.tar"
        if not archive.exists():
            raise Problem(f"there is no {archive}", next_step="build it, or leave out --images", code=USAGE)
        copy = ["copy", "--all", "--preserve-digests", f"oci-archive:{archive}"]
        _run(folder, "skopeo", *copy, f"docker://{_image(service, tag)}")


def sign(aws: AwsAccount, services: Mapping[str, Service], tag: str) -> None:
    """Sign the images that are not signed yet, by the identity of the user or workflow (cosign, keyless)."""
    unsigned = {
        name: digest
        for name, digest in digests(aws, services, dict.fromkeys(services, tag)).items()
        if digest and _digest(aws, services[name], f"{digest.replace(':', '-')}.sig") is None
    }
    if unsigned:
        _require("cosign")
        # Nothing may have been pushed this time.
        _log_in(aws, services[next(iter(unsigned))].registry, "cosign")
    for name, digest in unsigned.items():
        _run(None, "cosign", "sign", "--yes", f"{_repository(services[name])}@{digest}")


def _platform_digest(aws: AwsAccount, service: Service, tag: str) -> str:
    """Return a digest. Raises Problem where the image is for other processors only."""
    answer = aws.ask(
        "ecr",
        "batch_get_image",
        repositoryName=service.repository_name,
        imageIds=[{"imageTag": tag}],
        acceptedMediaTypes=_MEDIA_TYPES,
    )
    if not answer["images"]:
        raise Problem(
            f"there is no image {tag} in {service.repository}", next_step="push it, then deploy again"
        )
    [image] = answer["images"]
    manifest = json.loads(image["imageManifest"])
    if "manifests" not in manifest:
        return str(image["imageId"]["imageDigest"])
    system, _, processor = _PLATFORMS[service.architecture].partition("/")
    for one in manifest["manifests"]:
        platform = one.get("platform", {})
        if (platform.get("os"), platform.get("architecture")) == (system, processor):
            return str(one["digest"])
    raise Problem(
        f"the image {tag} of {service.repository_name} is for other processors than {service.architecture}",
        next_step="build it for that one, or change `architecture` in the environment's variables",
    )


def _missing(
    aws: AwsAccount, services: Mapping[str, Service], tag: str, *, program: str
) -> dict[str, Service]:
    """Return the services without this image, after signing in to their registry where there are any."""
    found = digests(aws, services, dict.fromkeys(services, tag))
    missing = {name: services[name] for name, digest in found.items() if digest is None}
    if missing:
        _require(program)
        _log_in(aws, next(iter(missing.values())).registry, program)
    return missing


def _compare(service: Service, tag: str, digest: str | None, archive: Path) -> None:
    if digest is None or not archive.exists():
        return
    if (built := _digest_of(archive)) != digest:
        raise Problem(
            f"the image {tag} in {_repository(service)} is {digest}, the one in {archive.name} {built}",
            next_step="tags never move: give these archives a tag of their own, or leave out --images",
        )


def _digest_of(archive: Path) -> str:
    """Return the digest of the one image, of whichever platforms, in an OCI archive. Raises Problem."""
    try:
        with tarfile.open(archive) as files:
            index = files.extractfile("index.json")
            [image] = json.load(index)["manifests"] if index else []
        return str(image["digest"])
    except (tarfile.TarError, EOFError, KeyError, TypeError, ValueError) as error:
        raise Problem(
            f"{archive} is no OCI archive of one image",
            next_step="build it with docker buildx build --output type=oci,dest=...",
        ) from error


def _require(program: str) -> None:
    if shutil.which(program) is None:
        raise Problem(
            f"{program} is not installed", next_step="install it and run the command again", code=MISSING
        )


def _repository(service: Service) -> str:
    return f"{service.registry}/{service.repository_name}"


def _image(service: Service, tag: str) -> str:
    return f"{_repository(service)}:{tag}"


def _digest(aws: AwsAccount, service: Service, tag: str) -> str | None:
    try:
        answer = aws.call(
            "ecr", "describe_images", repositoryName=service.repository_name, imageIds=[{"imageTag": tag}]
        )
    except Refused as error:
        if error.reason == "ImageNotFoundException":
            return None
        raise
    return str(answer["imageDetails"][0]["imageDigest"])


def _log_in(aws: AwsAccount, registry: str, program: str) -> None:
    answer = aws.call("ecr", "get_authorization_token")
    token = base64.b64decode(answer["authorizationData"][0]["authorizationToken"]).decode()
    user, _, password = token.partition(":")
    _run(None, program, "login", "--username", user, "--password-stdin", registry, secret=password)


def _build_arguments(name: str, image: str, tag: str, target: Target, root: Path) -> list[str]:
    return [
        "build",
        "--platform",
        _PLATFORMS[target.architecture],
        "--build-arg",
        f"VERSION={tag}",
        "--build-arg",
        f"COMMIT={_commit(root)}",
        "--build-arg",
        f"SERVICE={name}",
        "--file",
        "services/Dockerfile",
        "--tag",
        image,
        ".",
    ]


def _run(folder: Path | None, *words: str, secret: str | None = None) -> None:
    """Run a program; a secret goes in by standard input and is never shown."""
    show_command(words)
    done = subprocess.run(words, cwd=folder, check=False, input=secret, text=True)
    if done.returncode != 0:
        raise Problem(
            f"{words[0]} {words[1]} failed, for the reason it gives above",
            next_step="correct that and run the command again; images that are pushed are not pushed again",
        )


def _commit(root: Path) -> str:
    command = ["git", "-C", str(root), "rev-parse", "HEAD"]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    except OSError:  # there is no git here
        return "unknown"
    return done.stdout.strip() or "unknown"
