"""A release of a product: files that are published once and never changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from semver import Version

_MOST_DIGITS = 10
WHOLE = 100


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """What a version is for one platform. `staged_key` is where its upload lies until it is published.

    `rollout_percent` of all devices are told of it as the latest. Once `publishing`, its bytes are settled:
    they may lie at the public address already.
    """

    platform: str
    filename: str
    size: int
    sha256: str
    staged_key: str
    notes: str = ""
    rollout_percent: int = WHOLE
    publishing: bool = False
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """A version of a product: one file for each platform. `revision` counts its changes, from 1."""

    product: str
    version: str
    files: tuple[ReleaseFile, ...] = ()
    revision: int = 0

    @property
    def is_preview(self) -> bool:
        """Whether it is a pre-release, of which nobody is told as the latest."""
        return Version.parse(self.version).prerelease is not None

    @property
    def published(self) -> tuple[ReleaseFile, ...]:
        """The files that everybody may have."""
        return tuple(file for file in self.files if file.published_at is not None)

    def file(self, platform: str) -> ReleaseFile | None:
        """Return the file for `platform`, published or not."""
        return next((file for file in self.files if file.platform == platform), None)

    def with_file(self, file: ReleaseFile) -> Release:
        """Return the release with `file` in place of the one for its platform."""
        others = tuple(one for one in self.files if one.platform != file.platform)
        return replace(self, files=(*others, file))

    def key(self, file: ReleaseFile) -> str:
        """Return where a file lies once it is published, which is also its path at the CDN."""
        return f"releases/{self.product}/{self.version}/{file.filename}"

    def reaches(self, group: int | None, file: ReleaseFile) -> bool:
        """Say whether devices of `group` are told of `file`; without a group, whether all devices are.

        The groups stand in line, in the same order for the whole time of a release and in another one in the
        next: nobody is always first. While the percentage rises, groups come in and none goes.
        """
        if file.rollout_percent >= WHOLE or group is None:
            return file.rollout_percent >= WHOLE
        return group in self._line()[: file.rollout_percent]

    def _line(self) -> list[int]:
        def place(group: int) -> bytes:
            return hashlib.sha256(f"{self.product} {self.version} {group}".encode()).digest()

        return sorted(range(WHOLE), key=place)


def group_of(device: str) -> int:
    """Return which of a hundred groups a device is in; the edge and clients may work it out themselves."""
    return int.from_bytes(hashlib.sha256(device.encode()).digest()[:4], "big") % WHOLE


def is_version(text: str) -> bool:
    """Say whether `text` is a version (Semantic Versioning 2) without build metadata, which has no order."""
    if not Version.is_valid(text):
        return False
    version = Version.parse(text)
    numbers = [version.major, version.minor, version.patch]
    numbers += [int(part) for part in (version.prerelease or "").split(".") if part.isdigit()]
    return version.build is None and all(number < 10**_MOST_DIGITS for number in numbers)


def is_newer(version: str, other: str) -> bool:
    """Say whether `version` comes after `other`."""
    return Version.parse(version).compare(other) > 0


def sort_key(version: str) -> str:
    """Return a text that sorts, byte by byte, as Semantic Versioning orders versions.

    Source: https://semver.org/#spec-item-11
    """
    parsed = Version.parse(version)
    numbers = ".".join(str(n).zfill(_MOST_DIGITS) for n in (parsed.major, parsed.minor, parsed.patch))
    if parsed.prerelease is None:
        return f"{numbers}~"
    return f"{numbers}-" + "!".join(_identifier(part) for part in parsed.prerelease.split("."))


def _identifier(part: str) -> str:
    return f"0{part.zfill(_MOST_DIGITS)}" if part.isdigit() else f"1{part}"
