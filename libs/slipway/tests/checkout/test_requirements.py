"""The locked requirements can be installed by the pip that an older Python brings."""

import re
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_PIN = re.compile(r"^(?P<name>[a-z0-9-]+)(?:\[(?P<extras>[^\]]*)\])?==", re.MULTILINE)


def test_every_extra_that_a_package_asks_for_is_pinned_as_one(checkout: Path) -> None:
    """pip 23.2.1, which Python 3.11.7 and 3.12.1 bring, takes `coverage[toml]` for another package."""
    text = (checkout / "requirements" / "dev.txt").read_text(encoding="utf-8")
    pinned = {one["name"]: _names(one["extras"]) for one in _PIN.finditer(text)}
    lacking = [
        f"{name} asks for {wanted}"
        for name, extras in pinned.items()
        for wanted in _required(name, extras)
        if wanted.extras and not _normal(wanted.extras) <= pinned[canonicalize_name(wanted.name)]
    ]
    assert len(pinned) > 50
    assert lacking == []


def _required(name: str, extras: set[str]) -> list[Requirement]:
    try:
        texts = metadata.requires(name) or []
    except metadata.PackageNotFoundError:  # for another system or Python
        return []
    found = [Requirement(text) for text in texts]
    return [
        one
        for one in found
        if not one.marker or any(one.marker.evaluate({"extra": extra}) for extra in ["", *extras])
    ]


def _names(extras: str | None) -> set[str]:
    return _normal({one.strip() for one in (extras or "").split(",") if one.strip()})


def _normal(names: set[str]) -> set[str]:
    return {str(canonicalize_name(name)) for name in names}
