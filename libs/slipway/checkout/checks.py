"""The steps of `check`: what must hold before a change is shown to anybody."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from slipway.checkout import module_readmes, openapi, readmes
from slipway.compose import files
from slipway.manifest import ManifestError, load_all, schema
from slipway.terminal.problems import Problem


@dataclass(frozen=True)
class Step:
    """One check. `run` returns what is wrong, empty when nothing is; `fix` puts right what can be."""

    name: str
    run: Callable[[], str]
    fix: Callable[[], str] | None = None


def steps(root: Path) -> Iterator[Step]:
    """Yield every check of the checkout, the fast ones first."""
    yield Step("manifests", lambda: _manifests(root))
    yield Step("manifest schema", _schema, _write_schema)
    yield Step("compose files", lambda: _compose(root), lambda: _write_compose(root))
    yield Step("shell scripts", lambda: _shell(root))
    # Formatted first: a line that is only too long is no finding then. What lint mends is formatted again.
    formatted = _tool(root, "ruff", "format", "--quiet")
    mended = _tool(root, "ruff", "check", "--quiet", "--fix")
    yield Step("ruff format", _tool(root, "ruff", "format", "--check", "--quiet"), formatted)
    yield Step("ruff check", _tool(root, "ruff", "check", "--quiet"), lambda: mended() + formatted())
    yield Step("module READMEs", lambda: _module_readmes(root), lambda: _write_module_readmes(root))
    libs = ["libs/chassis", "libs/slipway", "libs/emulator", "libs/mailcatcher"]
    yield Step("mypy libs", _mypy(root, libs, ["libs"]))
    for manifest in sorted(root.glob("services/*/service.yaml")):
        name = manifest.parent.name
        package = f"services/{name}/{name}"
        if (root / package).exists():
            yield Step(f"mypy {name}", _mypy(root, [package], ["libs", f"services/{name}"]))
            yield Step(f"openapi {name}", *_openapi(root, name))
            yield Step(f"readme {name}", *_readme(root, name))


def _manifests(root: Path) -> str:
    try:
        load_all(root)
    except ManifestError as error:
        return str(error)
    return ""


def _schema() -> str:
    return (
        "" if schema.is_current() else f"{schema.PATH.name} differs; run `./slipway manifest schema --write`"
    )


def _write_schema() -> str:
    schema.PATH.write_text(schema.text(), encoding="utf-8")
    return ""


def _compose(root: Path) -> str:
    try:
        differing = files.differing(root, load_all(root))
    except ManifestError as error:
        return str(error)
    return f"{', '.join(differing)} differ; run `./slipway compose --write`" if differing else ""


def _write_compose(root: Path) -> str:
    files.write(root, load_all(root))
    return ""


def _module_readmes(root: Path) -> str:
    old = module_readmes.old(root)
    names = ", ".join(str(path.relative_to(root)) for path in old)
    return f"{names} differ from the variables and outputs; run `./slipway check --fix`" if old else ""


def _write_module_readmes(root: Path) -> str:
    module_readmes.write(root)
    return ""


def _readme(root: Path, name: str) -> tuple[Callable[[], str], Callable[[], str]]:
    def compare() -> str:
        try:
            current = readmes.is_current(root, name)
        except Problem as problem:
            return problem.what
        return "" if current else "the tables of README.md differ; run `./slipway check --fix`"

    def write() -> str:
        readmes.write(root, name)
        return ""

    return compare, write


def _openapi(root: Path, name: str) -> tuple[Callable[[], str], Callable[[], str]]:
    def drift() -> str:
        try:
            return (
                "" if openapi.is_current(root, name) else f"differs; run `./slipway openapi --write {name}`"
            )
        except Problem as problem:
            return problem.what

    def write() -> str:
        try:
            openapi.write(root, name)
        except Problem as problem:
            return problem.what
        return ""

    return drift, write


def _shell(root: Path) -> str:
    problems = [_run(root, ["bash", "-n", str(path)]) for path in _shell_scripts(root)]
    return "\n".join(filter(None, problems))


def _shell_scripts(root: Path) -> list[Path]:
    paths = [root / name for name in _versioned(root)] or [root / "slipway"]
    return [path for path in paths if path.is_file() and _is_shell(path)]


def _versioned(root: Path) -> list[str]:
    """Return the files that are, or are about to be, under version control; none where there is no git."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=root, check=False, capture_output=True, text=True)
    except OSError:
        return []
    return [name for name in listed.stdout.split("\0") if name]


def _is_shell(path: Path) -> bool:
    with path.open("rb") as stream:
        first = stream.readline(80)
    return path.suffix == ".sh" or (first.startswith(b"#!") and first.rstrip().endswith((b"bash", b"sh")))


def _tool(root: Path, *command: str) -> Callable[[], str]:
    program, *arguments = command
    return lambda: _run(root, [str(Path(sys.executable).with_name(program)), *arguments, "."])


def _mypy(root: Path, targets: Sequence[str], path: Sequence[str]) -> Callable[[], str]:
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--no-error-summary",
        "--exclude",
        "/tests/",
        *targets,
    ]
    return lambda: _run(root, command, MYPYPATH=os.pathsep.join(str(root / folder) for folder in path))


def _run(root: Path, command: Sequence[str], **extra: str) -> str:
    done = subprocess.run(
        command,
        cwd=root,
        env={**os.environ, **extra},
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode == 0:
        return ""
    return (done.stdout + done.stderr).strip() or f"{command[0]} ended with status {done.returncode}"
