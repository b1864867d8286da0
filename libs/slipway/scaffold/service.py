"""Making a service's folder, and taking one away."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from slipway.checkout import locking, openapi, readmes
from slipway.compose import files
from slipway.manifest import Manifest, ManifestError, load_all
from slipway.scaffold.choices import Choices, require_possible
from slipway.scaffold.naming import require_free
from slipway.scaffold.rendering import render
from slipway.terminal.problems import USAGE, Problem


def create(root: Path, choices: Choices, report: Callable[[str], None]) -> Path:
    """Make the service's folder below `root`, complete and checked; return it. `report` is told each step.

    Where a step fails nothing is left behind. Raises Problem.
    """
    require_possible(choices)
    require_free(root, choices.naming, load_all(root))
    folder = root / "services" / choices.naming.service
    if folder.exists():
        raise Problem(f"{folder.relative_to(root)} exists already", next_step="move it away", code=USAGE)
    try:
        _fill(folder, choices)
        report("written from the template")
        locking.lock_service(root, choices.naming.service)
        report("requirements locked")
        _format(root, folder)
        openapi.write(root, choices.naming.service)
        report("OpenAPI document written")
        readmes.write(root, choices.naming.service)
        report("README's tables written")
        files.write(root, load_all(root))
        report("Compose files written")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        files.write(root, load_all(root))
        raise
    return folder


def remove(root: Path, name: str) -> None:
    """Delete the service's folder and write what names it anew. Raises Problem when others need it."""
    manifests = load_all(root)
    if name not in manifests:
        known = ", ".join(manifests)
        raise Problem(f"there is no service {name}", next_step=f"one of: {known}", code=USAGE)
    _require_unneeded(root, manifests[name])
    shutil.rmtree(root / "services" / name)
    files.write(root, load_all(root))


def _fill(folder: Path, choices: Choices) -> None:
    """Write the files beside their place and move them there at once, so that no half of them is seen."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".") as scratch:
        made = Path(scratch) / folder.name
        for name, text in render(choices.for_template()):
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        made.rename(folder)


def _format(root: Path, folder: Path) -> None:
    """Sort imports and wrap lines: how long they are depends on the names."""
    ruff = str(Path(sys.executable).with_name("ruff"))
    for arguments in (["check", "--fix", "--quiet"], ["format", "--quiet"], ["check", "--quiet"]):
        done = subprocess.run(
            [ruff, *arguments, str(folder)], cwd=root, check=False, capture_output=True, text=True
        )
    if done.returncode != 0:
        raise Problem(
            f"the template made files that Ruff refuses:\n{done.stdout}",
            next_step="take another noun, or mend libs/slipway/scaffold/service",
        )


def _require_unneeded(root: Path, manifest: Manifest) -> None:
    """Raise Problem when the other manifests are not right without this one."""
    with tempfile.TemporaryDirectory() as scratch:
        for source in root.glob("services/*/service.yaml"):
            if source.parent.name != manifest.name:
                copy = Path(scratch) / source.relative_to(root)
                copy.parent.mkdir(parents=True)
                shutil.copy(source, copy)
        try:
            load_all(Path(scratch))
        except ManifestError as error:
            raise Problem(
                f"other services need {manifest.name}:\n{error}",
                next_step="change their manifests first",
                code=USAGE,
            ) from error
