"""Writes the compose files from the manifests, so that neither drifts from the other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import jinja2

from slipway.compose.prepare import edge_of
from slipway.compose.settings import ComposeSettings
from slipway.gateway import fingerprint, load_origins
from slipway.manifest import Manifest

_USUAL = ComposeSettings("localhost", 8443, "http://aws:4566", version="", commit="")
_TEMPLATES = Path(__file__).parent
_ROOT = _TEMPLATES.parents[2]
FILES = ("docker-compose.yml", "compose/dev.yml")


def render(manifests: Mapping[str, Manifest]) -> dict[str, str]:
    """Return the text of each of FILES."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701  # not a web page
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    told = {
        "manifests": manifests,
        "configuration": fingerprint(edge_of(manifests, _USUAL, load_origins(_ROOT))),
    }
    return {name: environment.get_template(f"{Path(name).name}.j2").render(told) for name in FILES}


def differing(root: Path, manifests: Mapping[str, Manifest]) -> list[str]:
    """Return the names of the files below `root` that differ from the manifests."""
    return [
        name
        for name, text in render(manifests).items()
        if not (root / name).exists() or (root / name).read_text(encoding="utf-8") != text
    ]


def write(root: Path, manifests: Mapping[str, Manifest]) -> None:
    """Write the files below `root`."""
    for name, text in render(manifests).items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
